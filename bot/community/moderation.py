"""What moderators do: each action changes something, is added to the audit log, and is told to the log channel.

A server's moderators touch only their own server's jobs; who is one, chat has checked.
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

Tell = Callable[[AuditEntry], Awaitable[None]]
"""Says an audit entry in the server's log channel, if there is one."""


class NotHereError(LookupError):
    """No such job in this server."""


class TooManyPatternsError(ValueError):
    """A server's blocklist is full."""


@dataclass(frozen=True, slots=True)
class Moderator:
    """Who acts, and for which server."""

    id: int
    guild_id: int


class Moderation:
    """The actions.

    Args:
        jobs, history, guilds, bans, blocked, audit: What is changed and read.
        job_control: Cancels, approves and rejects jobs.
        tell: Says what was done.
        clock: Seconds since 1970.
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
        tell: Tell,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._jobs = jobs
        self._history = history
        self._guilds = guilds
        self._bans = bans
        self._blocked = blocked
        self._audit = audit
        self._job_control = job_control
        self._tell = tell
        self._clock = clock

    async def record(self, by: Moderator, action: str, target_id: int | None = None, detail: str = "") -> None:
        """Adds an action to the audit log, and tells it."""
        await self._tell(await self._audit.add(by.guild_id, by.id, action, target_id, detail))

    async def pause(self, by: Moderator, reason: str) -> None:
        """The server's jobs wait, and new ones are refused with the reason."""
        await self._set(by, paused=reason)
        await self.record(by, "pause", detail=reason)
        await self._job_control.queue_changed()

    async def resume(self, by: Moderator) -> bool:
        """The server's jobs run again; False if they did before."""
        if self._guilds.of(by.guild_id).paused is None:
            return False
        await self._set(by, paused=None)
        await self.record(by, "resume")
        await self._job_control.queue_changed()
        return True

    async def remove(self, by: Moderator, job_id: int) -> CancelOutcome:
        """Cancels one job.

        Raises:
            NotHereError: The server has no such job.
        """
        job = await self._own(by, job_id)
        outcome = await self._job_control.cancel(job)
        if outcome.was is not outcome.job.state:
            await self.record(by, "remove", job.requester_id, f"#{job.id}")
        return outcome

    async def clear(self, by: Moderator, person_id: int | None) -> int:
        """Cancels everything that waits or runs, of one person or of all; returns how many jobs that were."""
        cleared = 0
        for job in _running_last(await self._history.active(person_id, by.guild_id)):
            outcome = await self._job_control.cancel(job)
            cleared += outcome.was is not outcome.job.state
        await self.record(by, "clear", person_id, str(cleared))
        return cleared

    async def bump(self, by: Moderator, job_id: int) -> bool:
        """Puts a waiting job before all others; False if it does not wait.

        Raises:
            NotHereError: The server has no such job.
        """
        job = await self._own(by, job_id)
        if not await self._jobs.bump(job.id):
            return False
        await self.record(by, "bump", job.requester_id, f"#{job.id}")
        await self._job_control.queue_changed()
        return True

    async def ban(self, by: Moderator, person_id: int, seconds: float | None, reason: str) -> float | None:
        """Keeps a person from asking here, and cancels what waits of theirs; returns until when."""
        until = None if seconds is None else self._clock() + seconds
        await self._bans.set(by.guild_id, Ban(person_id, until, reason))
        for job in _running_last(await self._history.active(person_id, by.guild_id)):
            await self._job_control.cancel(job)
        await self.record(by, "ban", person_id, reason)
        return until

    async def unban(self, by: Moderator, person_id: int) -> bool:
        """Lifts a ban; False if there was none."""
        if not await self._bans.lift(by.guild_id, person_id):
            return False
        await self.record(by, "unban", person_id)
        return True

    async def block(self, by: Moderator, text: str) -> str | None:
        """Adds a pattern; returns it as it is kept, or None if it was there.

        Raises:
            PatternError: It is none.
            TooManyPatternsError: The list is full.
        """
        pattern = blocklist.pattern_of(text)
        if len(await self._blocked.of(by.guild_id)) >= blocklist.MOST:
            raise TooManyPatternsError
        if not await self._blocked.add(by.guild_id, pattern):
            return None
        await self.record(by, "block", detail=pattern)
        return pattern

    async def unblock(self, by: Moderator, text: str) -> bool:
        """Takes a pattern away; False if it was not there.

        Raises:
            PatternError: It is none.
        """
        pattern = blocklist.pattern_of(text)
        if not await self._blocked.remove(by.guild_id, pattern):
            return False
        await self.record(by, "unblock", detail=pattern)
        return True

    async def approve(self, by: Moderator, job: Job) -> None:
        """Posts a held picture. Raises TransitionError if it is not held, NotHereError if it is another server's."""
        await self._own(by, job.id)
        await self._job_control.approve(job)
        await self.record(by, "approve", job.requester_id, f"#{job.id} ({', '.join(job.flags)})")

    async def reject(self, by: Moderator, job: Job) -> None:
        """Refuses a held picture. Raises TransitionError if it is not held, NotHereError if it is another server's."""
        await self._job_control.reject(await self._own(by, job.id))
        await self.record(by, "reject", job.requester_id, f"#{job.id} ({', '.join(job.flags)})")

    async def configure(self, by: Moderator, settings: GuildSettings, what: str) -> None:
        """Replaces the server's decisions."""
        await self._guilds.set(by.guild_id, settings)
        await self.record(by, "configure", detail=what)

    async def _own(self, by: Moderator, job_id: int) -> Job:
        job = await self._jobs.get(job_id)
        if job is None or job.guild_id != by.guild_id:
            raise NotHereError(job_id)
        return job

    async def _set(self, by: Moderator, *, paused: str | None) -> None:
        await self._guilds.set(by.guild_id, replace(self._guilds.of(by.guild_id), paused=paused))


def _running_last(jobs: Iterable[Job]) -> list[Job]:
    """In this order no job that is to be cancelled starts because another was."""
    return sorted(jobs, key=lambda job: job.state is JobState.RUNNING)
