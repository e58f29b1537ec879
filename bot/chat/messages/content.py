"""Builds a job's message from its card: an embed, at most one file, and buttons."""

import asyncio
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import discord

from bot.chat.i18n.localizer import Localizer
from bot.chat.messages.buttons import buttons
from bot.delivery.messenger import Card
from bot.images.contact_sheet import contact_sheet_png, contact_sheet_preview
from bot.jobs.job import PICTURED, Job, JobState, Progress

BAR_CELLS: Final = 16
SHORT_BAR_CELLS: Final = 8
CONTACT_SHEET_COLUMNS: Final = 2
CONTACT_SHEET_CELL: Final = 320
ALT_CHARACTERS: Final = 1024
TEXT_CHARACTERS: Final = 4096
PROMPT_CHARACTERS: Final = 1500
"""Limit for an escaped prompt; prompt, negative prompt and status lines share the 4096 characters of a description."""
REASON_CHARACTERS: Final = 200
LIST_CHARACTERS: Final = 1800
"""Limit for a list; a message has at most 2000, and callers add up to one line."""
COLOURS: Final = {
    JobState.QUEUED: discord.Colour.from_rgb(149, 165, 166),
    JobState.RUNNING: discord.Colour.from_rgb(88, 101, 242),
    JobState.HELD: discord.Colour.from_rgb(230, 176, 60),
    JobState.POSTING: discord.Colour.from_rgb(87, 162, 104),
    JobState.DONE: discord.Colour.from_rgb(87, 162, 104),
    JobState.FAILED: discord.Colour.from_rgb(218, 83, 79),
    JobState.CANCELLED: discord.Colour.from_rgb(99, 100, 107),
}


@dataclass(frozen=True, slots=True)
class MessageContent:
    """The parts of a message; `files` is empty without a picture."""

    embed: discord.Embed
    view: discord.ui.View
    files: list[discord.File]


async def build_message(card: Card, t: Localizer) -> MessageContent:
    """Builds the message of a job or a batch; users' texts are escaped."""
    job = card.first_job
    prompt = escape(job.request.prompt, PROMPT_CHARACTERS)
    lines = [f"**{prompt}**" if prompt else t("prompt-of-images")]
    if job.request.negative:
        lines.append(t("negative", negative=escape(job.request.negative, PROMPT_CHARACTERS)))
    lines.append(_requester(job, t))
    lines.append("")
    lines += _status(card, t)
    state = next((entry.state for entry in card.jobs if entry.state is JobState.RUNNING), card.jobs[-1].state)
    embed = discord.Embed(description="\n".join(lines), colour=COLOURS[state])
    embed.set_footer(text=_footer(card, t))
    # An attachment shows its alt text; the image of an embed does not.
    return MessageContent(embed, buttons(card, t), await _files(card))


def escape(text: str, most: int = TEXT_CHARACTERS) -> str:
    """Escapes Markdown, links and mentions in a user's text; cuts the result to `most` characters."""
    # discord.py escapes only the first link of a line; a zero-width space breaks all of them.
    unlinked = text.replace("](", "]\u200b(")
    escaped = discord.utils.escape_mentions(discord.utils.escape_markdown(unlinked))
    if len(escaped) <= most:
        return escaped
    # A trailing backslash would escape the next character.
    return escaped[: most - 1].rstrip("\\") + "…"


def bar(progress: Progress, cells: int = BAR_CELLS) -> str:
    """A progress bar of `cells` characters."""
    filled = cells * progress.step // max(1, progress.total)
    return "█" * filled + "░" * (cells - filled)


def picture_file(job: Job, png: bytes) -> discord.File:
    """A finished picture as an attachment, with the prompt as its alt text."""
    return discord.File(io.BytesIO(png), filename=f"job-{job.id}.png", description=_alt(job), spoiler=job.spoiler)


def fitting(lines: Sequence[str], most: int = LIST_CHARACTERS) -> str:
    """As many of the lines as fit into `most` characters, and "…" if some do not."""
    text = "\n".join(lines)
    return text if len(text) <= most else text[: most - 1].rpartition("\n")[0] + "\n…"


