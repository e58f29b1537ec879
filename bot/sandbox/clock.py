"""The sandbox's clock. A test can replace it and advance the time without waiting."""

from __future__ import annotations

import asyncio
import datetime as dt
import time
from typing import Protocol


class Clock(Protocol):
    """The source of every deadline, rate limit and timestamp of the sandbox."""

    def time(self) -> float:
        """Return the seconds since the Unix epoch."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Return once that many seconds have passed on this clock."""
        ...


class WallClock:
    """The machine's time."""

    def time(self) -> float:
        """Return the seconds since the Unix epoch."""
        return time.time()

    async def sleep(self, seconds: float) -> None:
        """Wait in real time."""
        await asyncio.sleep(seconds)


class ManualClock:
    """A clock that moves only by `advance`. It starts at the machine's time by default."""

    def __init__(self, start: float | None = None) -> None:
        self._now = time.time() if start is None else start
        self._sleepers: list[tuple[float, asyncio.Future[None]]] = []

    def time(self) -> float:
        """Return the seconds since the Unix epoch."""
        return self._now

    async def sleep(self, seconds: float) -> None:
        """Wait until the clock has been advanced that far."""
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._sleepers.append((self._now + seconds, woken))
        await woken

    async def advance(self, seconds: float) -> None:
        """Move the clock, wake every `sleep` that is due, and let the woken tasks run."""
        self._now += seconds
        due = [future for deadline, future in self._sleepers if deadline <= self._now]
        self._sleepers = [(deadline, future) for deadline, future in self._sleepers if deadline > self._now]
        for future in due:
            if not future.done():
                future.set_result(None)
        for _ in range(5):
            await asyncio.sleep(0)


def timestamp(seconds: float) -> str:
    """Return ISO 8601 with microseconds and an offset, as Discord writes it."""
    return dt.datetime.fromtimestamp(seconds, dt.UTC).isoformat(timespec="microseconds")
