"""`/queue`, `/cancel`, `/history`, `/show`, `/stats`."""

from typing import Any, Final

from discord import app_commands

from bot.chat.context import Interaction, context_of, moderates
from bot.chat.errors import UserFacingError
from bot.chat.i18n.command_translator import localized
from bot.chat.i18n.localizer import localizer
from bot.chat.job_actions import JobActions
from bot.chat.messages.history_pages import HistoryPages
from bot.chat.messages.queue_list import QueueList
from bot.chat.submission import reply_privately
from bot.jobs.job import Job
from bot.store.history import History

MOST_CHOICES: Final = 25


def queue_command(queue_list: QueueList) -> "app_commands.Command[Any, ..., None]":
    """`/queue`."""

    @app_commands.command(name="queue", description=localized("cmd-queue"))
    async def queue(interaction: Interaction) -> None:
        text = await queue_list.text(context_of(interaction).guild_id, localizer(interaction.locale))
        await interaction.response.send_message(text, ephemeral=True)

    return queue


def cancel_command(history: History, job_actions: JobActions) -> "app_commands.Command[Any, ..., None]":
    """`/cancel`."""

    @app_commands.command(name="cancel", description=localized("cmd-cancel"))
    @app_commands.describe(job=localized("opt-own-job"))
    async def cancel(interaction: Interaction, job: app_commands.Range[int, 1]) -> None:
        found = await job_actions.job(interaction, job)
        if found.requester_id != interaction.user.id:
            raise UserFacingError("not-yours-to-cancel-by-command" if moderates(interaction) else "not-yours-to-cancel")
        if not await job_actions.cancel([found]):
            raise UserFacingError("too-late-to-cancel", state=str(found.state))
        await reply_privately(interaction, "cancelled-job", job=str(found.id))

    @cancel.autocomplete("job")
    async def complete(interaction: Interaction, current: str) -> list[app_commands.Choice[int]]:
        jobs = await history.active(interaction.user.id, interaction.guild_id or 0)
        return choices(jobs, current)

    return cancel


def history_command(pages: HistoryPages) -> "app_commands.Command[Any, ..., None]":
    """`/history`."""

    @app_commands.command(name="history", description=localized("cmd-history"))
    async def history(interaction: Interaction) -> None:
        context_of(interaction)
        page = await pages.page(interaction, 0, interaction.user.id)
        await interaction.response.send_message(embed=page.embed, view=page.view, files=page.files, ephemeral=True)

    return history


def show_command(history: History, job_actions: JobActions) -> "app_commands.Command[Any, ..., None]":
    """`/show`."""

    @app_commands.command(name="show", description=localized("cmd-show"))
    @app_commands.describe(job=localized("opt-finished-job"))
    async def show(interaction: Interaction, job: app_commands.Range[int, 1]) -> None:
        await job_actions.show(interaction, await job_actions.job(interaction, job))

    @show.autocomplete("job")
    async def complete(interaction: Interaction, current: str) -> list[app_commands.Choice[int]]:
        jobs = await history.pictures_of(interaction.user.id, interaction.guild_id or 0, 0, MOST_CHOICES)
        return choices(jobs, current)

    return show


def stats_command(history: History, model: str) -> "app_commands.Command[Any, ..., None]":
    """`/stats`."""

    @app_commands.command(name="stats", description=localized("cmd-stats"))
    async def stats(interaction: Interaction) -> None:
        counts = await history.stats(context_of(interaction).guild_id)
        await reply_privately(
            interaction,
            "stats",
            pictures=counts.pictures,
            people=counts.people,
            day=counts.last_day,
            minutes=round(counts.seconds / 60),
            median=f"{counts.median_s or 0:.0f}",
            model=model,
        )

    return stats


def choices(jobs: list[Job], current: str) -> list[app_commands.Choice[int]]:
    """Jobs whose number or prompt contains the input, as autocomplete choices."""
    wanted = current.casefold().removeprefix("#")
    named = {job.id: f"#{job.id} {job.request.prompt}"[:100] for job in jobs}
    return [
        app_commands.Choice(name=name, value=job_id) for job_id, name in named.items() if wanted in name.casefold()
    ][:MOST_CHOICES]
