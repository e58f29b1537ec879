"""When waiting jobs will start: from the order of the queue, the devices, and the pace of recent runs on each.

Each job in turn is given to the device that is free first, as the devices claim them.

New requesters queue ahead of those who have been served: never ahead of a requester's first job, but ahead of their
second. So a second job starts later than the queue alone suggests, by the demand that is expected until then.
"""

import asyncio
import heapq
import math
import time
from collections.abc import Callable, Mapping, Sequence
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


@dataclass(frozen=True, slots=True)
class Server:
    """A device, what it runs now, and whether it takes jobs."""

    device: str
    running: RunningJob | None = None
    available: bool = True


class WaitTimeEstimator:
    """Estimates when jobs start.

    Args:
        queue: Gives the order.
        history: Gives the loads of waiting jobs, and the paces of runs that have ended.
        servers: Gives the devices, in the order in which idle ones take jobs.
        clock: Seconds since 1970.
    """

    def __init__(
        self,
        queue: Queue,
        history: History,
        servers: Callable[[], Sequence[Server]],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._queue = queue
        self._history = history
        self._servers = servers
        self._clock = clock

    async def positions(self) -> list[QueuePosition]:
        """Positions of all jobs in the queue's order."""
        order = await self._queue.order()
        loads = await self._history.loads()
        paces = await self._history.paces()
        demand = await self._history.demand(DEMAND_S)
        # In a thread, because thousands of jobs would stop the event loop for some time.
        return await asyncio.to_thread(_positions, order, loads, paces, demand, self._servers(), self._clock())


def _positions(
    order: Sequence[int],
    loads: Mapping[int, Load],
    paces: Sequence[Pace],
    demand: float,
    servers: Sequence[Server],
    now: float,
) -> list[QueuePosition]:
    taking = [server for server in servers if server.available]
    free, served = _when_free(taking, loads, paces, now)
    # Newcomers' jobs are shared among the devices too.
    demand /= max(1, len(taking))
    queue_positions = []
    turn = (0, 0)
    delay = 0.0
    for position, job_id in enumerate((job_id for job_id in order if job_id in loads), start=1):
        load = loads[job_id]
        own = load.requester_id
        turn = (own, turn[1] + 1 if turn[0] == own else 0)
        if turn[1] % load.weight == 0:
            delay = demand * (served.get(own, now) - now)
        if not free:
            queue_positions.append(QueuePosition(job_id, load.batch_id, position, None, load.guild_id))
            continue
        start, place = heapq.heappop(free)
        queue_positions.append(QueuePosition(job_id, load.batch_id, position, start + delay, load.guild_id))
        # A device whose run takes an unknown time takes none of the other jobs, as far as is known.
        if (seconds := duration(load, paces, taking[place].device)) is not None:
            heapq.heappush(free, (start + seconds, place))
        if free:
            served[own] = free[0][0] + delay
    return queue_positions


def _when_free(
    servers: Sequence[Server], loads: Mapping[int, Load], paces: Sequence[Pace], now: float
) -> tuple[list[tuple[float, int]], dict[int, float]]:
    """A heap of (when it is free, number of the server), and until when newcomers overtake the requester served last.

    A server whose run takes an unknown time is left out.
    """
    free = []
    last: RunningJob | None = None
    for place, server in enumerate(servers):
        running = server.running
        if running is None or running.job_id not in loads:
            free.append((now, place))
            continue
        last = running if last is None or running.began_at > last.began_at else last
        rest = remaining(running, loads[running.job_id], paces, now, server.device)
        if rest is not None:
            free.append((now + rest, place))
    heapq.heapify(free)
    return free, {loads[last.job_id].requester_id: free[0][0]} if last is not None and free else {}


def duration(load: Load, paces: Sequence[Pace], device: str = "") -> float | None:
    """Expected seconds of a run: from runs of its size, views and canvas, else from the most similar run of its model.

    Runs of other devices count only while this device has made none of its model.
    """
    alike = [pace for pace in paces if pace.model == load.model]
    alike = [pace for pace in alike if pace.device == device] or alike
    alike = [pace for pace in alike if pace.canvas == load.canvas] or alike
    for pace in alike:
        if (pace.area, pace.views, pace.canvas) == (load.area, load.views, load.canvas):
            return load.steps * pace.seconds
    nearest = min(alike, key=lambda pace: _distance(pace, load), default=None)
    if nearest is None:
        return None
    # A step's cost grows with the views that the model sees, and more slowly with the area of the canvas.
    growth = (load.views / nearest.views) * math.sqrt(load.area / nearest.area)
    if nearest.canvas != load.canvas:
        growth *= load.canvas_cost / nearest.canvas_cost
    return load.steps * nearest.seconds * growth


def remaining(running: RunningJob, load: Load, paces: Sequence[Pace], now: float, device: str = "") -> float | None:
    """Expected seconds until the run ends: from its own pace after its first 3 steps and 10 %, else from past runs."""
    elapsed = now - running.began_at
    expected = duration(load, paces, device)
    if running.step >= max(3, load.steps // 10):
        return max(0.0, (load.steps - running.step) * elapsed / running.step)
    return None if expected is None else max(0.0, expected - elapsed)


def _distance(pace: Pace, load: Load) -> float:
    return abs(pace.area / load.area - 1) + abs(pace.views / load.views - 1)
