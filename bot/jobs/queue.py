"""The queue: order, positions, claim and cancel.

The order is a round robin of requesters over all servers: after their turn, a requester queues behind everybody who
waits, and new requesters queue ahead of the one served last. So with n requesters waiting, at most n − 1 jobs start
between two jobs of one requester. Moderators make two exceptions: a bumped job goes first, and a role's weight gives a
requester several jobs per turn.

Several devices claim from the same order, whichever is free first, so the sentence holds for the starts on all devices
together, however fast each is. A start whose run crashes does not count: its job keeps its place, unless its requester
had another start since, and starts again on another device, if there is one.
"""

import asyncio
import heapq
from collections import deque
from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass

from bot.jobs.job import Job, JobState
from bot.store.job_row import TransitionError
from bot.store.jobs import Jobs, TurnState, WaitingJob

Paused = Callable[[], frozenset[int]]


def pick_next(waiting: Sequence[WaitingJob], turn_state: TurnState) -> tuple[WaitingJob, int] | None:
    """The next job and the number of its turn: the oldest job of the requester served longest ago."""
    bumped = min((entry for entry in waiting if entry.bumped_at is not None), key=_bump, default=None)
    if bumped is not None:
        return bumped, turn_state.turn + 1
    same_person = min(
        (entry for entry in waiting if entry.requester_id == turn_state.requester_id), key=_age, default=None
    )
    if same_person is not None and turn_state.served < same_person.weight:
        return same_person, turn_state.turn
    longest = min(waiting, key=lambda entry: (entry.since, entry.id), default=None)
    if longest is None:
        return None
    oldest = min((entry for entry in waiting if entry.requester_id == longest.requester_id), key=_age)
    return oldest, turn_state.turn + 1


def service_order(waiting: Sequence[WaitingJob], turn_state: TurnState) -> list[int]:
    """Ids in the order in which the jobs run if the queue does not change: the same as repeating `pick_next`."""
    bumped = sorted((entry for entry in waiting if entry.bumped_at is not None), key=_bump)
    order = [entry.id for entry in bumped]
    served_at = {entry.requester_id: 2 * (turn_state.turn + number) for number, entry in enumerate(bumped, start=1)}
    turn = turn_state.turn + len(bumped)
    if bumped:
        turn_state = TurnState(bumped[-1].requester_id, 1, turn)
    own: dict[int, deque[WaitingJob]] = {}
    since: dict[int, tuple[int, int]] = {}
    for entry in sorted((entry for entry in waiting if entry.bumped_at is None), key=_age):
        person = entry.requester_id
        own.setdefault(person, deque()).append(entry)
        since[person] = min((entry.since, entry.id), since.get(person, (entry.since, entry.id)))
    if turn_state.requester_id is not None and turn_state.requester_id in own:
        jobs = own[turn_state.requester_id]
        if (taken := _take_turn(jobs, turn_state.served)) and jobs:
            served_at[turn_state.requester_id] = 2 * turn_state.turn
        order += taken
    people = [
        (max(since[person], (served_at.get(person, 0), jobs[0].id)), person) for person, jobs in own.items() if jobs
    ]
    heapq.heapify(people)
    while people:
        _, person = heapq.heappop(people)
        turn += 1
        order += _take_turn(own[person], 0)
        if own[person]:
            heapq.heappush(people, ((2 * turn, own[person][0].id), person))
    return order


def _take_turn(jobs: deque[WaitingJob], served: int) -> list[int]:
    """Removes and returns the jobs of one turn, of which `served` have already run."""
    taken = []
    while jobs and (served < jobs[0].weight or not served):
        taken.append(jobs.popleft().id)
        served += 1
    return taken


def _age(entry: WaitingJob) -> int:
    return entry.id


def _bump(entry: WaitingJob) -> tuple[float, int]:
    return entry.bumped_at or 0.0, entry.id


@dataclass(frozen=True, slots=True)
class CancelOutcome:
    """Result of a cancel.

    Attributes:
        job: The job after it.
        was: The state before it. A job in `posting` or at its end is unchanged.
    """

    job: Job
    was: JobState


class Queue:
    """The waiting jobs of one store. `paused` gives the servers whose jobs do not run."""

    def __init__(self, jobs: Jobs, paused: Paused = frozenset) -> None:
        self._jobs = jobs
        self._paused = paused
        self._claiming = asyncio.Lock()

    async def claim(self, device: str | None = None, without: Container[int] = ()) -> Job | None:
        """Sets the next job to `running` and returns it; None if no job can run.

        Args:
            device: What runs it.
            without: Jobs that this device does not run.
        """

        def pick(waiting: Sequence[WaitingJob], turn_state: TurnState) -> tuple[WaitingJob, int] | None:
            return pick_next([entry for entry in self._runnable(waiting) if entry.id not in without], turn_state)

        async with self._claiming:
            return await self._jobs.claim(pick, device)

    async def order(self) -> list[int]:
        """Ids of all waiting jobs, the next one first, without those of paused servers."""
        waiting, turn_state = await self._jobs.waiting()
        # In a thread, because thousands of jobs would stop the event loop for some time.
        return await asyncio.to_thread(service_order, self._runnable(waiting), turn_state)

    async def cancel(self, job: Job) -> CancelOutcome:
        """Cancels a job that waits, runs or is held. It changes only the row; JobControl ends the run."""
        try:
            was = (await self._now(job)).state
            return CancelOutcome(await self._jobs.finish(job.id, JobState.CANCELLED), was)
        except TransitionError:
            now = await self._now(job)
            return CancelOutcome(now, now.state)

    async def _now(self, job: Job) -> Job:
        now = await self._jobs.get(job.id)
        assert now is not None  # noqa: S101 - rows of jobs are never deleted
        return now

    def _runnable(self, waiting: Sequence[WaitingJob]) -> list[WaitingJob]:
        paused = self._paused()
        return [entry for entry in waiting if entry.guild_id not in paused]
