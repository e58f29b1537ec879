"""`/queue`, `/cancel`, `/history`, `/show`, `/stats`: what waits, what was made."""

from collections.abc import Sequence
from typing import Any, Final

import discord
from discord import app_commands

from bot.chat.context import context_of, moderates
from bot.chat.errors import UserFacingError
from bot.chat.i18n.command_translator import localized
from bot.chat.i18n.localizer import Localizer, localizer
from bot.chat.job_actions import JobActions
from bot.chat.messages.content import escape
from bot.chat.messages.history_pages import history_page
from bot.chat.services import Services
from bot.chat.submission import reply_privately
from bot.jobs.job import Job, JobState

ROWS: Final = 10
MOST_CHOICES: Final = 25
PROMPT_CHARACTERS: Final = 60
TEXT_CHARACTERS: Final = 1800
"""Of 2000 that a message has: moderators read a line more."""


def queue_commands(services: Services, job_actions: JobActions) -> "list[app_commands.Command[Any, ..., None]]":
    """The commands."""
    return [
        _queue(services),
        _cancel(services, job_actions),
        _history(services),
        _show(services, job_actions),
        _stats(services),
    ]


def _queue(services: Services) -> "app_commands.Command[Any, ..., None]":
    @app_commands.command(name="queue", description=localized("cmd-queue"))
    async def queue(interaction: "discord.Interaction[Any]") -> None:
        context = context_of(interaction)
        text = await queue_text(services, context.guild_id, localizer(interaction.locale))
        await interaction.response.send_message(text, ephemeral=True)

    return queue


async def queue_text(services: Services, guild_id: int, t: Localizer) -> str:
    """What runs and waits in a server, in order; of other servers only how much."""
    positions = await services.estimator.positions()
    own = {job.id: job for job in await services.history.active(None, guild_id)}
    lines = [t("queue-running", job=_brief(job)) for job in own.values() if job.state is JobState.RUNNING]
    listed = [position for position in positions if position.job_id in own]
    for position in listed[:ROWS]:
        start = "" if position.start_at is None else " · " + t("starts", at=f"<t:{int(position.start_at)}:R>")
        lines.append(f"`{position.position}` {_brief(own[position.job_id])}{start}")
    # Paused jobs have no position, but wait all the same.
    positioned = {position.job_id for position in positions}
    idle = [job for job in own.values() if job.state is JobState.QUEUED and job.id not in positioned]
    lines += [f"`–` {_brief(job)}" for job in idle[: max(0, ROWS - len(listed))]]
    if (waiting := len(listed) + len(idle)) > ROWS:
        lines.append(t("queue-more", count=waiting - ROWS))
    if others := len(positions) - len(listed):
        lines.append(t("queue-elsewhere", count=others))
    reason = services.guilds.of(guild_id).paused
    if reason is not None:
        lines.insert(0, t("queue-paused", reason=escape(reason), has_reason="yes" if reason else "no"))
    return fitting(lines) or t("queue-empty")


def fitting(lines: Sequence[str], most: int = TEXT_CHARACTERS) -> str:
    """As many lines as one message has room for."""
    text = "\n".join(lines)
    return text if len(text) <= most else text[: most - 1].rpartition("\n")[0] + "\n…"


def _cancel(services: Services, job_actions: JobActions) -> "app_commands.Command[Any, ..., None]":
    @app_commands.command(name="cancel", description=localized("cmd-cancel"))
    @app_commands.describe(job=localized("opt-own-job"))
    async def cancel(interaction: "discord.Interaction[Any]", job: app_commands.Range[int, 1]) -> None:
        found = await known_job(services, interaction, job)
        if found.requester_id != interaction.user.id:
            raise UserFacingError("not-yours-to-cancel-by-command" if moderates(interaction) else "not-yours-to-cancel")
        if not await job_actions.cancel([found]):
            raise UserFacingError("too-late-to-cancel", state=str(found.state))
        await reply_privately(interaction, "cancelled-job", job=str(found.id))

    @cancel.autocomplete("job")
    async def complete(interaction: "discord.Interaction[Any]", current: str) -> list[app_commands.Choice[int]]:
        jobs = await services.history.active(interaction.user.id, interaction.guild_id or 0)
        return choices(jobs, current)

    return cancel


def _history(services: Services) -> "app_commands.Command[Any, ..., None]":
    @app_commands.command(name="history", description=localized("cmd-history"))
    async def history(interaction: "discord.Interaction[Any]") -> None:
        context_of(interaction)
        page = await history_page(services, interaction, 0)
        await interaction.response.send_message(embed=page.embed, view=page.view, files=page.files, ephemeral=True)

    return history


def _show(services: Services, job_actions: JobActions) -> "app_commands.Command[Any, ..., None]":
    @app_commands.command(name="show", description=localized("cmd-show"))
    @app_commands.describe(job=localized("opt-finished-job"))
    async def show(interaction: "discord.Interaction[Any]", job: app_commands.Range[int, 1]) -> None:
        await job_actions.show(interaction, await known_job(services, interaction, job))

    @show.autocomplete("job")
    async def complete(interaction: "discord.Interaction[Any]", current: str) -> list[app_commands.Choice[int]]:
        jobs = await services.history.pictures_of(interaction.user.id, interaction.guild_id or 0, 0, MOST_CHOICES)
        return choices(jobs, current)

    return show


def _stats(services: Services) -> "app_commands.Command[Any, ..., None]":
    @app_commands.command(name="stats", description=localized("cmd-stats"))
    async def stats(interaction: "discord.Interaction[Any]") -> None:
        made = await services.history.stats(context_of(interaction).guild_id)
        await reply_privately(
            interaction,
            "stats",
            pictures=made.pictures,
            people=made.people,
            day=made.last_day,
            minutes=round(made.seconds / 60),
            median=f"{made.median_s or 0:.0f}",
            model=services.config.engine.model,
        )

    return stats


async def known_job(services: Services, interaction: "discord.Interaction[Any]", job_id: int) -> Job:
    """A job of this server.

    Raises:
        UserFacingError: There is none.
    """
    job = await services.jobs.get(job_id)
    if job is None or job.guild_id != interaction.guild_id:
        raise UserFacingError("unknown-job")
    return job


def choices(jobs: list[Job], current: str) -> list[app_commands.Choice[int]]:
    """Jobs to choose from, those whose number or words have what was typed so far."""
    wanted = current.casefold().removeprefix("#")
    named = {job.id: f"#{job.id} {job.request.prompt}"[:100] for job in jobs}
    return [
        app_commands.Choice(name=name, value=job_id) for job_id, name in named.items() if wanted in name.casefold()
    ][:MOST_CHOICES]


def _brief(job: Job) -> str:
    return f"#{job.id} <@{job.requester_id}> {escape(job.request.prompt[:PROMPT_CHARACTERS])}"
