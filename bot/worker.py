"""The GPU worker: one coroutine that takes jobs from the queue, drives the engine, and has the outcome announced.

The row always goes first: whatever is shown has happened, and a restart at any point finds a row that says what to do.
"""

import asyncio
import contextlib
import logging
from collections.abc import Mapping
from typing import Final

from bot import logs
from bot.announce import Announcer
from bot.engine import Engine, EngineCrashedError, Order, RunCancelledError, RunFailedError
from bot.job import Job, JobState, Progress, Result
from bot.metrics import Metrics
from bot.queue import Cancelled, Queue
from bot.store.jobs import Jobs, TransitionError
from bot.store.pictures import Pictures

log = logging.getLogger(__name__)

ATTEMPTS: Final = 2
"""Crashes of the engine after which a job is given up: a poison job must not block the queue."""
CRASHED: Final = "The engine crashed twice on this request. Its host finds the cause in the log."
BROKEN: Final = "Something went wrong on this side. Its host finds it in the log under job {}."
LOST: Final = "The finished picture was lost before it could be posted."


class Worker:
    """Serves one engine until it is stopped."""

    def __init__(
        self,
        jobs: Jobs,
        queue: Queue,
        pictures: Pictures,
        engine: Engine,
        announcer: Announcer,
        metrics: Metrics | None = None,
    ) -> None:
        self._jobs = jobs
        self._queue = queue
        self._pictures = pictures
        self._engine = engine
        self._announcer = announcer
        self._metrics = metrics or Metrics()
        self._wake = asyncio.Event()
        self._current: int | None = None
        self._stopping = False
        self._posts: set[asyncio.Task[None]] = set()

    async def recover(self) -> None:
        """After a restart: what ran waits again, and its place and attempts are as they were."""
        for job in await self._jobs.in_state(JobState.RUNNING):
            log.info("job %d was running when the bot stopped; it waits again", job.id)
            await self._jobs.requeue(job.id, crashed=False)

    async def catch_up(self) -> None:
        """After a restart, once the channel can be reached: posts what was to be posted, shows what waits."""
        for job in await self._jobs.in_state(JobState.POSTING):
            self._post_soon(job)
        for job in await self._jobs.in_state(JobState.QUEUED):
            self._announcer.adopt(job)
        await self._show_positions()

    def wake(self) -> None:
        """A job was let in."""
        self._wake.set()

    async def cancel(self, job: Job) -> Cancelled:
        """Cancels a job wherever it is, and shows it."""
        outcome = await self._queue.cancel(job)
        if outcome.job.state is JobState.CANCELLED and outcome.was is not JobState.CANCELLED:
            if self._current == job.id:
                self._stopping = True
                await self._engine.cancel()
            self._metrics.job_ended(outcome.job)
            self._announcer.ended(outcome.job)
            await self._show_positions()
        return outcome

    async def close(self) -> None:
        """Stops posting. What was not posted is posted after the next start."""
        posts = list(self._posts)
        for task in posts:
            task.cancel()
        await asyncio.gather(*posts, return_exceptions=True)

    async def run(self) -> None:
        """Works until it is cancelled."""
        while True:
            self._wake.clear()
            job = await self._queue.claim()
            if job is None:
                await self._wake.wait()
                continue
            self._current, self._stopping = job.id, False
            with logs.about(job=job.id):
                try:
                    await self._render(job)
                except Exception:
                    log.exception("job %d broke", job.id)
                    await self._fail(job, BROKEN.format(job.id))
                finally:
                    self._current = None

    async def _render(self, job: Job) -> None:
        log.info("job %d starts", job.id)
        self._metrics.job_started(job)
        self._announcer.progress(job, Progress(0, job.request.steps))
        await self._show_positions()
        try:
            order = Order(job.request, await self._blobs(job))
            async with contextlib.aclosing(self._engine.run(order)) as news:
                async for entry in news:
                    if self._stopping:  # cancelled before the engine had taken the job
                        await self._engine.cancel()
                    if isinstance(entry, Result):
                        await self._rendered(job, entry)
                    elif isinstance(entry, Progress):
                        self._announcer.progress(job, entry)
        except RunCancelledError:
            log.info("job %d was cancelled", job.id)
        except RunFailedError as error:
            await self._fail(job, str(error))
        except EngineCrashedError as error:
            log.warning("job %d: the engine crashed (%s)", job.id, error)
            await self._crashed(job)

    async def _blobs(self, job: Job) -> Mapping[str, bytes]:
        return {sha256: await self._pictures.get(sha256) for sha256 in job.request.inputs()}

    async def _rendered(self, job: Job, result: Result) -> None:
        sha256 = await self._pictures.put(result.png)
        try:
            posting = await self._jobs.render_done(job.id, sha256, result.similarity, result.seconds)
        except TransitionError:
            log.info("job %d was cancelled with its last step", job.id)
            return
        self._post_soon(posting)

    def _post_soon(self, job: Job) -> None:
        """Beside the next job: a slow or unreachable Discord must not idle the GPU."""
        task = asyncio.create_task(self._post(job), name=f"post job {job.id}", context=logs.only(job=job.id))
        self._posts.add(task)
        task.add_done_callback(self._posts.discard)

    async def _post(self, job: Job) -> None:
        assert job.picture is not None  # noqa: S101 - a job gets to posting with its picture
        try:
            png = await self._pictures.get(job.picture)
        except FileNotFoundError:
            log.exception("job %d: its picture is not in the store", job.id)
            await self._fail(job, LOST)
            return
        await self._announcer.post(job, png)
        self._metrics.job_ended(await self._jobs.finish(job.id, JobState.DONE))
        log.info("job %d is done", job.id)

    async def _crashed(self, job: Job) -> None:
        if job.attempts + 1 >= ATTEMPTS:
            await self._fail(job, CRASHED)
            return
        with contextlib.suppress(TransitionError):  # cancelled meanwhile
            waiting = await self._jobs.requeue(job.id, crashed=True)
            self._announcer.queued(waiting, 1)

    async def _fail(self, job: Job, reason: str) -> None:
        with contextlib.suppress(TransitionError):  # cancelled meanwhile
            failed = await self._jobs.finish(job.id, JobState.FAILED, reason)
            self._metrics.job_ended(failed)
            self._announcer.ended(failed)

    async def _show_positions(self) -> None:
        positions = await self._queue.positions()
        for job in await self._jobs.in_state(JobState.QUEUED):
            if job.id in positions:
                self._announcer.queued(job, positions[job.id])