def _alt(job: Job) -> str:
    return (job.request.prompt or "picture")[:ALT_CHARACTERS]


def _requester(job: Job, t: Localizer) -> str:
    mention = f"<@{job.requester_id}>"
    if job.parent_id is not None:
        return t("requester-of", parent=str(job.parent_id), mention=mention)
    return t("requester", mention=mention)


def _status(card: Card, t: Localizer) -> list[str]:
    if len(card.jobs) == 1:
        return [_line(card.first_job, card, t)]
    return [f"`{number}` {_line(job, card, t, short=True)}" for number, job in enumerate(card.jobs, start=1)]


def _line(job: Job, card: Card, t: Localizer, *, short: bool = False) -> str:
    match job.state:
        case JobState.QUEUED:
            return t("batch-queued") if short and job is not _first_waiting(card) else _queued(card, t)
        case JobState.RUNNING:
            return _running(card.progress.get(job.id), t, SHORT_BAR_CELLS if short else BAR_CELLS)
        case JobState.HELD:
            return t("held", concepts=", ".join(job.flags))
        case JobState.POSTING | JobState.DONE:
            return t("done") + _similarity(job.similarity, t)
        case JobState.FAILED:
            return t("failed", reason=_reason(job, t))
        case JobState.CANCELLED:
            return t(job.reason) if job.reason and t.has(job.reason) else t("cancelled")


def _first_waiting(card: Card) -> Job | None:
    return next((job for job in card.jobs if job.state is JobState.QUEUED), None)


def _queued(card: Card, t: Localizer) -> str:
    if card.paused:
        return t("queued-paused")
    if card.position is None:
        return t("queued-unplaced")
    text = t("queued-next") if card.position == 1 else t("queued", position=card.position)
    return text if card.start_at is None else f"{text} · {t('starts', at=f'<t:{int(card.start_at)}:R>')}"


def _running(progress: Progress | None, t: Localizer, cells: int) -> str:
    if progress is None or progress.step == 0:
        return t("starting")
    line = t("running", bar=bar(progress, cells), step=str(progress.step), total=str(progress.total))
    return line + _similarity(progress.similarity, t)


def _similarity(similarity: float | None, t: Localizer) -> str:
    return "" if similarity is None else " · " + t("similarity", similarity=f"{similarity:.2f}")


def _reason(job: Job, t: Localizer) -> str:
    reason = job.reason or ""
    return t(reason, job=str(job.id)) if t.has(reason) else escape(reason, REASON_CHARACTERS)


def _footer(card: Card, t: Localizer) -> str:
    request = card.first_job.request
    seeds = ", ".join(str(job.request.seed) for job in card.jobs)
    text = f"#{card.first_job.id} · " + t(
        "footer",
        seeds=seeds,
        count=len(card.jobs),
        size=f"{request.width}×{request.height}",
        steps=str(card.first_job.steps),
        made=card.first_job.steps,
        model=request.model,
    )
    seconds = [job.seconds for job in card.jobs if job.seconds is not None]
    return f"{text} · {sum(seconds):.1f} s" if seconds and card.settled else text


async def _files(card: Card) -> list[discord.File]:
    if not card.pictures:
        return []
    job = card.first_job
    if len(card.jobs) == 1:
        if job.state in PICTURED:
            return [picture_file(job, card.pictures[job.id])]
        name = f"job-{job.id}-preview.jpg"
        picture = card.pictures[job.id]
        return [discord.File(io.BytesIO(picture), filename=name, description=_alt(job), spoiler=job.spoiler)]
    pictures = [card.pictures.get(entry.id) for entry in card.jobs]
    make, name = (
        (contact_sheet_png, f"batch-{job.id}.png")
        if card.settled
        else (contact_sheet_preview, f"batch-{job.id}-preview.jpg")
    )
    contact_sheet = await asyncio.to_thread(make, pictures, CONTACT_SHEET_COLUMNS, CONTACT_SHEET_CELL)
    spoiler = any(entry.spoiler for entry in card.jobs)
    return [discord.File(io.BytesIO(contact_sheet), filename=name, description=_alt(job), spoiler=spoiler)]
