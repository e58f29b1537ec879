"""All workers, one for each device: started, woken and stopped together."""

import asyncio
import logging
from collections.abc import Callable
from typing import Final

from bot.clock import Sleep, wait_at_most
from bot.delivery.job_messages import JobMessages
from bot.jobs.current_run import CurrentRun, CurrentRuns
from bot.jobs.job import JobState
from bot.jobs.queue_board import QueueBoard
from bot.jobs.worker import Worker
from bot.operations.metrics import Metrics
from bot.store.jobs import Jobs

log = logging.getLogger(__name__)

INTERRUPTIONS: Final = 3
"""Kills of the bot during one job after which the job fails, as it may be the cause."""
INTERRUPTED: Final = "reason-interrupted"
"""Id of a text."""
PAGE: Final = 200
"""Waiting jobs that are read at once after a restart."""
SUSPEND_S: Final = 5.0
"""Seconds in which the runs must be suspended while the bot stops; otherwise their jobs start from the beginning."""


class WorkerPool:
    """The workers of one queue.

    Args:
        make: Makes the worker of a device; its second argument wakes all workers.
        jobs: Rows.
        current_runs: What the devices render.
        queue_board: Told what waits after a restart.
        job_messages: Shows what waits after a restart.
        metrics: Counts the jobs.
        sleep: Measures the time limits of `drain`.
    """

    def __init__(
        self,
        make: Callable[[CurrentRun, Callable[[], None]], Worker],
        *,
        jobs: Jobs,
        current_runs: CurrentRuns,
        queue_board: QueueBoard,
        job_messages: JobMessages,
        metrics: Metrics,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._workers = [make(run, self.wake) for run in current_runs]
        self._jobs = jobs
        self._current_runs = current_runs
        self._queue_board = queue_board
        self._job_messages = job_messages
        self._metrics = metrics
        self._sleep = sleep

    async def recover(self) -> None:
        """Returns running jobs to the queue after the bot was killed; they keep their places and checkpoints.

        A job that was running at each of INTERRUPTIONS kills fails; `catch_up` shows it.
        """
        for job in await self._jobs.in_state(JobState.RUNNING):
            if job.interruptions + 1 >= INTERRUPTIONS:
                log.error("job %d was running at each of %d kills of the bot; it fails", job.id, INTERRUPTIONS)
                self._metrics.job_ended(await self._jobs.finish(job.id, JobState.FAILED, INTERRUPTED))
            else:
                log.info("job %d was running when the bot was killed; it waits again", job.id)
                await self._jobs.interrupted(job.id)

    async def catch_up(self) -> None:
        """Shows what waits after a restart. The channel must be reachable."""
        for job in await self._jobs.unshown():
            self._job_messages.adopt(job)
            self._job_messages.changed(job)
        after = 0
        while page := await self._jobs.queued_page(after, PAGE):
            after = page[-1].id
            for job in page:
                self._job_messages.adopt(job)
                if job.is_first and (job.message_id is None or job.unconfirmed):
                    self._job_messages.changed(job)
        self._queue_board.changed()

    def idle(self) -> bool:
        """Whether no job is running."""
        return self._current_runs.idle()

    def wake(self) -> None:
        """Has idle devices claim jobs; called when the queue changes."""
        for worker in self._workers:
            worker.wake()

    async def drain(self, seconds: float) -> None:
        """Claims no more jobs; returns when all runs have ended. After so many seconds they are suspended."""
        for worker in self._workers:
            worker.stop()
        if not await wait_at_most(seconds, self._current_runs.wait_until_idle(), self._sleep):
            await wait_at_most(SUSPEND_S, self._current_runs.suspend(), self._sleep)

    async def run(self) -> None:
        """Works until it is cancelled, or until a worker fails unexpectedly."""
        async with asyncio.TaskGroup() as group:
            for worker in self._workers:
                group.create_task(worker.run(), name="worker")
