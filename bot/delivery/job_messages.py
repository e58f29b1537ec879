"""Progress → message edits, and the one reply that tells a requester that their picture is there.

Blocked edits would pile up and arrive stale, so each message has an updater in which the latest wins. Knows no
Discord: a Messenger sends.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Iterable
from contextvars import copy_context
from dataclasses import dataclass, replace
from typing import Final

from bot.clock import Sleep
from bot.community.guild_settings import GuildSettings
from bot.delivery.message_updater import OPENING_S, MessageUpdater
from bot.delivery.messenger import Card, ChannelGoneError, MessageGoneError, Messenger, UnreachableError
from bot.jobs.job import PICTURED, Job, JobState, Progress
from bot.jobs.wait_time import QueuePosition
from bot.store.jobs import Jobs
from bot.store.pictures import Pictures

log = logging.getLogger(__name__)

EXACT_POSITIONS: Final = 3
"""Positions up to this one are always shown as they are."""
DRIFT: Final = 0.2
DRIFT_S: Final = 10.0
"""A start that moved by less than this share of the wait, or than so many seconds, is not worth an edit."""


@dataclass(frozen=True, slots=True)
class MessageTiming:
    """How often a message is edited, and when its requester is mentioned.

    Attributes:
        interval_s: Between two edits of a message, where a server says nothing else.
        mention_after_s: A job that took longer than this gets a reply that mentions its requester; below 0, none does.
    """

    interval_s: float
    mention_after_s: float


class JobMessages:
    """The messages of all jobs that are under way.

    Args:
        jobs, pictures: What is shown.
        messenger: Speaks.
        settings: Gives what a server decided.
        timing: How often and when.
        clock: Seconds since 1970.
        sleep: Waits between edits.
    """

    def __init__(
        self,
        jobs: Jobs,
        pictures: Pictures,
        messenger: Messenger,
        settings: Callable[[int], GuildSettings],
        timing: MessageTiming,
        clock: Callable[[], float] = time.time,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._jobs = jobs
        self._pictures = pictures
        self._messenger = messenger
        self._settings = settings
        self._timing = timing
        self._clock = clock
        self._sleep = sleep
        self._context = copy_context()
        self._updaters: dict[int, MessageUpdater] = {}
        self._last_progress: dict[int, dict[int, Progress]] = {}
        self._positions: dict[int, QueuePosition] = {}
        self._shown_positions: dict[int, QueuePosition | None] = {}
        self._files: dict[int, dict[str, bytes]] = {}

    async def opened(self, job: Job, message_id: int) -> None:
        """Chat has shown the job, or the batch that it leads, in this message."""
        await self._jobs.set_message(job.batch_id, message_id)
        self._updater(job).open(message_id)

    def adopt(self, job: Job) -> None:
        """Nobody will tell whether the job is shown: its message is found, or sent, with the next card."""
        self._updater(job).open(job.message_id if job.is_first else None)

    def changed(self, job: Job) -> None:
        """The job's row is different: it is shown as soon as that is possible."""
        self._updater(job).changed(urgent=True)

    def progress(self, job: Job, progress: Progress) -> None:
        """The job runs. A preview and a similarity that were shown stay until there are newer ones."""
        last_progress = self._last_progress.setdefault(job.batch_id, {})
        before = last_progress.get(job.id, progress)
        last_progress[job.id] = replace(
            progress,
            preview=progress.preview or before.preview,
            similarity=before.similarity if progress.similarity is None else progress.similarity,
        )
        self._updater(job).changed(urgent=progress.step == 0)

    def show_positions(self, queue_positions: Iterable[QueuePosition]) -> None:
        """Where all that wait stand now. Few are worth an edit: a client counts down to the start by itself."""
        self._positions = {}
        for queue_position in queue_positions:
            if queue_position.batch_id not in self._positions:
                self._positions[queue_position.batch_id] = queue_position
        for batch_id, updater in self._updaters.items():
            if self._differs(self._shown_positions.get(batch_id), self._positions.get(batch_id)):
                updater.changed()

    async def post(self, job: Job) -> None:
        """The job's picture is finished: returns when the channel has it, or is gone."""
        known = self._updaters.get(job.batch_id)
        updater = self._updater(job)
        if updater is not known:
            # One that ended had been opened, so chat has said what it would say.
            updater.open(job.message_id if job.is_first else None)
        updater.changed(urgent=True)
        await updater.posted(job.id)

    async def close(self) -> None:
        """Stops editing. What was not shown is shown after the next start."""
        tasks = [updater.task for updater in self._updaters.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def card(self, batch_id: int) -> Card | None:
        """What is true now of a message; None if it was removed on request."""
        jobs = await self._jobs.of_batch(batch_id)
        if not jobs or jobs[0].deleted_at is not None:
            return None
        waits = any(job.state is JobState.QUEUED for job in jobs)
        queue_position = self._positions.get(batch_id) if waits else None
        self._shown_positions[batch_id] = queue_position
        last_progress = self._last_progress.get(batch_id, {})
        running = {
            job.id: last_progress[job.id] for job in jobs if job.state is JobState.RUNNING and job.id in last_progress
        }
        pictures = {job_id: last.preview for job_id, last in running.items() if last.preview is not None}
        pictures |= await self._finished(batch_id, jobs)
        return Card(
            tuple(jobs),
            position=None if queue_position is None else queue_position.position,
            start_at=None if queue_position is None else queue_position.start_at,
            paused=self._settings(jobs[0].guild_id).paused is not None,
            progress=running,
            pictures=pictures,
        )

    async def _finished(self, batch_id: int, jobs: Iterable[Job]) -> dict[int, bytes]:
        """The finished pictures of a batch, each read once while the batch is under way."""
        files = self._files.setdefault(batch_id, {})
        found = {}
        for job in jobs:
            if job.state not in PICTURED or job.picture is None:
                continue
            if job.picture not in files:
                try:
                    files[job.picture] = await self._pictures.get(job.picture)
                except FileNotFoundError:
                    log.warning("job %d: its picture is not in the store", job.id)
                    continue
            found[job.id] = files[job.picture]
        return found

    def _differs(self, shown: QueuePosition | None, now: QueuePosition | None) -> bool:
        if shown is None or now is None:
            # A server that is paused has no places.
            return shown is not now
        if (shown.start_at is None) != (now.start_at is None):
            return True
        if shown.position != now.position and now.position <= EXACT_POSITIONS:
            return True
        if shown.start_at is None or now.start_at is None:
            return shown.position != now.position
        wait = max(0.0, now.start_at - self._clock())
        return abs(now.start_at - shown.start_at) > max(DRIFT_S, DRIFT * wait)

    async def _mention(self, card: Card, message_id: int) -> None:
        job = card.first_job
        if not 0 <= self._timing.mention_after_s <= self._clock() - job.created_at:
            return
        try:
            await self._messenger.mention(job, message_id)
        except (MessageGoneError, ChannelGoneError, UnreachableError) as error:
            # The picture is there. A ping that comes late, or twice, is worse than none.
            log.info("job %d: its requester was not told (%s)", job.id, error)

    def _updater(self, job: Job) -> MessageUpdater:
        batch_id = job.batch_id
        updater = self._updaters.get(batch_id)
        if updater is None or updater.task.done():
            # In a context of its own: an updater outlives whoever happened to speak first.
            updater = self._updaters[batch_id] = self._context.copy().run(
                MessageUpdater,
                batch_id,
                lambda: self.card(batch_id),
                self._messenger,
                self._jobs.set_message,
                self._mention,
                lambda: self._settings(job.guild_id).preview_s or self._timing.interval_s,
                self._sleep,
            )
            if job.message_id is not None or self._clock() - job.created_at > OPENING_S:
                # Chat has long said what it would say.
                updater.open(job.message_id if job.is_first else None)
            updater.task.add_done_callback(lambda task: self._drop(batch_id, task))
        return updater

    def _drop(self, batch_id: int, task: "asyncio.Task[None]") -> None:
        if (updater := self._updaters.get(batch_id)) is None or updater.task is not task:
            return
        self._updaters.pop(batch_id)
        self._last_progress.pop(batch_id, None)
        self._files.pop(batch_id, None)
        self._shown_positions.pop(batch_id, None)
