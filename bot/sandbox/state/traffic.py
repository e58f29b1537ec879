"""Counts the bot's requests, and bans it when too many of them are invalid.

https://discord.com/developers/docs/topics/rate-limits#invalid-request-limit-aka-cloudflare-bans
"""

from __future__ import annotations

from collections import Counter, deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.sandbox.clock import Clock

INVALID = (401, 403, 429)
MAX_INVALID, WINDOW_S = 10_000, 600.0
# Discord documents no duration; an hour was observed
BAN_S = 3600.0


class Traffic:
    """The requests of this run by method, route and status, and the invalid ones of the last 10 minutes."""

    def __init__(self, clock: Clock, max_invalid: int = MAX_INVALID) -> None:
        self.counts: Counter[tuple[str, str, int]] = Counter()
        self.max_invalid = max_invalid
        self._clock = clock
        self._invalid: deque[float] = deque()
        self._banned_until = 0.0

    @property
    def banned_s(self) -> float:
        """Seconds until a ban ends, 0 without one."""
        return max(0.0, self._banned_until - self._clock.time())

    @property
    def invalid(self) -> int:
        """The number of invalid requests in the last 10 minutes."""
        since = self._clock.time() - WINDOW_S
        while self._invalid and self._invalid[0] <= since:
            self._invalid.popleft()
        return len(self._invalid)

    def count(self, method: str, route: str, status: int, *, shared: bool = False) -> None:
        """Count one answered request. A 429 of a `shared` limit is not invalid."""
        self.counts[method, route, status] += 1
        if status not in INVALID or shared:
            return
        self._invalid.append(self._clock.time())
        if self.invalid >= self.max_invalid:
            self._invalid.clear()
            self._banned_until = self._clock.time() + BAN_S
