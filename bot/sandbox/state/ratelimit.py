"""Discord's rate limits: one bucket per route and major parameter, and a global one.

Discord publishes no numbers and asks clients to read the headers; these numbers were observed.
https://discord.com/developers/docs/topics/rate-limits
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.sandbox.clock import Clock


@dataclass(frozen=True, slots=True)
class RateLimit:
    """The number of requests allowed in a number of seconds."""

    requests: int
    seconds: float


GLOBAL = "global"
# Edits of messages older than an hour have a limit per channel beside that of the route. Documented: the code 30046 and
# its message. Observed: the status is 429, and the limit 3 edits in 6 seconds (docs.discord.food). Unknown: whether
# there are longer windows, and whether edits through a webhook count.
OLD_EDITS = "message-edit-old"
MAX_WINDOWS = 1000
DEFAULT_LIMITS: Mapping[str, RateLimit] = {
    GLOBAL: RateLimit(50, 1),
    "user": RateLimit(30, 30),
    "application": RateLimit(5, 5),
    "gateway": RateLimit(2, 5),
    "commands": RateLimit(5, 20),
    "commands-put": RateLimit(2, 5),
    "guild": RateLimit(5, 5),
    "member": RateLimit(5, 1),
    "channel": RateLimit(10, 10),
    "channel-edit": RateLimit(5, 10),
    "channel-delete": RateLimit(5, 10),
    "thread-create": RateLimit(5, 10),
    "thread-member": RateLimit(5, 5),
    "thread-list": RateLimit(5, 5),
    "message-post": RateLimit(5, 5),
    "message-get": RateLimit(5, 5),
    "message-list": RateLimit(5, 5),
    "message-edit": RateLimit(5, 5),
    OLD_EDITS: RateLimit(3, 6),
    "message-delete": RateLimit(5, 1),
    "reaction": RateLimit(1, 0.25),
    "reaction-list": RateLimit(5, 5),
    "typing": RateLimit(5, 5),
    "dm": RateLimit(10, 10),
    "webhook": RateLimit(5, 2),
}


@dataclass(slots=True)
class _Window:
    used: int
    reset: float


@dataclass(frozen=True, slots=True)
class RateLimitResult:
    """Whether a request is allowed, and the headers of its response. `retry_after` is in seconds."""

    allowed: bool
    is_global: bool
    retry_after: float
    headers: dict[str, str]


class RateLimits:
    """Counts requests in fixed windows."""

    def __init__(self, clock: Clock, limits: Mapping[str, RateLimit]) -> None:
        self._clock = clock
        self._limits = {**DEFAULT_LIMITS, **limits}
        self._windows: dict[tuple[str, str], _Window] = {}

    def take(self, bucket: str, major: str, *, counts_globally: bool) -> RateLimitResult:
        """Count one request in a bucket and, if `counts_globally`, in the global one.

        `major` is the value of the route's major parameters.
        """
        now = self._clock.time()
        limit = self._limits[bucket]
        window = self._window(bucket, major, now)
        everything = self._window(GLOBAL, "", now)
        if counts_globally and everything.used >= self._limits[GLOBAL].requests:
            wait = everything.reset - now
            headers = {"X-RateLimit-Global": "true", "X-RateLimit-Scope": "global", "Retry-After": f"{wait:.3f}"}
            return RateLimitResult(allowed=False, is_global=True, retry_after=wait, headers=headers)
        allowed = window.used < limit.requests
        if allowed:
            window.used += 1
            everything.used += counts_globally
        wait = max(0.0, window.reset - now)
        headers = {
            "X-RateLimit-Limit": str(limit.requests),
            "X-RateLimit-Remaining": str(limit.requests - window.used),
            "X-RateLimit-Reset": f"{window.reset:.3f}",
            "X-RateLimit-Reset-After": f"{wait:.3f}",
            "X-RateLimit-Bucket": hashlib.md5(bucket.encode(), usedforsecurity=False).hexdigest(),
        }
        if not allowed:
            headers |= {"X-RateLimit-Scope": "user", "Retry-After": f"{wait:.3f}"}
        return RateLimitResult(allowed, False, wait, headers)

    def _window(self, bucket: str, major: str, now: float) -> _Window:
        window = self._windows.get((bucket, major))
        if window is None or now >= window.reset:
            if len(self._windows) >= MAX_WINDOWS:
                # every interaction token has its own window: drop those that have ended
                self._windows = {key: kept for key, kept in self._windows.items() if now < kept.reset}
            window = self._windows[bucket, major] = _Window(0, now + self._limits[bucket].seconds)
        return window
