"""When waiting jobs will start: from the order of the queue and the pace of recent runs.

New requesters queue ahead of those who have been served: never ahead of a requester's first job, but ahead of their
second. So a second job starts later than the queue alone suggests, by the demand that is expected until then.
"""

import asyncio
import math
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from bot.jobs.queue import Queue
from bot.store.history import History, Load, Pace

DEMAND_S: Final = 1800.0
"""Seconds over which the demand is averaged."""


@dataclass(frozen=True, slots=True)
class QueuePosition:
    """Position of a waiting job.

    Attributes:
        job_id, batch_id: The job, and the first of its batch.
        position: 1 for the next job to run.
        start_at: Expected start (seconds since 1970); None if the pace of the runs before it is unknown.
        guild_id: The server it was requested in.
    """

    job_id: int
    batch_id: int
    position: int
    start_at: float | None
    guild_id: int = 0


@dataclass(frozen=True, slots=True)
class RunningJob:
    """A running job, its start (seconds since 1970), and the steps it has made."""

    job_id: int
    began_at: float
    step: int = 0


class WaitTimeEstimator:
    """Estimates when jobs start.

    Args:
        queue: Gives the order.
        history: Gives the loads of waiting jobs, and the paces of runs that have ended.
        running: Gives the running job, if any.
        clock: Seconds since 1970.
    """

    def __init__(
        self,
        queue: Queue,
        history: History,
        running: Callable[[], RunningJob | None],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._queue = queue
        self._history = history
        self._running = running
        self._clock = clock

    async def positions(self) -> list[QueuePosition]:
        """Positions of all jobs in the queue's order."""
        order = await self._queue.order()
        loads = await self._history.loads()
        paces = await self._history.paces()
        demand = await self._history.demand(DEMAND_S)
        # In a thread, because thousands of jobs would stop the event loop for some time.
        return await asyncio.to_thread(_positions, order, loads, paces, demand, self._running(), self._clock())


def _positions(
    order: Sequence[int],
    loads: Mapping[int, Load],
    paces: Sequence[Pace],
    demand: float,
    running: RunningJob | None,
    now: float,
) -> list[QueuePosition]:
    start: float | None = now
    served: dict[int, float] = {}
    if running is not None and running.job_id in loads:
        rest = remaining(running, loads[running.job_id], paces, now)
        start = None if rest is None else now + rest
        if start is not None:
            served[loads[running.job_id].requester_id] = start
    queue_positions = []
    turn = (0, 0)
    delay = 0.0
    for position, job_id in enumerate((job_id for job_id in order if job_id in loads), start=1):
        load = loads[job_id]
        own = load.requester_id
        turn = (own, turn[1] + 1 if turn[0] == own else 0)
        if turn[1] % load.weight == 0:
            delay = demand * (served.get(own, now) - now)
        start_at = None if start is None else start + delay
        queue_positions.append(QueuePosition(job_id, load.batch_id, position, start_at, load.guild_id))
        seconds = duration(load, paces)
        start = None if start is None or seconds is None else start + seconds
        if start is not None:
            served[own] = start + delay
    return queue_positions


def duration(load: Load, paces: Sequence[Pace]) -> float | None:
    """Expected seconds of a run: from runs of its size and views, else from the most similar run of its model."""
    alike = [pace for pace in paces if pace.model == load.model]
    for pace in alike:
        if (pace.area, pace.views) == (load.area, load.views):
            return load.steps * pace.seconds
    nearest = min(alike, key=lambda pace: _distance(pace, load), default=None)
    if nearest is None:
        return None
    # A step's cost grows with the views that the model sees, and more slowly with the area of the canvas.
    growth = (load.views / nearest.views) * math.sqrt(load.area / nearest.area)
    return load.steps * nearest.seconds * growth


def remaining(running: RunningJob, load: Load, paces: Iterable[Pace], now: float) -> float | None:
    """Expected seconds until the run ends: from its own pace after its first 3 steps and 10 %, else from past runs."""
    elapsed = now - running.began_at
    expected = duration(load, list(paces))
    if running.step >= max(3, load.steps // 10):
        return max(0.0, (load.steps - running.step) * elapsed / running.step)
    return None if expected is None else max(0.0, expected - elapsed)


def _distance(pace: Pace, load: Load) -> float:
    return abs(pace.area / load.area - 1) + abs(pace.views / load.views - 1)
