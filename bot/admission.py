"""The one gate: command, button, reaction and menu all pass it, so none of them is a way around a limit."""

from enum import StrEnum

from bot.config import Imagine, Limits
from bot.job import Ask, Job
from bot.store.jobs import Counts, Jobs, RerunTwiceError


class Refusal(StrEnum):
    """Why an ask is not let in; chat has a sentence for each."""

    TOO_MANY_WAITING = "too_many_waiting"
    QUEUE_FULL = "queue_full"
    TOO_MANY_THIS_HOUR = "too_many_this_hour"
    TOO_MANY_STEPS = "too_many_steps"
    RERUN_TWICE = "rerun_twice"


class RefusedError(Exception):
    """Not let in.

    Attributes:
        refusal: Why.
        limit: The number that was reached, if one was.
        until: When it may be tried again (seconds since 1970), if that is known.
    """

    def __init__(self, refusal: Refusal, limit: int = 0, until: float | None = None) -> None:
        super().__init__(refusal)
        self.refusal = refusal
        self.limit = limit
        self.until = until


class Admission:
    """The gate of one store."""

    def __init__(self, jobs: Jobs, limits: Limits, imagine: Imagine) -> None:
        self._jobs = jobs
        self._limits = limits
        self._imagine = imagine

    async def admit(self, ask: Ask) -> Job:
        """Makes the ask a row. When this returns, the job is safe.

        Raises:
            RefusedError: It is not let in, and nothing was written.
        """
        if ask.request.steps > self._imagine.max_steps:
            raise RefusedError(Refusal.TOO_MANY_STEPS, self._imagine.max_steps)
        try:
            return await self._jobs.admit(ask, self._check)
        except RerunTwiceError:
            raise RefusedError(Refusal.RERUN_TWICE) from None

    def _check(self, counts: Counts) -> None:
        if counts.waiting >= self._limits.waiting_per_member:
            raise RefusedError(Refusal.TOO_MANY_WAITING, self._limits.waiting_per_member)
        if counts.waiting_in_all >= self._limits.waiting_in_all:
            raise RefusedError(Refusal.QUEUE_FULL, self._limits.waiting_in_all)
        if len(counts.last_hour) >= self._limits.jobs_per_hour:
            # The one that must leave the hour before there is room for another.
            leaving = counts.last_hour[len(counts.last_hour) - self._limits.jobs_per_hour]
            raise RefusedError(Refusal.TOO_MANY_THIS_HOUR, self._limits.jobs_per_hour, leaving + 3600)
