"""Discord's ids: 42 bits of milliseconds since 2015, 10 bits of worker and process, 12 bits of sequence."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.sandbox.state.clock import Clock

DISCORD_EPOCH_MS = 1_420_070_400_000


def at(seconds: float, sequence: int = 0) -> int:
    """Return the snowflake of a moment."""
    return (int(seconds * 1000) - DISCORD_EPOCH_MS << 22) | sequence


def time_of(snowflake: int) -> float:
    """Return the moment, in seconds since the Unix epoch, at which an id was made."""
    return ((snowflake >> 22) + DISCORD_EPOCH_MS) / 1000


class Snowflakes:
    """A source of ids that strictly increase, even when the clock stands still or a restart comes quickly."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last = 0

    def after(self, snowflake: int) -> None:
        """Make every id from now on larger than this one, which an earlier run gave out."""
        self._last = max(self._last, snowflake)

    def next(self) -> int:
        """Return a new id."""
        self._last = max(at(self._clock.time()), self._last + 1)
        return self._last
