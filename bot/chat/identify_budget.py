"""Spreads IDENTIFYs over the day. A bot that sends more than Discord's daily limit, 1000, loses its token.

Discord says before each IDENTIFY how many are left, so other processes with the same token and restarts count too.
https://discord.com/developers/docs/events/gateway#session-start-limit-object
"""

import time
from collections.abc import Callable
from typing import Final

FREE_SHARE: Final = 0.5
"""While more than this share of the limit is left, an IDENTIFY need not wait."""
RESERVE: Final = 10
"""IDENTIFYs that are left to whoever mends the bot."""
LONGEST_WAIT_S: Final = 3600.0
"""Discord is asked again at least this often."""


class IdentifyLimitError(RuntimeError):
    """No IDENTIFY may be sent for `seconds`."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"most of the day's connections to Discord are used; the next one is in {seconds:.0f} s")
        self.seconds = seconds


class IdentifyBudget:
    """When the next IDENTIFY may be sent. All clients of a process share one.

    Args:
        clock: A monotonic clock, in seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        # A process that crashes and is started again and again must wait too, so it begins as if it had sent one.
        self._last = clock()

    def take(self, total: int, remaining: int, reset_after_s: float) -> None:
        """Takes one IDENTIFY.

        Args:
            total: The day's limit.
            remaining: How many are left.
            reset_after_s: Seconds until the limit is full again.

        Raises:
            IdentifyLimitError: It must wait.
        """
        now = self._clock()
        if remaining <= RESERVE:
            raise IdentifyLimitError(min(reset_after_s, LONGEST_WAIT_S))
        if remaining <= FREE_SHARE * total and (due := self._last + reset_after_s / (remaining - RESERVE)) > now:
            raise IdentifyLimitError(min(due - now, LONGEST_WAIT_S))
        self._last = now
