"""When what waits will start: from the order, and from how fast the engine was with such runs lately.

Whoever comes later joins the queue, and goes before whoever has been served by then: never before a person's first job,
but before their second. So that one starts later than the queue alone says, by what will probably come in until then.
"""

import math
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from bot.jobs.queue import Queue
from bot.store.history import History, Load, Pace

DEMAND_S: Final = 1800.0
"""How far back people are counted, to guess how many will come."""


@dataclass(frozen=True, slots=True)
class QueuePosition:
    """Where a waiting job stands.

    Attributes:
        job_id, batch_id: The job, and the first of its batch.
        position: 1 for the next to run.
        start_at: When it will probably start (seconds since 1970); None while nothing is known of such runs.
    """

    job_id: int
    batch_id: int
    position: int
    start_at: float | None


@dataclass(frozen=True, slots=True)
class RunningJob:
    """The run under way: whose, since when, and how many steps it has made."""

    job_id: int
    began_at: float
    step: int = 0


class WaitTimeEstimator:
    """Looks ahead.

    Args:
        queue: Gives the order.
        history: Gives the loads, and the paces of runs that have ended.
        running: Gives the run under way, if there is one.
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
        """Every waiting job that has a turn, the next one first."""
        order = await self._queue.order()
        loads = await self._history.loads()
        paces = await self._history.paces()
        demand = await self._history.demand(DEMAND_S)
        now = self._clock()
        running = self._running()
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
            queue_positions.append(
                QueuePosition(job_id, load.batch_id, position, None if start is None else start + delay)
            )
            seconds = duration(load, paces)
            start = None if start is None or seconds is None else start + seconds
            if start is not None:
                served[own] = start + delay
        return queue_positions

    async def position(self, job_id: int) -> QueuePosition | None:
        """One job's."""
        return next(
            (queue_position for queue_position in await self.positions() if queue_position.job_id == job_id), None
        )


def duration(load: Load, paces: Sequence[Pace]) -> float | None:
    """Seconds that a run will take: from runs of its kind, else from the likest of its model, by pixels and views."""
    alike = [pace for pace in paces if pace.model == load.model]
    for pace in alike:
        if (pace.area, pace.views) == (load.area, load.views):
            return load.steps * pace.seconds
    nearest = min(alike, key=lambda pace: _distance(pace, load), default=None)
    if nearest is None:
        return None
    # A step's cost grows with the views, which the model looks at, and, more slowly, with the canvas they are cut from.
    growth = (load.views / nearest.views) * math.sqrt(load.area / nearest.area)
    return load.steps * nearest.seconds * growth


def remaining(running: RunningJob, load: Load, paces: Iterable[Pace], now: float) -> float | None:
    """Seconds that the run under way still needs: from its own pace as soon as that says something."""
    elapsed = now - running.began_at
    expected = duration(load, list(paces))
    if running.step >= max(3, load.steps // 10):
        return max(0.0, (load.steps - running.step) * elapsed / running.step)
    return None if expected is None else max(0.0, expected - elapsed)


def _distance(pace: Pace, load: Load) -> float:
    return abs(pace.area / load.area - 1) + abs(pace.views / load.views - 1)
