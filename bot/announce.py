"""Progress → message edits, and the one reply that tells a requester that their picture is there.

Blocked edits would pile up and arrive stale, so each message has a lane in which the latest wins. Knows no Discord: a
Messenger does the speaking.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Iterable
from contextvars import copy_context
from dataclasses import dataclass, replace
from typing import Final

from bot.clock import Sleep
from bot.guild import GuildSettings
from bot.job import PICTURED, Job, JobState, Progress
from bot.lane import OPENING_S, Lane
from bot.messenger import Card, ChannelGoneError, MessageGoneError, Messenger, UnreachableError
from bot.outlook import Place
from bot.store.jobs import Jobs
from bot.store.pictures import Pictures

log = logging.getLogger(__name__)

SHOWN_PLACES: Final = 3
"""Positions up to this one are always shown as they are."""
DRIFT: Final = 0.2
DRIFT_S: Final = 10.0
"""A start that moved by less than this share of the wait, or than so many seconds, is not worth an edit."""


@dataclass(frozen=True, slots=True)
class Announced:
    """How messages are announced.

    Attributes:
        interval_s: Between two edits of a message, where a server says nothing else.
        mention_after_s: A job that took longer than this gets a reply that mentions its requester; below 0, none does.
    """

    interval_s: float
    mention_after_s: float


class Announcer:
    """The messages of all jobs that are under way.

    Args:
        jobs, pictures: What is shown.
        messenger: Speaks.
        settings: Gives what a server decided.
        pace: How often and when.
        clock: Seconds since 1970.
        sleep: Waits between edits.
    """

    def __init__(
        self,
        jobs: Jobs,
        pictures: Pictures,
        messenger: Messenger,
        settings: Callable[[int], GuildSettings],
        pace: Announced,
        clock: Callable[[], float] = time.time,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._jobs = jobs
        self._pictures = pictures
        self._messenger = messenger
        self._settings = settings
        self._pace = pace
        self._clock = clock
        self._sleep = sleep
        self._context = copy_context()
        self._lanes: dict[int, Lane] = {}
        self._seen: dict[int, dict[int, Progress]] = {}
        self._places: dict[int, Place] = {}
        self._shown: dict[int, Place | None] = {}
        self._files: dict[int, dict[str, bytes]] = {}

    async def opened(self, job: Job, message_id: int) -> None:
        """Chat has shown the job, or the sheet that it leads, in this message."""
        await self._jobs.set_message(job.lead_id, message_id)
        self._lane(job).open(message_id)

    def adopt(self, job: Job) -> None:
        """Nobody will tell whether the job is shown: its message is found, or sent, with the next card."""
        self._lane(job).open(job.message_id if job.leads else None)

    def changed(self, job: Job) -> None:
        """The job's row is different: it is shown as soon as that is possible."""
        self._lane(job).changed(urgent=True)

    def progress(self, job: Job, progress: Progress) -> None:
        """The job runs. A preview and a similarity that were shown stay until there are newer ones."""
        seen = self._seen.setdefault(job.lead_id, {})
        before = seen.get(job.id, progress)
        seen[job.id] = replace(
            progress,
            preview=progress.preview or before.preview,
            similarity=before.similarity if progress.similarity is None else progress.similarity,
        )
        self._lane(job).changed(urgent=progress.step == 0)

    def places(self, places: Iterable[Place]) -> None:
        """Where all that wait stand now. Few are worth an edit: a client counts down to the start by itself."""
        self._places = {}
        for place in places:
            if place.lead_id not in self._places:
                self._places[place.lead_id] = place
        for lead_id, lane in self._lanes.items():
            if self._differs(self._shown.get(lead_id), self._places.get(lead_id)):
                lane.changed()

    async def post(self, job: Job) -> None:
        """The job's picture is finished: returns when the channel has it, or is gone."""
        known = self._lanes.get(job.lead_id)
        lane = self._lane(job)
        if lane is not known:
            # One that ended had been opened, so chat has said what it would say.
            lane.open(job.message_id if job.leads else None)
        lane.changed(urgent=True)
        await lane.posted(job.id)

    async def close(self) -> None:
        """Stops editing. What was not shown is shown after the next start."""
        tasks = [lane.task for lane in self._lanes.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def card(self, lead_id: int) -> Card | None:
        """What is true now of a message; None if it was removed on request."""
        jobs = await self._jobs.of_sheet(lead_id)
        if not jobs or jobs[0].deleted_at is not None:
            return None
        waits = any(job.state is JobState.QUEUED for job in jobs)
        place = self._places.get(lead_id) if waits else None
        self._shown[lead_id] = place
        seen = self._seen.get(lead_id, {})
        running = {job.id: seen[job.id] for job in jobs if job.state is JobState.RUNNING and job.id in seen}
        pictures = {job_id: last.preview for job_id, last in running.items() if last.preview is not None}
        pictures |= await self._finished(lead_id, jobs)
        return Card(
            tuple(jobs),
            position=None if place is None else place.position,
            start_at=None if place is None else place.start_at,
            paused=self._settings(jobs[0].guild_id).paused is not None,
            progress=running,
            pictures=pictures,
        )

    async def _finished(self, lead_id: int, jobs: Iterable[Job]) -> dict[int, bytes]:
        """The finished pictures of a sheet, each read once while the sheet is under way."""
        files = self._files.setdefault(lead_id, {})
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

    def _differs(self, shown: Place | None, now: Place | None) -> bool:
        if shown is None or now is None:
            # A server that is paused has no places.
            return shown is not now
        if (shown.start_at is None) != (now.start_at is None):
            return True
        if shown.position != now.position and now.position <= SHOWN_PLACES:
            return True
        if shown.start_at is None or now.start_at is None:
            return shown.position != now.position
        wait = max(0.0, now.start_at - self._clock())
        return abs(now.start_at - shown.start_at) > max(DRIFT_S, DRIFT * wait)

    async def _mention(self, card: Card, message_id: int) -> None:
        job = card.lead
        if not 0 <= self._pace.mention_after_s <= self._clock() - job.created_at:
            return
        try:
            await self._messenger.mention(job, message_id)
        except (MessageGoneError, ChannelGoneError, UnreachableError) as error:
            # The picture is there. A ping that comes late, or twice, is worse than none.
            log.info("job %d: its requester was not told (%s)", job.id, error)

    def _lane(self, job: Job) -> Lane:
        lead_id = job.lead_id
        lane = self._lanes.get(lead_id)
        if lane is None or lane.task.done():
            # In a context of its own: a lane outlives whoever happened to speak first.
            lane = self._lanes[lead_id] = self._context.copy().run(
                Lane,
                lead_id,
                lambda: self.card(lead_id),
                self._messenger,
                self._jobs.set_message,
                self._mention,
                lambda: self._settings(job.guild_id).preview_s or self._pace.interval_s,
                self._sleep,
            )
            if job.message_id is not None or self._clock() - job.created_at > OPENING_S:
                # Chat has long said what it would say.
                lane.open(job.message_id if job.leads else None)
            lane.task.add_done_callback(lambda task: self._forget(lead_id, task))
        return lane

    def _forget(self, lead_id: int, task: "asyncio.Task[None]") -> None:
        if (lane := self._lanes.get(lead_id)) is None or lane.task is not task:
            return
        self._lanes.pop(lead_id)
        self._seen.pop(lead_id, None)
        self._files.pop(lead_id, None)
        self._shown.pop(lead_id, None)
