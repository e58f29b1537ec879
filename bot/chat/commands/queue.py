"""`/queue`, `/cancel`, `/history`, `/show`, `/stats`: what waits, what was made."""

from collections.abc import Sequence
from typing import Any, Final

import discord
from discord import app_commands

from bot.chat.browse import history_page
from bot.chat.cards import shown
from bot.chat.counter import Counter
from bot.chat.desk import tell
from bot.chat.errors import UserFacingError
from bot.chat.parts import Parts
from bot.chat.speech import spoken
from bot.chat.texts import Voice, voice
from bot.chat.who import moderates, place_of
from bot.job import Job, JobState

ROWS: Final = 10
MOST_CHOICES: Final = 25
PROMPT_CHARACTERS: Final = 60
TEXT_CHARACTERS: Final = 1800
"""Of 2000 that a message has: moderators read a line more."""


def queue_commands(parts: Parts, counter: Counter) -> "list[app_commands.Command[Any, ..., None]]":
    """The commands."""
    return [_queue(parts), _cancel(parts, counter), _history(parts), _show(parts, counter), _stats(parts)]


def _queue(parts: Parts) -> "app_commands.Command[Any, ..., None]":
    @app_commands.command(name="queue", description=spoken("cmd-queue"))
    async def queue(interaction: "discord.Interaction[Any]") -> None:
        where = place_of(interaction)
        text = await queue_text(parts, where.guild_id, voice(interaction.locale))
        await interaction.response.send_message(text, ephemeral=True)

    return queue


async def queue_text(parts: Parts, guild_id: int, say: Voice) -> str:
    """What runs and waits in a server, in order; of other servers only how much."""
    places = await parts.outlook.places()
    own = {job.id: job for job in await parts.history.under_way(None, guild_id)}
    lines = [say("queue-running", job=_brief(job)) for job in own.values() if job.state is JobState.RUNNING]
    listed = [place for place in places if place.job_id in own]
    for place in listed[:ROWS]:
        start = "" if place.start_at is None else " · " + say("starts", at=f"<t:{int(place.start_at)}:R>")
        lines.append(f"`{place.position}` {_brief(own[place.job_id])}{start}")
    # What a pause holds up has no place, but waits all the same.
    placed = {place.job_id for place in places}
    idle = [job for job in own.values() if job.state is JobState.QUEUED and job.id not in placed]
    lines += [f"`–` {_brief(job)}" for job in idle[: max(0, ROWS - len(listed))]]
    if (waiting := len(listed) + len(idle)) > ROWS:
        lines.append(say("queue-more", count=waiting - ROWS))
    if others := len(places) - len(listed):
        lines.append(say("queue-elsewhere", count=others))
    reason = parts.guilds.of(guild_id).paused
    if reason is not None:
        lines.insert(0, say("queue-paused", reason=shown(reason), has_reason="yes" if reason else "no"))
    return fitting(lines) or say("queue-empty")


def fitting(lines: Sequence[str], most: int = TEXT_CHARACTERS) -> str:
    """As many lines as one message has room for."""
    text = "\n".join(lines)
    return text if len(text) <= most else text[: most - 1].rpartition("\n")[0] + "\n…"


def _cancel(parts: Parts, counter: Counter) -> "app_commands.Command[Any, ..., None]":
    @app_commands.command(name="cancel", description=spoken("cmd-cancel"))
    @app_commands.describe(job=spoken("opt-own-job"))
    async def cancel(interaction: "discord.Interaction[Any]", job: app_commands.Range[int, 1]) -> None:
        found = await known_job(parts, interaction, job)
        if found.requester_id != interaction.user.id:
            raise UserFacingError("not-yours-to-cancel-by-command" if moderates(interaction) else "not-yours-to-cancel")
        if not await counter.cancel([found]):
            raise UserFacingError("too-late-to-cancel", state=str(found.state))
        await tell(interaction, "cancelled-job", job=str(found.id))

    @cancel.autocomplete("job")
    async def complete(interaction: "discord.Interaction[Any]", current: str) -> list[app_commands.Choice[int]]:
        jobs = await parts.history.under_way(interaction.user.id, interaction.guild_id or 0)
        return choices(jobs, current)

    return cancel


def _history(parts: Parts) -> "app_commands.Command[Any, ..., None]":
    @app_commands.command(name="history", description=spoken("cmd-history"))
    async def history(interaction: "discord.Interaction[Any]") -> None:
        place_of(interaction)
        page = await history_page(parts, interaction, 0)
        await interaction.response.send_message(embed=page.embed, view=page.view, files=page.files, ephemeral=True)

    return history


def _show(parts: Parts, counter: Counter) -> "app_commands.Command[Any, ..., None]":
    @app_commands.command(name="show", description=spoken("cmd-show"))
    @app_commands.describe(job=spoken("opt-finished-job"))
    async def show(interaction: "discord.Interaction[Any]", job: app_commands.Range[int, 1]) -> None:
        await counter.show(interaction, await known_job(parts, interaction, job))

    @show.autocomplete("job")
    async def complete(interaction: "discord.Interaction[Any]", current: str) -> list[app_commands.Choice[int]]:
        jobs = await parts.history.pictures_of(interaction.user.id, interaction.guild_id or 0, 0, MOST_CHOICES)
        return choices(jobs, current)

    return show


def _stats(parts: Parts) -> "app_commands.Command[Any, ..., None]":
    @app_commands.command(name="stats", description=spoken("cmd-stats"))
    async def stats(interaction: "discord.Interaction[Any]") -> None:
        made = await parts.history.stats(place_of(interaction).guild_id)
        await tell(
            interaction,
            "stats",
            pictures=made.pictures,
            people=made.people,
            day=made.last_day,
            minutes=round(made.seconds / 60),
            median=f"{made.median_s or 0:.0f}",
            model=parts.config.engine.model,
        )

    return stats


async def known_job(parts: Parts, interaction: "discord.Interaction[Any]", job_id: int) -> Job:
    """A job of this server.

    Raises:
        UserFacingError: There is none.
    """
    job = await parts.jobs.get(job_id)
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
    return f"#{job.id} <@{job.requester_id}> {shown(job.request.prompt[:PROMPT_CHARACTERS])}"
