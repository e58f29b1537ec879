"""Discord's ids: 42 bits of milliseconds since 2015, 10 bits of worker and process, 12 bits of sequence."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.sandbox.clock import Clock

DISCORD_EPOCH_MS = 1_420_070_400_000


def at(seconds: float, sequence: int = 0) -> int:
    """Return the id of a moment, in seconds since the Unix epoch."""
    return (int(seconds * 1000) - DISCORD_EPOCH_MS << 22) | sequence


def time_of(snowflake: int) -> float:
    """Return when an id was created, in seconds since the Unix epoch."""
    return ((snowflake >> 22) + DISCORD_EPOCH_MS) / 1000


class Snowflakes:
    """Creates ids that strictly increase, even when the clock stands still or the sandbox restarts quickly."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last = 0

    def after(self, snowflake: int) -> None:
        """Make every new id larger than this one, which an earlier run created."""
        self._last = max(self._last, snowflake)

    def next(self) -> int:
        """Return a new id."""
        self._last = max(at(self._clock.time()), self._last + 1)
        return self._last
