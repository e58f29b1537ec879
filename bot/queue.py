"""Order, position, waiting time, claim and cancel.

The order is one flat ring of people over all servers: whoever was served goes behind everybody who waits, and
whoever comes new joins at the end. So with n people waiting, at most n − 1 jobs run between two of one's own.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.job import Job, JobState
from bot.store.jobs import Jobs, TransitionError, Waiting


def first(waiting: Sequence[Waiting]) -> Waiting | None:
    """Whose turn it is: the person served longest ago; of theirs, the oldest job."""
    return min(waiting, key=lambda entry: (entry.since, entry.id), default=None)


def ring(waiting: Sequence[Waiting]) -> list[int]:
    """All jobs in the order in which they will run if nobody comes and nobody leaves."""
    rest = list(waiting)
    turn = max((entry.since for entry in rest), default=0)
    order = []
    while (chosen := first(rest)) is not None:
        order.append(chosen.id)
        turn += 1
        rest = [
            replace(entry, since=turn) if entry.requester_id == chosen.requester_id else entry
            for entry in rest
            if entry.id != chosen.id
        ]
    return order


@dataclass(frozen=True, slots=True)
class Cancelled:
    """What a cancel did.

    Attributes:
        job: As it is now.
        was: The state it was found in. One that was `posting` or ended is left as it is.
    """

    job: Job
    was: JobState


class Queue:
    """The waiting jobs of one store."""

    def __init__(self, jobs: Jobs) -> None:
        self._jobs = jobs

    async def claim(self) -> Job | None:
        """Starts the next job; None when nothing waits."""
        return await self._jobs.claim(first)

    async def position(self, job_id: int) -> int | None:
        """1 for the next to run; None if it does not wait."""
        return (await self.positions()).get(job_id)

    async def positions(self) -> dict[int, int]:
        """Every waiting job's position."""
        return {job_id: place for place, job_id in enumerate(ring(await self._jobs.waiting()), start=1)}

    async def cancel(self, job: Job) -> Cancelled:
        """Cancels a job that waits or runs. Stopping the engine is the worker's part."""
        try:
            return Cancelled(await self._jobs.finish(job.id, JobState.CANCELLED), job.state)
        except TransitionError:
            now = await self._jobs.get(job.id)
            assert now is not None  # noqa: S101 - rows of jobs are never deleted
            return Cancelled(now, now.state)
