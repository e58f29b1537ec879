"""A device's worker: one coroutine that claims jobs, renders them with the engine, and reports progress and outcome.

A job's row changes before its message, so that a restart at any point finds a row that says what to do next.
"""

import asyncio
import contextlib
import logging
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from bot.clock import Sleep
from bot.community.guild_settings import Screening
from bot.delivery.job_messages import JobMessages
from bot.engine import Engine, EngineAwayError, EngineCrashedError, RenderTask, RunCancelledError, RunFailedError
from bot.jobs.current_run import CurrentRun
from bot.jobs.job import Concept, Job, JobState, Progress, RenderResult, Suspended
from bot.jobs.posting import PicturePoster
from bot.jobs.queue import Queue
from bot.jobs.queue_board import QueueBoard
from bot.operations import logs
from bot.operations.metrics import Metrics
from bot.store.job_row import TransitionError
from bot.store.jobs import Jobs
from bot.store.pictures import Pictures
from bot.store.storage_error import FIRST_PAUSE_S, StorageError, outlast

log = logging.getLogger(__name__)

ATTEMPTS: Final = 2
"""Crashes of the engine after which a job fails, so that it cannot block the queue."""
CRASHED: Final = "reason-crashed"
BROKEN: Final = "reason-broken"
NOT_STORED: Final = "reason-not-stored"
INPUT_GONE: Final = "reason-input-gone"
"""Ids of texts."""
STORAGE_TRIES: Final = 3
"""Runs of a job that the disk refused after which it fails, if the disk takes other files."""
LONGEST_PAUSE_S: Final = 60.0
"""Seconds between two attempts to start an engine, at most."""


