"""The positions of all waiting jobs: computed once per change of the queue, for everybody who wants to know them.

A change is only noted, so that it costs the same however long the queue is. Changes that follow each other quickly
share one computation.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from typing import Final

from bot.clock import Sleep
from bot.jobs.wait_time import QueuePosition, WaitTimeEstimator

log = logging.getLogger(__name__)

PAUSE_S: Final = 0.5
"""Seconds between two computations for the messages, at least."""
REST: Final = 10.0
"""The pause after a computation is at least so many times as long as it took."""


class QueueBoard:
    """Keeps the positions up to date.

    Args:
        estimator: Computes the positions.
        show: Shows them in the messages; returns whether some messages must wait for the next call.
        sleep: Measures the pauses.
        clock: A monotonic clock, in seconds.
    """

    def __init__(
        self,
        estimator: WaitTimeEstimator,
        show: Callable[[Sequence[QueuePosition]], bool],
        sleep: Sleep = asyncio.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._estimator = estimator
        self._show = show
        self._sleep = sleep
        self._clock = clock
        self._changes = 0
        self._computed = -1
        self._positions: list[QueuePosition] = []
        self._lock = asyncio.Lock()
        self._changed = asyncio.Event()

    def changed(self) -> None:
        """The queue has changed: jobs were admitted, started, cancelled, bumped, paused or resumed."""
        self._changes += 1
        self._changed.set()

    async def positions(self) -> Sequence[QueuePosition]:
        """The positions after the latest change, in the queue's order."""
        async with self._lock:
            if self._computed != self._changes:
                changes = self._changes
                self._positions = await self._estimator.positions()
                self._computed = changes
            return self._positions

    async def run(self) -> None:
        """Shows the positions after each change, until cancelled."""
        while True:
            await self._changed.wait()
            self._changed.clear()
            began = self._clock()
            try:
                if self._show(await self.positions()):
                    self._changed.set()
            except Exception:
                log.exception("the positions in the queue could not be shown")
            await self._sleep(max(PAUSE_S, REST * (self._clock() - began)))
