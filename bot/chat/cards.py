"""Card → what Discord shows: an embed, one file, and buttons."""

import asyncio
import io
from dataclasses import dataclass
from typing import Final

import discord

from bot.chat.controls import buttons
from bot.chat.texts import Voice
from bot.job import PICTURED, Job, JobState, Progress
from bot.messenger import Card
from bot.sheet import sheet, sheet_preview

BAR_CELLS: Final = 16
SHORT_BAR_CELLS: Final = 8
SHEET_COLUMNS: Final = 2
SHEET_CELL: Final = 320
ALT_CHARACTERS: Final = 1024
TEXT_CHARACTERS: Final = 4096
WORDS_CHARACTERS: Final = 1500
"""Of a prompt as it is shown. Escaping may double it, and an embed's description has room for 4096 in all."""
REASON_CHARACTERS: Final = 200
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
class Face:
    """What a message consists of; `files` holds the picture, where there is one."""

    embed: discord.Embed
    view: discord.ui.View
    files: list[discord.File]


async def face(card: Card, say: Voice) -> Face:
    """The message of a job or a sheet. Texts of people are escaped: they are shown, never obeyed."""
    job = card.lead
    prompt = shown(job.request.prompt, WORDS_CHARACTERS)
    lines = [f"**{prompt}**" if prompt else say("prompt-of-images")]
    if job.request.negative:
        lines.append(say("negative", negative=shown(job.request.negative, WORDS_CHARACTERS)))
    lines.append(_requester(job, say))
    lines.append("")
    lines += _status(card, say)
    state = next((entry.state for entry in card.jobs if entry.state is JobState.RUNNING), card.jobs[-1].state)
    embed = discord.Embed(description="\n".join(lines), colour=COLOURS[state])
    embed.set_footer(text=_footer(card, say))
    # The picture stays an attachment: as an embed's image it would lose its alt text.
    return Face(embed, buttons(card, say), await _files(card))


def shown(text: str, most: int = TEXT_CHARACTERS) -> str:
    """A person's text, so that it is read and not obeyed; cut where it takes more than so many characters."""
    # discord.py escapes only the first link of a line; with something between its brackets, none of them is a link.
    apart = text.replace("](", "]\u200b(")
    escaped = discord.utils.escape_mentions(discord.utils.escape_markdown(apart))
    if len(escaped) <= most:
        return escaped
    # A backslash that is left alone would escape what follows.
    return escaped[: most - 1].rstrip("\\") + "…"


def bar(progress: Progress, cells: int = BAR_CELLS) -> str:
    """How far a run is."""
    filled = cells * progress.step // max(1, progress.total)
    return "█" * filled + "░" * (cells - filled)


def picture_file(job: Job, png: bytes) -> discord.File:
    """A finished picture. It is named by us: a name from a person could pose as another kind of file."""
    return discord.File(io.BytesIO(png), filename=f"job-{job.id}.png", description=_alt(job), spoiler=job.spoiler)


def _alt(job: Job) -> str:
    return (job.request.prompt or "picture")[:ALT_CHARACTERS]


def _requester(job: Job, say: Voice) -> str:
    mention = f"<@{job.requester_id}>"
    if job.parent_id is not None:
        return say("requester-of", parent=str(job.parent_id), mention=mention)
    return say("requester", mention=mention)


def _status(card: Card, say: Voice) -> list[str]:
    if len(card.jobs) == 1:
        return [_line(card.lead, card, say)]
    return [f"`{number}` {_line(job, card, say, short=True)}" for number, job in enumerate(card.jobs, start=1)]


def _line(job: Job, card: Card, say: Voice, *, short: bool = False) -> str:
    match job.state:
        case JobState.QUEUED:
            return say("sheet-queued") if short and job is not _first_waiting(card) else _queued(card, say)
        case JobState.RUNNING:
            return _running(card.progress.get(job.id), say, SHORT_BAR_CELLS if short else BAR_CELLS)
        case JobState.HELD:
            return say("held", concepts=", ".join(job.flags))
        case JobState.POSTING | JobState.DONE:
            return say("done") + _similarity(job.similarity, say)
        case JobState.FAILED:
            return say("failed", reason=_reason(job, say))
        case JobState.CANCELLED:
            return say(job.reason) if job.reason and say.knows(job.reason) else say("cancelled")


def _first_waiting(card: Card) -> Job | None:
    return next((job for job in card.jobs if job.state is JobState.QUEUED), None)


def _queued(card: Card, say: Voice) -> str:
    if card.paused:
        return say("queued-paused")
    position = card.position or 1
    text = say("queued-next") if position == 1 else say("queued", position=position)
    return text if card.start_at is None else f"{text} · {say('starts', at=f'<t:{int(card.start_at)}:R>')}"


def _running(progress: Progress | None, say: Voice, cells: int) -> str:
    if progress is None or progress.step == 0:
        return say("starting")
    line = say("running", bar=bar(progress, cells), step=str(progress.step), total=str(progress.total))
    return line + _similarity(progress.similarity, say)


def _similarity(similarity: float | None, say: Voice) -> str:
    return "" if similarity is None else " · " + say("similarity", similarity=f"{similarity:.2f}")


def _reason(job: Job, say: Voice) -> str:
    reason = job.reason or ""
    return say(reason, job=str(job.id)) if say.knows(reason) else shown(reason, REASON_CHARACTERS)


def _footer(card: Card, say: Voice) -> str:
    request = card.lead.request
    seeds = ", ".join(str(job.request.seed) for job in card.jobs)
    text = f"#{card.lead.id} · " + say(
        "footer",
        seeds=seeds,
        count=len(card.jobs),
        size=f"{request.width}×{request.height}",
        steps=str(card.lead.steps),
        made=card.lead.steps,
        model=request.model,
    )
    seconds = [job.seconds for job in card.jobs if job.seconds is not None]
    return f"{text} · {sum(seconds):.1f} s" if seconds and card.settled else text


async def _files(card: Card) -> list[discord.File]:
    if not card.pictures:
        return []
    job = card.lead
    if len(card.jobs) == 1:
        if job.state in PICTURED:
            return [picture_file(job, card.pictures[job.id])]
        name = f"job-{job.id}-preview.jpg"
        picture = card.pictures[job.id]
        return [discord.File(io.BytesIO(picture), filename=name, description=_alt(job), spoiler=job.spoiler)]
    pictures = [card.pictures.get(entry.id) for entry in card.jobs]
    make, name = (sheet, f"sheet-{job.id}.png") if card.settled else (sheet_preview, f"sheet-{job.id}-preview.jpg")
    together = await asyncio.to_thread(make, pictures, SHEET_COLUMNS, SHEET_CELL)
    spoiler = any(entry.spoiler for entry in card.jobs)
    return [discord.File(io.BytesIO(together), filename=name, description=_alt(job), spoiler=spoiler)]
