"""Measures how late the event loop is. A blocked loop delays heartbeats, interaction responses and all edits."""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from typing import Final

from bot.clock import Sleep

TICK_S: Final = 0.05
WINDOW: Final = 1200
"""Ticks that `quantile` covers: one minute."""


class LoopLag:
    """Measures by how many seconds each tick is late.

    A block of several ticks counts as one late tick for each. Counted once, a long block would hardly change the
    quantiles ("coordinated omission").

    Args:
        observe: Called with the lag of every tick in seconds.
        clock: Returns monotonic seconds.
        sleep: Sleeps until the next tick.
    """

    def __init__(
        self,
        observe: Callable[[float], None] = lambda _: None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._observe = observe
        self._clock = clock
        self._sleep = sleep
        self._lags: deque[float] = deque(maxlen=WINDOW)

    async def measure(self) -> None:
        """Measures until cancelled."""
        due = self._clock() + TICK_S
        while True:
            await self._sleep(due - self._clock())
            now = self._clock()
            while due <= now:
                self._lags.append(now - due)
                self._observe(now - due)
                due += TICK_S

    def quantile(self, q: float) -> float:
        """The q-quantile (0 to 1) of the lag in the last minute, in seconds; 0 before the first tick."""
        ordered = sorted(self._lags)
        return ordered[min(len(ordered) - 1, int(q * len(ordered)))] if ordered else 0.0
