"""How late the event loop is: whatever blocks it delays heartbeats, answers to interactions, and everybody's edits."""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from typing import Final

from bot.clock import Sleep

TICK_S: Final = 0.05
WINDOW: Final = 1200
"""Ticks that are looked back on: a minute."""


class LoopLag:
    """Ticks, and how late each was.

    A loop that was blocked through several ticks was late for each of them: counted once, a long block would hide
    among the many good ticks ("coordinated omission").

    Args:
        observe: Told of every tick's lateness in seconds.
        clock: Seconds since some moment.
        sleep: Waits for the next tick.
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
        self._last: deque[float] = deque(maxlen=WINDOW)

    async def measure(self) -> None:
        """Ticks until it is cancelled."""
        due = self._clock() + TICK_S
        while True:
            await self._sleep(due - self._clock())
            now = self._clock()
            while due <= now:
                self._last.append(now - due)
                self._observe(now - due)
                due += TICK_S

    def quantile(self, share: float) -> float:
        """Seconds by which no more than `share` (0 to 1) of the last minute's ticks were late; 0 before any."""
        ordered = sorted(self._last)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0
