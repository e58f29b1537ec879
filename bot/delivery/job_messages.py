"""Turns changes of jobs into edits of their messages, and mentions the requester when the pictures are finished.

Each message has one updater. A `Messenger` sends and edits, so this module does not import Discord.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Iterable, Sequence
from contextvars import copy_context
from dataclasses import dataclass
from typing import Final

from bot.clock import Sleep
from bot.community.guild_settings import GuildSettings
from bot.delivery.message_state import MessageState, worth_an_edit
from bot.delivery.message_updater import OPENING_S, MessageUpdater
from bot.delivery.messenger import Card, DeliveryError, Messenger
from bot.jobs.job import PICTURED, Job, JobState, Progress
from bot.jobs.wait_time import QueuePosition
from bot.store.jobs import Jobs
from bot.store.pictures import Pictures

log = logging.getLogger(__name__)

EDITS: Final = 20
"""Messages in which one call shows new queue positions, so that a long queue does not delay other edits."""


@dataclass(frozen=True, slots=True)
class MessageTiming:
    """How often a message is edited, and when its requester is mentioned.

    Attributes:
        interval_s: Seconds between two edits of a message, unless the server sets another interval.
        mention_after_s: Seconds from request to picture from which on the requester is mentioned; below 0, never.
    """

    interval_s: float
    mention_after_s: float


class JobMessages:
    """The messages of all active jobs. The jobs of a batch share one message.

    Args:
        jobs, pictures: The rows and files that are shown.
        messenger: Sends and edits messages.
        settings: Returns the settings of a server.
        timing: How often to edit and when to mention.
        clock: Returns seconds since 1970.
        sleep: Sleeps between edits.
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
        self._began = clock()
        self._updaters: dict[int, MessageUpdater] = {}
        self._positions: dict[int, QueuePosition] = {}
        self._shown_positions: Sequence[QueuePosition] | None = None
        self._outdated: list[tuple[bool, int, int]] = []

    async def opened(self, job: Job, message_id: int) -> None:
        """Chat has sent the message of the job's batch: stores its id and allows edits."""
        await self._jobs.set_message(job.batch_id, message_id)
        self.adopt(job)

    def adopt(self, job: Job) -> None:
        """Chat will not send the message: the updater finds it in the channel or sends it, at the next change."""
        self._updater(job).open()

    def changed(self, job: Job) -> None:
        """The job's row has changed: edits the message without waiting for the interval."""
        self._updater(job).changed(urgent=True)

    def progress(self, job: Job, progress: Progress) -> None:
        """The running job has made progress. The last preview and similarity stay visible until there are new ones."""
        updater = self._updater(job)
        updater.state.add_progress(job.id, progress)
        updater.changed(urgent=progress.step == 0)

    def show_positions(self, queue_positions: Sequence[QueuePosition]) -> bool:
        """Replaces all queue positions, and edits the messages where the difference is large enough.

        Called again with the same positions, it edits the messages that are left over.

        Small differences need no edit, because clients count down to the start time themselves. At most EDITS messages
        are edited at once: first those that show no position, then in the queue's order.

        Returns:
            Whether more messages need an edit.
        """
        if queue_positions is not self._shown_positions:
            self._shown_positions = queue_positions
            self._positions = {}
            for queue_position in queue_positions:
                self._positions.setdefault(queue_position.batch_id, queue_position)
            self._outdated = self._find_outdated()
        for _, _, batch_id in self._outdated[:EDITS]:
            if batch_id in self._updaters:
                self._updaters[batch_id].changed()
        del self._outdated[:EDITS]
        return bool(self._outdated)

    def _find_outdated(self) -> list[tuple[bool, int, int]]:
        """(shows a position, new position, batch id) of the messages to edit, in the order in which they are edited."""
        now = self._clock()
        outdated = []
        for batch_id, updater in self._updaters.items():
            state, position = updater.state, self._positions.get(batch_id)
            if updater.opened and (not state.composed or worth_an_edit(state.position, position, now)):
                outdated.append((state.position is not None, 0 if position is None else position.position, batch_id))
        return sorted(outdated)

    async def post(self, job: Job) -> None:
        """Shows the job's finished picture. Returns once the message shows it, or was removed on request.

        Raises:
            NotPostedError: The picture cannot be shown in its channel.
        """
        # Rendering starts an updater, which runs until chat has sent the message. Without an updater, chat sent the
        # message long ago, or the bot has restarted.
        updater = self._updater(job, opened=True)
        updater.changed(urgent=True)
        await updater.posted(job.id)

    async def close(self) -> None:
        """Stops all edits. Changes that were not shown are shown after the next start."""
        tasks = [updater.task for updater in self._updaters.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _card(self, batch_id: int, state: MessageState) -> Card | None:
        """The current card of a message; None if the message was removed on request."""
        jobs = await self._jobs.of_batch(batch_id)
        if not jobs or jobs[0].deleted_at is not None:
            return None
        waits = any(job.state is JobState.QUEUED for job in jobs)
        position = state.position = self._positions.get(batch_id) if waits else None
        state.composed = True
        progress = {
            job.id: state.progress[job.id] for job in jobs if job.state is JobState.RUNNING and job.id in state.progress
        }
        previews = {job_id: latest.preview for job_id, latest in progress.items() if latest.preview is not None}
        return Card(
            tuple(jobs),
            position=None if position is None else position.position,
            start_at=None if position is None else position.start_at,
            paused=self._settings(jobs[0].guild_id).paused is not None,
            progress=progress,
            pictures=previews | await self._finished(jobs, state),
        )

    async def _finished(self, jobs: Iterable[Job], state: MessageState) -> dict[int, bytes]:
        """The finished pictures by job id."""
        found = {}
        for job in jobs:
            if job.state not in PICTURED or job.picture is None:
                continue
            if job.picture not in state.pictures:
                try:
                    state.pictures[job.picture] = await self._pictures.get(job.picture)
                except FileNotFoundError:
                    log.warning("job %d: its picture is not in the store", job.id)
                    continue
            found[job.id] = state.pictures[job.picture]
        return found

    async def _mention(self, card: Card, message_id: int) -> None:
        job = card.first_job
        if not 0 <= self._timing.mention_after_s <= self._clock() - job.created_at:
            return
        try:
            if await self._jobs.begin_mention(job.id):
                await self._messenger.mention(job, message_id)
        except DeliveryError as error:
            # Not retried: the picture is visible, and a late or repeated mention is worse than none.
            log.info("job %d: the requester was not mentioned (%s)", job.id, error)
        except Exception:
            log.exception("job %d: the requester was not mentioned", job.id)

    async def _tell(self, card: Card) -> None:
        """Tells the requester of a failed job that its message cannot be shown, at most once."""
        failed = next((job for job in card.jobs if job.state is JobState.FAILED), None)
        try:
            if failed is not None and await self._jobs.begin_mention(card.first_job.id):
                await self._messenger.tell(failed)
        except DeliveryError as error:
            log.info("job %d: the requester could not be told that a job failed (%s)", card.first_job.id, error)
        except Exception:
            log.exception("job %d: the requester could not be told that a job failed", card.first_job.id)

    def _updater(self, job: Job, *, opened: bool = False) -> MessageUpdater:
        """The updater of the job's message.

        A new updater waits until chat has sent the message, unless `opened` is set, the message is known, or chat will
        not send it: the bot was restarted since the job was admitted, or the job is older than OPENING_S.
        """
        batch_id = job.batch_id
        updater = self._updaters.get(batch_id)
        if updater is None or updater.task.done():
            updater = self._updaters[batch_id] = MessageUpdater(
                batch_id,
                self._card,
                self._messenger,
                self._jobs,
                self._mention,
                self._tell,
                lambda: self._settings(job.guild_id).preview_s or self._timing.interval_s,
                self._sleep,
                self._context,
            )
            restarted = job.created_at < self._began
            if opened or job.message_id is not None or restarted or self._clock() - job.created_at > OPENING_S:
                updater.open()
            updater.task.add_done_callback(lambda task: self._forget(batch_id, task))
        return updater

    def _forget(self, batch_id: int, task: "asyncio.Task[None]") -> None:
        updater = self._updaters.get(batch_id)
        if updater is not None and updater.task is task:
            del self._updaters[batch_id]
