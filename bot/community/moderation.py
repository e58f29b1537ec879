"""Actions of moderators. Each one is added to the audit log and posted in the server's log channel.

Moderators can change only jobs of their own server. The caller checks that a member is a moderator.
"""

import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, replace

from bot.community import blocklist
from bot.community.guild_settings import GuildSettings
from bot.jobs.job import Job, JobState
from bot.jobs.job_control import JobControl
from bot.jobs.queue import CancelOutcome
from bot.store.audit import Audit, AuditEntry
from bot.store.bans import Ban, Bans
from bot.store.blocklist import Blocked
from bot.store.guilds import Guilds
from bot.store.history import History
from bot.store.jobs import Jobs

PostEntry = Callable[[AuditEntry], Awaitable[None]]
"""Posts an entry of the audit log in the server's log channel, if it has one."""


class NotHereError(LookupError):
    """The server has no such job."""


class TooManyPatternsError(ValueError):
    """A server's blocklist is full."""


@dataclass(frozen=True, slots=True)
class Moderator:
    """A moderator of one server, by user id."""

    id: int
    guild_id: int


class Moderation:
    """The actions.

    Args:
        jobs, history, guilds, bans, blocked, audit: The stored data.
        job_control: Cancels, approves and rejects jobs.
        post_entry: Posts audit log entries.
        clock: Returns seconds since 1970.
    """

    def __init__(
        self,
        *,
        jobs: Jobs,
        history: History,
        guilds: Guilds,
        bans: Bans,
        blocked: Blocked,
        audit: Audit,
        job_control: JobControl,
        post_entry: PostEntry,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._jobs = jobs
        self._history = history
        self._guilds = guilds
        self._bans = bans
        self._blocked = blocked
        self._audit = audit
        self._job_control = job_control
        self._post_entry = post_entry
        self._clock = clock

    async def record(self, by: Moderator, action: str, target_id: int | None = None, detail: str = "") -> None:
        """Adds an action to the audit log and posts it in the log channel."""
        await self._post_entry(await self._audit.add(by.guild_id, by.id, action, target_id, detail))

    async def pause(self, by: Moderator, reason: str) -> None:
        """Pauses the server: no job of it starts, and new ones are refused with the reason."""
        await self._set_paused(by, reason)
        await self.record(by, "pause", detail=reason)
        self._job_control.queue_changed()

    async def resume(self, by: Moderator) -> bool:
        """Resumes the server; returns False if it was not paused."""
        if self._guilds.of(by.guild_id).paused is None:
            return False
        await self._set_paused(by, None)
        await self.record(by, "resume")
        self._job_control.queue_changed()
        return True

    async def remove(self, by: Moderator, job_id: int) -> CancelOutcome:
        """Cancels one job.

        Raises:
            NotHereError: The server has no such job.
        """
        job = await self._job_of(by, job_id)
        outcome = await self._job_control.cancel(job)
        if outcome.was is not outcome.job.state:
            await self.record(by, "remove", job.requester_id, f"#{job.id}")
        return outcome

    async def clear(self, by: Moderator, person_id: int | None) -> int:
        """Cancels all waiting and running jobs of one person, or of all if None; returns the number of jobs."""
        cleared = 0
        for job in _running_last(await self._history.active(person_id, by.guild_id)):
            outcome = await self._job_control.cancel(job)
            cleared += outcome.was is not outcome.job.state
        await self.record(by, "clear", person_id, str(cleared))
        return cleared

    async def bump(self, by: Moderator, job_id: int) -> bool:
        """Moves a waiting job to the front of the queue; returns False if it is not waiting.

        Raises:
            NotHereError: The server has no such job.
        """
        job = await self._job_of(by, job_id)
        if not await self._jobs.bump(job.id):
            return False
        await self.record(by, "bump", job.requester_id, f"#{job.id}")
        self._job_control.queue_changed()
        return True

    async def ban(self, by: Moderator, person_id: int, seconds: float | None, reason: str) -> float | None:
        """Bans a person from requesting pictures in the server, and cancels their jobs there.

        Args:
            by: The moderator.
            person_id: The banned person.
            seconds: How long the ban lasts; None for no end.
            reason: Shown to the person.

        Returns:
            When the ban ends, in seconds since 1970; None for no end.
        """
        until = None if seconds is None else self._clock() + seconds
        await self._bans.set(by.guild_id, Ban(person_id, until, reason))
        for job in _running_last(await self._history.active(person_id, by.guild_id)):
            await self._job_control.cancel(job)
        await self.record(by, "ban", person_id, reason)
        return until

    async def unban(self, by: Moderator, person_id: int) -> bool:
        """Lifts a ban; returns False if there was none."""
        if not await self._bans.lift(by.guild_id, person_id):
            return False
        await self.record(by, "unban", person_id)
        return True

    async def block(self, by: Moderator, text: str) -> str | None:
        """Adds a pattern to the blocklist; returns it normalised, or None if the blocklist has it already.

        Raises:
            PatternError: The text is not a valid pattern.
            TooManyPatternsError: The blocklist is full.
        """
        pattern = blocklist.pattern_of(text)
        if len(await self._blocked.of(by.guild_id)) >= blocklist.MAX_PATTERNS:
            raise TooManyPatternsError
        if not await self._blocked.add(by.guild_id, pattern):
            return None
        await self.record(by, "block", detail=pattern)
        return pattern

    async def unblock(self, by: Moderator, text: str) -> bool:
        """Removes a pattern from the blocklist; returns False if the blocklist does not have it.

        Raises:
            PatternError: The text is not a valid pattern.
        """
        pattern = blocklist.pattern_of(text)
        if not await self._blocked.remove(by.guild_id, pattern):
            return False
        await self.record(by, "unblock", detail=pattern)
        return True

    async def approve(self, by: Moderator, job: Job) -> None:
        """Posts a held picture.

        Raises:
            TransitionError: The job is not held.
            NotHereError: The server has no such job.
        """
        await self._job_of(by, job.id)
        await self._job_control.approve(job)
        await self.record(by, "approve", job.requester_id, f"#{job.id} ({', '.join(job.flags)})")

    async def reject(self, by: Moderator, job: Job) -> None:
        """Rejects a held picture. Raises the same errors as `approve`."""
        await self._job_control.reject(await self._job_of(by, job.id))
        await self.record(by, "reject", job.requester_id, f"#{job.id} ({', '.join(job.flags)})")

    async def configure(self, by: Moderator, settings: GuildSettings, detail: str) -> None:
        """Replaces the server's settings; `detail` says in the audit log what changed."""
        await self._guilds.set(by.guild_id, settings)
        await self.record(by, "configure", detail=detail)

    async def _job_of(self, by: Moderator, job_id: int) -> Job:
        job = await self._jobs.get(job_id)
        if job is None or job.guild_id != by.guild_id:
            raise NotHereError(job_id)
        return job

    async def _set_paused(self, by: Moderator, paused: str | None) -> None:
        await self._guilds.set(by.guild_id, replace(self._guilds.of(by.guild_id), paused=paused))


def _running_last(jobs: Iterable[Job]) -> list[Job]:
    """Running jobs last: cancelling one first would start a waiting job that is about to be cancelled too."""
    return sorted(jobs, key=lambda job: job.state is JobState.RUNNING)
