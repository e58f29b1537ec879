"""Progress → message edits, and the one reply that tells a requester that their picture is there.

Blocked edits would pile up and arrive stale, so each job's message has a lane in which the latest wins. Knows no
Discord: a Messenger does the speaking.
"""

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import replace

from bot.job import Job, Progress
from bot.lane import Lane
from bot.messenger import Card, ChannelGoneError, MessageGoneError, Messenger, UnreachableError
from bot.store.jobs import Jobs

log = logging.getLogger(__name__)


class Announcer:
    """The messages of all jobs that are under way.

    Args:
        jobs: Where the ids of messages are kept.
        messenger: Speaks.
        interval_s: Between two edits of a message.
        mention_after_s: A job that took longer than this gets a reply that mentions its requester; below 0, none does.
        clock: Seconds since 1970.
    """

    def __init__(
        self,
        jobs: Jobs,
        messenger: Messenger,
        interval_s: float,
        mention_after_s: float,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._jobs = jobs
        self._messenger = messenger
        self._interval_s = interval_s
        self._mention_after_s = mention_after_s
        self._clock = clock
        self._lanes: dict[int, Lane] = {}
        self._seen: dict[int, Progress] = {}

    async def opened(self, job: Job, message_id: int) -> None:
        """Chat has shown the job in this message."""
        await self._jobs.set_message(job.id, message_id)
        self._lane(job).open(message_id)

    def adopt(self, job: Job) -> None:
        """Nobody will tell whether the job is shown: its message is found, or sent, with the next card."""
        self._lane(job).open(job.message_id)

    def queued(self, job: Job, position: int) -> None:
        """The job waits at that position."""
        self._lane(job).put(Card(job, position=position))

    def progress(self, job: Job, progress: Progress) -> None:
        """The job runs. A preview and a similarity that were shown stay until there are newer ones."""
        before = self._seen.get(job.id, progress)
        seen = self._seen[job.id] = replace(
            progress,
            preview=progress.preview or before.preview,
            similarity=before.similarity if progress.similarity is None else progress.similarity,
        )
        self._lane(job).put(Card(job, progress=seen, picture=seen.preview))

    def ended(self, job: Job) -> None:
        """The job failed or was cancelled. It is shown as soon as that is possible."""
        self._lane(job).put(Card(job), last=True)

    async def post(self, job: Job, png: bytes) -> None:
        """The job's picture: returns when the channel has it, or is gone."""
        lane = self._lane(job)
        lane.put(Card(job, picture=png), last=True)
        message_id = await lane.finished()
        if message_id is not None and 0 <= self._mention_after_s <= self._clock() - job.created_at:
            await self._mention(job, message_id)

    async def close(self) -> None:
        """Stops editing. What was not shown is shown after the next start."""
        tasks = [lane.task for lane in self._lanes.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _mention(self, job: Job, message_id: int) -> None:
        try:
            await self._messenger.mention(job, message_id)
        except (MessageGoneError, ChannelGoneError, UnreachableError) as error:
            # The picture is there. A ping that comes late, or twice, is worse than none.
            log.info("job %d: its requester was not told (%s)", job.id, error)

    def _lane(self, job: Job) -> Lane:
        if job.id not in self._lanes:
            lane = self._lanes[job.id] = Lane(job, self._messenger, self._jobs.set_message, self._interval_s)
            lane.task.add_done_callback(lambda _: self._forget(job.id))
        return self._lanes[job.id]

    def _forget(self, job_id: int) -> None:
        self._lanes.pop(job_id, None)
        self._seen.pop(job_id, None)
