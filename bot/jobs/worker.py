"""The GPU worker: one coroutine that takes jobs from the queue, drives the engine, and has the outcome announced.

The row always goes first: whatever is shown has happened, and a restart at any point finds a row that says what to do.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Final

from bot.clock import Sleep, wait_at_most
from bot.community.guild_settings import Screening
from bot.delivery.job_messages import JobMessages
from bot.engine import Engine, EngineCrashedError, RenderTask, RunCancelledError, RunFailedError
from bot.jobs.job import Concept, Flag, Job, JobState, Progress, RenderResult, Suspended
from bot.jobs.queue import Cancelled, Queue
from bot.jobs.wait_time import RunningJob, WaitTimeEstimator
from bot.operations import logs
from bot.operations.metrics import Metrics
from bot.store.job_row import TransitionError
from bot.store.jobs import Jobs
from bot.store.pictures import Pictures

log = logging.getLogger(__name__)

ATTEMPTS: Final = 2
"""Crashes of the engine after which a job is given up: a poison job must not block the queue."""
CRASHED: Final = "reason-crashed"
BROKEN: Final = "reason-broken"
LOST: Final = "reason-lost"
REJECTED: Final = "reason-rejected"
"""Ids of texts, which chat has in every language."""
SUSPEND_S: Final = 30.0
"""How long a run may take to be suspended; it goes on from its beginning after the next start if it takes longer."""
POST_S: Final = 5.0
"""How long a picture that is finished may take to be posted while the bot stops."""


class Worker:
    """Serves one engine until it is stopped.

    Args:
        jobs, queue, pictures: Rows, their order, and files.
        engine: Renders.
        job_messages: Shows.
        concepts: What the screening looks for.
        timelapse: Whether a time-lapse is kept of each run.
        posted: Called with each job whose picture its channel has.
        metrics: Counts.
        clock: Seconds since 1970.
        sleep: Waits while the bot stops.
    """

    def __init__(
        self,
        jobs: Jobs,
        queue: Queue,
        pictures: Pictures,
        engine: Engine,
        job_messages: JobMessages,
        *,
        concepts: Sequence[Concept] = (),
        timelapse: bool = False,
        posted: Callable[[Job], Awaitable[None]] | None = None,
        metrics: Metrics | None = None,
        clock: Callable[[], float] = time.time,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._jobs = jobs
        self._queue = queue
        self._pictures = pictures
        self._engine = engine
        self._job_messages = job_messages
        self._concepts = tuple(concepts)
        self._timelapse = timelapse
        self._posted = posted
        self._metrics = metrics or Metrics()
        self._clock = clock
        self._sleep = sleep
        self._estimator: WaitTimeEstimator | None = None
        self._wake = asyncio.Event()
        self._running: RunningJob | None = None
        self._wanted: str | None = None
        self._draining = False
        self._idle = asyncio.Event()
        self._idle.set()
        self._posts: set[asyncio.Task[None]] = set()

    def set_estimator(self, estimator: WaitTimeEstimator) -> None:
        """Gives the estimator, which itself looks at what runs here."""
        self._estimator = estimator

    def running(self) -> RunningJob | None:
        """The run under way."""
        return self._running

    async def recover(self) -> None:
        """After a restart: what ran waits again, and its place and attempts are as they were."""
        for job in await self._jobs.in_state(JobState.RUNNING):
            log.info("job %d was running when the bot stopped; it waits again", job.id)
            await self._jobs.requeue(job.id, crashed=False, checkpoint=job.checkpoint)

    async def catch_up(self) -> None:
        """After a restart, once the channel can be reached: posts what was to be posted, shows what waits."""
        for job in await self._jobs.in_state(JobState.POSTING):
            self._post_soon(job)
        for job in await self._jobs.in_state(JobState.QUEUED):
            self._job_messages.adopt(job)
            self._job_messages.changed(job)
        await self.update_positions()

    def wake(self) -> None:
        """A job was let in, or may run now."""
        self._wake.set()

    async def cancel(self, job: Job) -> Cancelled:
        """Cancels a job wherever it is, and shows it."""
        outcome = await self._queue.cancel(job)
        if outcome.job.state is JobState.CANCELLED and outcome.was is not JobState.CANCELLED:
            if self._runs(job):
                await self._tell_engine("cancel")
            self._metrics.job_ended(outcome.job)
            self._job_messages.changed(outcome.job)
            await self.update_positions()
        return outcome

    async def finish_now(self, job: Job) -> bool:
        """Ends a running job with the picture that it has; False if it does not run."""
        if not self._runs(job) or self._wanted is not None:
            return False
        await self._tell_engine("finish")
        return True

    async def approve(self, job: Job) -> Job:
        """Posts a held picture.

        Raises:
            TransitionError: It is not held.
        """
        released = await self._jobs.release(job.id)
        self._job_messages.adopt(await self._first_of_batch(released))
        self._post_soon(released)
        return released

    async def reject(self, job: Job) -> Job:
        """Refuses a held picture, which nobody will see.

        Raises:
            TransitionError: It is not held.
        """
        if job.state is not JobState.HELD:
            raise TransitionError(f"job {job.id} is {job.state}, not held")
        ended = await self._jobs.finish(job.id, JobState.CANCELLED, REJECTED)
        self._metrics.job_ended(ended)
        await self._pictures.drop(await self._jobs.drop_files([job.id], removed=False))
        self._job_messages.adopt(await self._first_of_batch(ended))
        self._job_messages.changed(ended)
        return ended

    async def drain(self, seconds: float) -> None:
        """Takes nothing new, and lets the run under way end; after so many seconds it is suspended instead."""
        self._draining = True
        self._wake.set()
        if not await wait_at_most(seconds, self._idle.wait(), self._sleep):
            await self._tell_engine("suspend")
            await wait_at_most(SUSPEND_S, self._idle.wait(), self._sleep)
        if self._posts:
            await wait_at_most(POST_S, asyncio.wait(self._posts), self._sleep)

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
            job = None if self._draining else await self._queue.claim()
            if job is None:
                await self._wake.wait()
                continue
            self._idle.clear()
            self._running, self._wanted = RunningJob(job.id, self._clock()), None
            with logs.log_context(job=job.id):
                try:
                    await self._render(job)
                except Exception:
                    log.exception("job %d broke", job.id)
                    await self._fail(job, BROKEN)
                finally:
                    self._running = None
                    self._idle.set()

    async def update_positions(self) -> None:
        """Has everybody who waits told where they stand, where that has changed."""
        if self._estimator is not None:
            queue_positions = await self._estimator.positions()
            self._job_messages.show_positions(queue_positions)

    async def _render(self, job: Job) -> None:
        log.info("job %d starts", job.id)
        self._metrics.job_started(job)
        self._job_messages.progress(job, Progress(0, job.steps))
        await self.update_positions()
        try:
            async with contextlib.aclosing(self._engine.run(await self._render_task(job))) as entries:
                async for entry in entries:
                    if self._wanted == "cancel":  # cancelled before the engine had taken the job
                        await self._engine.cancel()
                    await self._handle(job, entry)
        except RunCancelledError:
            log.info("job %d was cancelled", job.id)
        except RunFailedError as error:
            await self._fail(job, str(error))
        except EngineCrashedError as error:
            log.warning("job %d: the engine crashed (%s)", job.id, error)
            await self._crashed(job)

    async def _handle(self, job: Job, entry: Progress | RenderResult | Suspended) -> None:
        if isinstance(entry, RenderResult):
            await self._rendered(job, entry)
        elif isinstance(entry, Suspended):
            sha256 = await self._pictures.put(entry.checkpoint)
            with contextlib.suppress(TransitionError):  # cancelled meanwhile
                await self._jobs.requeue(job.id, crashed=False, checkpoint=sha256)
                log.info("job %d was suspended after %d steps", job.id, entry.step)
        else:
            if entry.flags and job.screening is not Screening.OFF:
                await self._jobs.cover(job.id)
            if self._running is not None:
                self._running = RunningJob(job.id, self._running.began_at, entry.step)
            self._job_messages.progress(job, entry)

    async def _render_task(self, job: Job) -> RenderTask:
        checkpoint = None
        if job.checkpoint is not None:
            with contextlib.suppress(FileNotFoundError):
                checkpoint = await self._pictures.get(job.checkpoint)
        return RenderTask(
            request=job.request,
            blobs=await self._blobs(job),
            checkpoint=checkpoint,
            timelapse=self._timelapse,
            concepts=() if job.screening is Screening.OFF else self._concepts,
            # Only words are screened before the run, so what it starts from is not shown before its end.
            previews=job.screening is Screening.OFF or not job.request.inputs(),
        )

    async def _blobs(self, job: Job) -> Mapping[str, bytes]:
        try:
            return {sha256: await self._pictures.get(sha256) for sha256 in job.request.inputs()}
        except FileNotFoundError as error:
            raise RunFailedError("reason-input-gone") from error

    async def _rendered(self, job: Job, result: RenderResult) -> None:
        sha256 = await self._pictures.put(result.png)
        timelapse = None if result.timelapse is None else await self._pictures.put(result.timelapse)
        found = result.flags if job.screening is not Screening.OFF else ()
        try:
            rendered = await self._jobs.render_done(
                job.id,
                sha256,
                result.similarity,
                result.seconds,
                request=result.request,
                steps=result.steps,
                timelapse=timelapse,
                flags=_concepts(found),
                spoiler=True if found else None,
                hold=bool(found) and job.screening is Screening.HOLD,
            )
        except TransitionError:
            log.info("job %d was cancelled with its last step", job.id)
            return
        if rendered.state is JobState.HELD:
            log.info("job %d waits for a moderator (%s)", job.id, ", ".join(rendered.flags))
            self._job_messages.changed(rendered)
        else:
            self._post_soon(rendered)

    def _post_soon(self, job: Job) -> None:
        """Beside the next job: a slow or unreachable Discord must not idle the GPU."""
        task = asyncio.create_task(self._post(job), name=f"post job {job.id}")
        self._posts.add(task)
        task.add_done_callback(self._posts.discard)

    async def _post(self, job: Job) -> None:
        with logs.log_context(job=job.id):
            if job.picture is None or not await self._pictures.has(job.picture):
                log.error("job %d: its picture is not in the store", job.id)
                await self._fail(job, LOST)
                return
            await self._job_messages.post(job)
            done = await self._jobs.finish(job.id, JobState.DONE)
            self._metrics.job_ended(done)
            log.info("job %d is done", job.id)
            if self._posted is not None:
                await self._posted(done)

    async def _crashed(self, job: Job) -> None:
        if job.attempts + 1 >= ATTEMPTS:
            await self._fail(job, CRASHED)
            return
        with contextlib.suppress(TransitionError):  # cancelled meanwhile
            self._job_messages.changed(await self._jobs.requeue(job.id, crashed=True, checkpoint=job.checkpoint))

    async def _fail(self, job: Job, reason: str) -> None:
        with contextlib.suppress(TransitionError):  # cancelled meanwhile
            failed = await self._jobs.finish(job.id, JobState.FAILED, reason)
            self._metrics.job_ended(failed)
            self._job_messages.changed(failed)

    async def _first_of_batch(self, job: Job) -> Job:
        return job if job.is_first else (await self._jobs.of_batch(job.batch_id))[0]

    def _runs(self, job: Job) -> bool:
        return self._running is not None and self._running.job_id == job.id

    async def _tell_engine(self, what: str) -> None:
        self._wanted = what
        match what:
            case "cancel":
                await self._engine.cancel()
            case "finish":
                await self._engine.finish()
            case _:
                await self._engine.suspend()


def _concepts(flags: Sequence[Flag]) -> list[str]:
    return sorted({flag.concept for flag in flags})