class Worker:
    """Serves one engine on one device.

    Args:
        jobs, queue, pictures: Rows, their order, and files.
        engine: Renders.
        current_run: Told what the engine renders.
        others: Says whether another device takes jobs.
        wake_all: Called when other devices may have to claim a job that this one does not run.
        queue_board: Told when a job leaves the queue.
        poster: Posts finished pictures.
        job_messages: Shows progress.
        concepts: What pictures are screened for, in servers that screen them.
        timelapse: Whether a time-lapse is kept of each run.
        metrics: Counts the jobs.
        sleep: Measures the pauses while the disk refuses or the engine does not start.
    """

    def __init__(
        self,
        *,
        jobs: Jobs,
        queue: Queue,
        pictures: Pictures,
        engine: Engine,
        current_run: CurrentRun,
        others: Callable[[], bool],
        wake_all: Callable[[], None],
        queue_board: QueueBoard,
        poster: PicturePoster,
        job_messages: JobMessages,
        concepts: Sequence[Concept],
        timelapse: bool,
        metrics: Metrics,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._jobs = jobs
        self._queue = queue
        self._pictures = pictures
        self._engine = engine
        self._current_run = current_run
        self._others = others
        self._wake_all = wake_all
        self._queue_board = queue_board
        self._poster = poster
        self._job_messages = job_messages
        self._concepts = tuple(concepts)
        self._timelapse = timelapse
        self._metrics = metrics
        self._sleep = sleep
        self._wake = asyncio.Event()
        self._draining = False
        self._refused: Counter[int] = Counter()
        self._crashed_here: set[int] = set()

    def wake(self) -> None:
        """Claims a job if none is running; called when the queue changes."""
        self._wake.set()

    def stop(self) -> None:
        """Claims no more jobs; the current run goes on."""
        self._draining = True
        self._wake.set()

    async def run(self) -> None:
        """Works until it is cancelled. While the disk refuses, all jobs wait; so they do while the engine is away."""
        while True:
            try:
                if not self._current_run.available:
                    await self._start_engine()
                await self._serve()
            except StorageError as error:
                log.error("jobs wait: %s", error)  # noqa: TRY400 - the reason is enough
                await self._sleep(FIRST_PAUSE_S)
                await outlast("jobs wait", self._resume, self._sleep)

    async def _resume(self) -> None:
        """Returns the job that could not be stored to the queue, once there is room for a picture."""
        await self._pictures.probe()
        for job in await self._jobs.in_state(JobState.RUNNING):
            if job.device == self._current_run.device:
                log.info("job %d waits again", job.id)
                self._job_messages.changed(await self._jobs.requeue(job.id, crashed=False, checkpoint=job.checkpoint))

    async def _start_engine(self) -> None:
        """Starts the engine, in pauses that grow to a minute; meanwhile its device takes no jobs."""
        device, pause = self._current_run.device or "the engine", FIRST_PAUSE_S
        while True:
            try:
                await self._engine.start()
                break
            except (EngineAwayError, EngineCrashedError, RunFailedError) as error:
                log.error("%s takes no jobs: %s", device, error)  # noqa: TRY400 - the reason is enough
            await self._sleep(pause)
            pause = min(LONGEST_PAUSE_S, 2 * pause)
        self._set_available(available=True)

    def _set_available(self, *, available: bool) -> None:
        self._current_run.available = available
        self._queue_board.changed()
        self._wake_all()

    async def _serve(self) -> None:
        """Runs jobs as long as the engine is available."""
        while self._current_run.available:
            self._wake.clear()
            without = self._crashed_here if self._others() else ()
            job = None if self._draining else await self._queue.claim(self._current_run.device, without)
            if job is None:
                await self._wake.wait()
                continue
            self._current_run.begin(job.id)
            with logs.log_context(job=job.id):
                try:
                    await self._render(job)
                    del self._refused[job.id]
                except StorageError:
                    self._refused[job.id] += 1
                    if self._refused[job.id] < STORAGE_TRIES:
                        raise
                    log.exception("job %d cannot be stored", job.id)
                    await self._fail(job, NOT_STORED)
                    del self._refused[job.id]
                except Exception:
                    log.exception("job %d failed unexpectedly", job.id)
                    await self._fail(job, BROKEN)
                finally:
                    self._current_run.end()

    async def _render(self, job: Job) -> None:
        log.info("job %d starts", job.id)
        self._metrics.job_started(job)
        self._job_messages.progress(job, Progress(0, job.steps))
        self._queue_board.changed()
        try:
            async with contextlib.aclosing(self._engine.run(await self._render_task(job))) as entries:
                async for entry in entries:
                    await self._current_run.repeat_command()
                    await self._handle(job, entry)
        except RunCancelledError:
            log.info("job %d was cancelled", job.id)
        except RunFailedError as error:
            await self._fail(job, error.stored or str(error))
        except EngineAwayError as error:
            log.warning("job %d waits again: %s", job.id, error)
            await self._requeue(job, crashed=False)
            self._set_available(available=False)
        except EngineCrashedError as error:
            log.warning("job %d: the engine crashed (%s)", job.id, error)
            await self._crashed(job)
            self._set_available(available=False)

    async def _handle(self, job: Job, entry: Progress | RenderResult | Suspended) -> None:
        if isinstance(entry, RenderResult):
            await self._store_result(job, entry)
        elif isinstance(entry, Suspended):
            sha256 = await self._pictures.put(entry.checkpoint)
            with contextlib.suppress(TransitionError):  # cancelled meanwhile
                await self._jobs.requeue(job.id, crashed=False, checkpoint=sha256)
                log.info("job %d was suspended after %d steps", job.id, entry.step)
        else:
            if entry.flags and job.screening is not Screening.OFF:
                await self._jobs.cover(job.id)
            self._current_run.advance(entry.step)
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
            # Input images are screened only as part of the finished picture, so a preview must not show them.
            previews=job.screening is Screening.OFF or not job.request.inputs(),
        )

    async def _blobs(self, job: Job) -> Mapping[str, bytes]:
        try:
            return {sha256: await self._pictures.get(sha256) for sha256 in job.request.inputs()}
        except FileNotFoundError as error:
            raise RunFailedError(INPUT_GONE) from error

    async def _store_result(self, job: Job, result: RenderResult) -> None:
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
                flags=sorted({flag.concept for flag in found}),
                spoiler=True if found else None,
                hold=bool(found) and job.screening is Screening.HOLD,
            )
        except TransitionError:
            log.info("job %d was cancelled during its last step", job.id)
            return
        if rendered.state is JobState.HELD:
            log.info("job %d waits for a moderator (%s)", job.id, ", ".join(rendered.flags))
            self._job_messages.changed(rendered)
        else:
            self._poster.start(rendered)

    async def _crashed(self, job: Job) -> None:
        if job.attempts + 1 >= ATTEMPTS:
            self._crashed_here.discard(job.id)
            await self._fail(job, CRASHED)
            return
        self._crashed_here.add(job.id)
        await self._requeue(job, crashed=True)

    async def _requeue(self, job: Job, *, crashed: bool) -> None:
        with contextlib.suppress(TransitionError):  # cancelled meanwhile
            self._job_messages.changed(await self._jobs.requeue(job.id, crashed=crashed, checkpoint=job.checkpoint))

    async def _fail(self, job: Job, reason: str) -> None:
        with contextlib.suppress(TransitionError):  # cancelled meanwhile
            failed = await self._jobs.finish(job.id, JobState.FAILED, reason)
            self._metrics.job_ended(failed)
            self._job_messages.changed(failed)
