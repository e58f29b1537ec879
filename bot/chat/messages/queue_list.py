"""The list of running and queued jobs, for `/queue` and `/mod queue`."""

from dataclasses import dataclass
from typing import Final

from bot.chat.i18n.localizer import Localizer
from bot.chat.messages.content import escape, fitting
from bot.jobs.job import Job, JobState
from bot.jobs.wait_time import WaitTimeEstimator
from bot.store.guilds import Guilds
from bot.store.history import History

ROWS: Final = 10
PROMPT_CHARACTERS: Final = 60


@dataclass(frozen=True, slots=True)
class QueueList:
    """Lists a server's jobs."""

    estimator: WaitTimeEstimator
    history: History
    guilds: Guilds

    async def text(self, guild_id: int, t: Localizer) -> str:
        """A server's running and queued jobs in order, and how many are queued in other servers."""
        positions = await self.estimator.positions()
        own = {job.id: job for job in await self.history.active(None, guild_id)}
        lines = [t("queue-running", job=_brief(job)) for job in own.values() if job.state is JobState.RUNNING]
        listed = [position for position in positions if position.job_id in own]
        for position in listed[:ROWS]:
            start = "" if position.start_at is None else " · " + t("starts", at=f"<t:{int(position.start_at)}:R>")
            lines.append(f"`{position.position}` {_brief(own[position.job_id])}{start}")
        # Jobs of a paused server are queued, but have no position.
        positioned = {position.job_id for position in positions}
        idle = [job for job in own.values() if job.state is JobState.QUEUED and job.id not in positioned]
        lines += [f"`–` {_brief(job)}" for job in idle[: max(0, ROWS - len(listed))]]
        if (waiting := len(listed) + len(idle)) > ROWS:
            lines.append(t("queue-more", count=waiting - ROWS))
        if others := len(positions) - len(listed):
            lines.append(t("queue-other-servers", count=others))
        reason = self.guilds.of(guild_id).paused
        if reason is not None:
            lines.insert(0, t("queue-paused", reason=escape(reason), has_reason="yes" if reason else "no"))
        return fitting(lines) or t("queue-empty")


def _brief(job: Job) -> str:
    return f"#{job.id} <@{job.requester_id}> {escape(job.request.prompt[:PROMPT_CHARACTERS])}"
