"""How often a bot can identify: 1,000 times a day, and once in 5 seconds; with more `max_concurrency`, several shards.

https://discord.com/developers/docs/events/gateway#session-start-limit-object
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.sandbox.clock import Clock
    from bot.sandbox.models.payload import Payload

TOTAL, MAX_CONCURRENCY = 1000, 1
DAY_S, CONCURRENCY_S = 86400.0, 5.0


class IdentifyResult(Enum):
    """What an IDENTIFY gets: a session, INVALID_SESSION because another came just before, or the end of the token."""

    ALLOWED = "allowed"
    TOO_SOON = "too soon"
    EXHAUSTED = "exhausted"


class IdentifyLimit:
    """Counts IDENTIFYs in a fixed window of a day, and in windows of 5 seconds.

    Shards whose numbers are equal modulo `max_concurrency` share a window.
    Discord documents no answer to whether a refused IDENTIFY counts towards the day; here it does.
    """

    def __init__(self, clock: Clock) -> None:
        self.total = self.remaining = TOTAL
        self.max_concurrency = MAX_CONCURRENCY
        self.used = 0
        self._clock = clock
        self._day_ends = clock.time() + DAY_S
        self._last: dict[int, float] = {}

    def take(self, shard: int) -> IdentifyResult:
        """Count one IDENTIFY of a shard."""
        self._begin_day()
        now = self._clock.time()
        self.used += 1
        if self.remaining <= 0:
            return IdentifyResult.EXHAUSTED
        self.remaining -= 1
        window = shard % self.max_concurrency
        if now - self._last.get(window, -CONCURRENCY_S) < CONCURRENCY_S:
            return IdentifyResult.TOO_SOON
        self._last[window] = now
        return IdentifyResult.ALLOWED

    def payload(self) -> Payload:
        """Return the session start limit object of GET /gateway/bot."""
        self._begin_day()
        return {
            "total": self.total,
            "remaining": self.remaining,
            "reset_after": int((self._day_ends - self._clock.time()) * 1000),
            "max_concurrency": self.max_concurrency,
        }

    def _begin_day(self) -> None:
        if self._clock.time() >= self._day_ends:
            self.remaining = self.total
            self._day_ends = self._clock.time() + DAY_S
