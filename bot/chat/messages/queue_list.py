"""The list of running and queued jobs, for `/queue` and `/mod queue`."""

from dataclasses import dataclass
from typing import Final

from bot.chat.i18n.localizer import Localizer
from bot.chat.messages.content import escape, fitting
from bot.jobs.current_run import CurrentRuns
from bot.jobs.job import Job, JobState
from bot.jobs.queue_board import QueueBoard
from bot.store.guilds import Guilds
from bot.store.history import History

ROWS: Final = 10
PROMPT_CHARACTERS: Final = 60


@dataclass(frozen=True, slots=True)
class QueueList:
    """Lists a server's jobs."""

    queue_board: QueueBoard
    current_runs: CurrentRuns
    history: History
    guilds: Guilds

    async def text(self, guild_id: int, t: Localizer) -> str:
        """A server's running and queued jobs in order, how many are queued in other servers, and several devices."""
        positions = await self.queue_board.positions()
        own = [position for position in positions if position.guild_id == guild_id]
        jobs = {job.id: job for job in await self.history.running_or(guild_id, [entry.job_id for entry in own[:ROWS]])}
        several = len(self.current_runs.servers()) > 1
        lines = [
            t("queue-running", job=_brief(job) + (f" · {job.device}" if several and job.device else ""))
            for job in jobs.values()
            if job.state is JobState.RUNNING
        ]
        listed = [position for position in own[:ROWS] if jobs[position.job_id].state is JobState.QUEUED]
        for position in listed:
            start = "" if position.start_at is None else " · " + t("starts", at=f"<t:{int(position.start_at)}:R>")
            lines.append(f"`{position.position}` {_brief(jobs[position.job_id])}{start}")
        reason = self.guilds.of(guild_id).paused
        waiting = len(own)
        if reason is not None:
            # Jobs of a paused server are queued, but have no position.
            idle, waiting = await self.history.queued(guild_id, ROWS)
            lines += [f"`–` {_brief(job)}" for job in idle]
        if waiting > ROWS:
            lines.append(t("queue-more", count=waiting - ROWS))
        if others := len(positions) - len(own):
            lines.append(t("queue-other-servers", count=others))
        if reason is not None:
            lines.insert(0, t("queue-paused", reason=escape(reason), has_reason="yes" if reason else "no"))
        lines = lines or [t("queue-empty")]
        if several:
            lines.append(self._devices(t))
        return fitting(lines)

    def _devices(self, t: Localizer) -> str:
        """One line about all devices."""
        states = []
        for server in self.current_runs.servers():
            state = "away" if not server.available else "free" if server.running is None else "busy"
            states.append(t(f"queue-device-{state}", device=server.device))
        return " · ".join(states)


def _brief(job: Job) -> str:
    return f"#{job.id} <@{job.requester_id}> {escape(job.request.prompt[:PROMPT_CHARACTERS])}"
