"""Card → what Discord shows: an embed, one file, and buttons."""

import io
from dataclasses import dataclass
from typing import Final

import discord

from bot.chat import texts
from bot.chat.controls import Action, JobButton
from bot.job import Job, JobState, Progress
from bot.messenger import Card

BAR_CELLS: Final = 16
COLOURS: Final = {
    JobState.QUEUED: discord.Colour.from_rgb(149, 165, 166),
    JobState.RUNNING: discord.Colour.from_rgb(88, 101, 242),
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


def face(card: Card) -> Face:
    """The message of a job. Texts of people are escaped: they are shown, never obeyed."""
    job = card.job
    lines = [f"**{_shown(job.request.prompt)}**"]
    if job.request.negative:
        lines.append(texts.NEGATIVE.format(negative=_shown(job.request.negative)))
    lines.append(_requester(job))
    lines.append("")
    lines.append(_status(card))
    embed = discord.Embed(description="\n".join(lines), colour=COLOURS[job.state])
    embed.set_footer(text=_footer(job))
    # The picture stays an attachment: as an embed's image it would lose its alt text.
    return Face(embed, _buttons(job), _files(card))


def _requester(job: Job) -> str:
    mention = f"<@{job.requester_id}>"
    if job.parent_id is not None:
        return texts.RERUN_OF.format(parent=job.parent_id, mention=mention)
    return texts.REQUESTER.format(mention=mention)


def _status(card: Card) -> str:
    job = card.job
    match job.state:
        case JobState.QUEUED:
            waits = card.position is not None and card.position > 1
            return texts.QUEUED.format(position=card.position) if waits else texts.QUEUED_NEXT
        case JobState.RUNNING:
            return _running(card.progress)
        case JobState.POSTING | JobState.DONE:
            return texts.POSTING + _similarity(job.similarity)
        case JobState.FAILED:
            return texts.FAILED.format(reason=_shown(job.reason or ""))
        case JobState.CANCELLED:
            return texts.CANCELLED


def _running(progress: Progress | None) -> str:
    if progress is None or progress.step == 0:
        return texts.STARTING
    filled = BAR_CELLS * progress.step // progress.total
    line = texts.RUNNING.format(bar="█" * filled + "░" * (BAR_CELLS - filled), step=progress.step, total=progress.total)
    return line + _similarity(progress.similarity)


def _similarity(similarity: float | None) -> str:
    return "" if similarity is None else texts.SIMILARITY.format(similarity=similarity)


def _footer(job: Job) -> str:
    request = job.request
    text = f"#{job.id} · " + texts.FOOTER.format(
        seed=request.seed, width=request.width, height=request.height, steps=request.steps, model=request.model
    )
    return text if job.seconds is None else text + texts.FOOTER_DONE.format(seconds=job.seconds)


def _files(card: Card) -> list[discord.File]:
    if card.picture is None:
        return []
    # Named by us: a name from a person could pose as another kind of file.
    finished = card.job.state in {JobState.POSTING, JobState.DONE}
    name = f"job-{card.job.id}.png" if finished else f"job-{card.job.id}-preview.jpg"
    return [discord.File(io.BytesIO(card.picture), filename=name, description=card.job.request.prompt[:1024])]


def _buttons(job: Job) -> discord.ui.View:
    view = discord.ui.View(timeout=None)
    under_way = job.state in {JobState.QUEUED, JobState.RUNNING}
    view.add_item(JobButton(job.id, Action.CANCEL if under_way else Action.RERUN))
    return view


def _shown(text: str) -> str:
    return discord.utils.escape_mentions(discord.utils.escape_markdown(text))
