"""What members and moderators do to jobs: cancel, finish early, approve, reject."""

from typing import Final

from bot.delivery.job_messages import JobMessages
from bot.jobs.current_run import CurrentRuns
from bot.jobs.job import Job, JobState
from bot.jobs.posting import PicturePoster
from bot.jobs.queue import CancelOutcome, Queue
from bot.jobs.queue_board import QueueBoard
from bot.jobs.worker_pool import WorkerPool
from bot.operations.metrics import Metrics
from bot.store.job_row import TransitionError
from bot.store.jobs import Jobs
from bot.store.pictures import Pictures

REJECTED: Final = "reason-rejected"
"""Id of a text."""


class JobControl:
    """Changes a job's row first, then its run and its message.

    Args:
        jobs, queue, pictures: Rows, their order, and files.
        workers: Woken when the queue grows.
        queue_board: Told when the queue changes.
        current_runs: Ended early.
        poster: Posts approved pictures.
        job_messages: Shows the changes.
        metrics: Counts the jobs.
    """

    def __init__(
        self,
        *,
        jobs: Jobs,
        queue: Queue,
        pictures: Pictures,
        workers: WorkerPool,
        queue_board: QueueBoard,
        current_runs: CurrentRuns,
        poster: PicturePoster,
        job_messages: JobMessages,
        metrics: Metrics,
    ) -> None:
        self._jobs = jobs
        self._queue = queue
        self._pictures = pictures
        self._workers = workers
        self._queue_board = queue_board
        self._current_runs = current_runs
        self._poster = poster
        self._job_messages = job_messages
        self._metrics = metrics

    def queue_changed(self) -> None:
        """Jobs were admitted, bumped, paused or resumed: has their positions shown and wakes idle devices."""
        self._queue_board.changed()
        self._workers.wake()

    async def cancel(self, job: Job) -> CancelOutcome:
        """Cancels a job that waits, runs or is held."""
        outcome = await self._queue.cancel(job)
        if outcome.job.state is JobState.CANCELLED and outcome.was is not JobState.CANCELLED:
            await self._current_runs.cancel(job.id)
            self._metrics.job_ended(outcome.job)
            self._job_messages.changed(outcome.job)
            self._queue_board.changed()
        return outcome

    async def finish_now(self, job: Job) -> bool:
        """Ends a running job with the picture so far; False if it does not run or is ending already."""
        return await self._current_runs.finish(job.id)

    async def approve(self, job: Job) -> None:
        """Posts a held picture.

        Raises:
            TransitionError: The job is not held.
        """
        released = await self._jobs.release(job.id)
        await self._adopt(released)
        self._poster.start(released)

    async def reject(self, job: Job) -> None:
        """Cancels a held job and deletes its picture.

        Raises:
            TransitionError: The job is not held.
        """
        if job.state is not JobState.HELD:
            raise TransitionError(f"job {job.id} is {job.state}, not held")
        rejected = await self._jobs.finish(job.id, JobState.CANCELLED, REJECTED)
        self._metrics.job_ended(rejected)
        await self._pictures.drop(await self._jobs.drop_files([job.id], removed=False))
        await self._adopt(rejected)
        self._job_messages.changed(rejected)

    async def _adopt(self, job: Job) -> None:
        """Lets the message of the job's batch be edited, also if the bot was restarted since."""
        self._job_messages.adopt(job if job.is_first else (await self._jobs.of_batch(job.batch_id))[0])
