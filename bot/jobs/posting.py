"""Posts finished pictures during the next run, so that a slow or unreachable Discord does not idle the GPU."""

import asyncio
import itertools
import logging
from collections.abc import Awaitable, Callable
from typing import Final

from bot.clock import Sleep, wait_at_most
from bot.delivery.job_messages import JobMessages
from bot.delivery.message_updater import BROKEN, PAUSES_S, NotPostedError
from bot.jobs.job import Job, JobState
from bot.operations import logs
from bot.operations.metrics import Metrics
from bot.store.job_row import TransitionError
from bot.store.jobs import Jobs
from bot.store.pictures import Pictures
from bot.store.storage_error import outlast

log = logging.getLogger(__name__)

LOST: Final = "reason-lost"
"""Id of a text: the picture's file is gone."""
DRAIN_S: Final = 5.0
"""Seconds in which finished pictures may still be posted while the bot stops."""


class PicturePoster:
    """Takes jobs from `posting` to `done` or, if the channel does not take the picture, to `failed`.

    Each job has a task of its own.

    Args:
        jobs, pictures: Rows and files.
        job_messages: Shows the pictures.
        posted: Called with each job whose picture has reached its channel.
        metrics: Counts the jobs.
        sleep: Measures DRAIN_S and the pauses after errors.
    """

    def __init__(
        self,
        jobs: Jobs,
        pictures: Pictures,
        job_messages: JobMessages,
        posted: Callable[[Job], Awaitable[None]],
        metrics: Metrics,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._jobs = jobs
        self._pictures = pictures
        self._job_messages = job_messages
        self._posted = posted
        self._metrics = metrics
        self._sleep = sleep
        self._tasks: set[asyncio.Task[None]] = set()

    async def catch_up(self) -> None:
        """Posts what a restart interrupted. The channel must be reachable."""
        for job in await self._jobs.in_state(JobState.POSTING):
            self.start(job)

    def start(self, job: Job) -> None:
        """Begins to post a job's picture."""
        task = asyncio.create_task(self._post(job), name=f"post job {job.id}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def drain(self) -> None:
        """Waits at most DRAIN_S until everything is posted."""
        if self._tasks:
            await wait_at_most(DRAIN_S, asyncio.wait(self._tasks), self._sleep)

    async def close(self) -> None:
        """Stops posting. The rest is posted after the next start."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _post(self, job: Job) -> None:
        with logs.log_context(job=job.id):
            for tries in itertools.count():
                try:
                    await (self._post_once(job) if tries <= len(PAUSES_S) else self._fail(job, BROKEN))
                except TransitionError as error:
                    log.info("%s", error)  # it has ended meanwhile
                except Exception:
                    log.exception("job %d could not be posted", job.id)
                    await self._sleep(PAUSES_S[min(tries, len(PAUSES_S) - 1)])
                    continue
                return

    async def _post_once(self, job: Job) -> None:
        now = await self._jobs.get(job.id)
        if now is not None and now.deleted_at is not None:
            log.info("job %d is deleted before its picture is posted", job.id)
            self._ended(await self._finish(job, JobState.CANCELLED))
            return
        if job.picture is None or not await self._pictures.has(job.picture):
            log.error("job %d: its picture is not in the store", job.id)
            await self._fail(job, LOST)
            return
        try:
            await self._job_messages.post(job)
        except NotPostedError as error:
            await self._fail(job, error.reason)
            return
        done = await self._finish(job, JobState.DONE)
        self._metrics.job_ended(done)
        log.info("job %d is done", job.id)
        try:
            await self._posted(done)
        except Exception:
            log.exception("job %d is done, but what follows failed", job.id)

    async def _fail(self, job: Job, reason: str) -> None:
        self._ended(await self._finish(job, JobState.FAILED, reason))

    def _ended(self, job: Job) -> None:
        self._metrics.job_ended(job)
        self._job_messages.adopt(job)
        self._job_messages.changed(job)

    async def _finish(self, job: Job, state: JobState, reason: str | None = None) -> Job:
        """Ends the job, as soon as the disk takes it: its picture is posted, and would be posted again otherwise."""
        return await outlast(f"job {job.id}", lambda: self._jobs.finish(job.id, state, reason), self._sleep)
