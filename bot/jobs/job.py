"""Job: an admitted Request, as a row with a state; Progress: how far it is; RenderResult, Suspended: its end."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Literal

from bot.community.guild_settings import Screening
from guidance.request.request import Request


class JobState(StrEnum):
    """Where a job is.

    A job that is `held` has a picture that a moderator must see first; one in `posting` has its picture, but the
    channel may not have it yet.
    """

    QUEUED = "queued"
    RUNNING = "running"
    HELD = "held"
    POSTING = "posting"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


TRANSITIONS: Final[Mapping[JobState, frozenset[JobState]]] = {
    JobState.QUEUED: frozenset({JobState.RUNNING, JobState.FAILED, JobState.CANCELLED}),
    JobState.RUNNING: frozenset(
        {JobState.QUEUED, JobState.HELD, JobState.POSTING, JobState.FAILED, JobState.CANCELLED}
    ),
    JobState.HELD: frozenset({JobState.POSTING, JobState.FAILED, JobState.CANCELLED}),
    JobState.POSTING: frozenset({JobState.DONE, JobState.FAILED}),
    JobState.DONE: frozenset(),
    JobState.FAILED: frozenset(),
    JobState.CANCELLED: frozenset(),
}
"""What may follow what. `running` goes back to `queued` when the engine crashed or the host restarted."""

ACTIVE: Final = frozenset({JobState.QUEUED, JobState.RUNNING})
"""States in which somebody waits for the engine."""
PICTURED: Final = frozenset({JobState.POSTING, JobState.DONE})
"""States in which the channel may see the finished picture."""


class Origin(StrEnum):
    """How somebody asked."""

    COMMAND = "command"
    BUTTON = "button"
    REACTION = "reaction"
    MENU = "menu"


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRequest:
    """What somebody wants, before it is let in.

    Attributes:
        request: The picture.
        requester_id: Who asks, and on whose quota.
        guild_id: The server in which they ask.
        channel_id: Where the picture goes: a channel or a thread.
        origin: How they asked.
        parent_id: The job that this one came from.
        session_id: The prompt session that it is submitted to.
        spoiler: Whether the picture is covered until somebody uncovers it.
        screening: What happens if a concept is found in it.
        weight: Jobs that the requester may have in one round.
    """

    request: Request
    requester_id: int
    guild_id: int
    channel_id: int
    origin: Origin
    parent_id: int | None = None
    session_id: int | None = None
    spoiler: bool = False
    screening: Screening = Screening.OFF
    weight: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Job(JobRequest):
    """A row. Times are seconds since 1970, UTC.

    Attributes:
        id: In order of admission.
        batch_id: The first job of its batch, whose message shows all of them; its own id if it stands alone.
        state: Where it is.
        message_id: The message that shows it, once that is known.
        attempts: How often the engine crashed on it.
        turn: Its round in the order in which jobs were started; None before.
        bumped_at: When a moderator put it before all others, if one did.
        steps: That its run takes; once it has ended, that it took.
        picture: sha256 of the finished PNG.
        timelapse: sha256 of the time-lapse, if there is one.
        checkpoint: sha256 of the run that was suspended, if one was.
        flags: Concepts that the screening found in it, in words.
        similarity: Of the finished picture to its prompt.
        seconds: Spent on rendering.
        reason: Why it failed, or was held: a text's id, or a sentence of the engine's.
        gallery_id: Its copy in the gallery channel.
        deleted_at: When its message was removed on request.
    """

    id: int
    batch_id: int
    state: JobState
    message_id: int | None
    attempts: int
    turn: int | None
    bumped_at: float | None
    steps: int
    picture: str | None
    timelapse: str | None
    checkpoint: str | None
    flags: tuple[str, ...]
    similarity: float | None
    seconds: float | None
    reason: str | None
    gallery_id: int | None
    deleted_at: float | None
    created_at: float
    started_at: float | None
    finished_at: float | None

    @property
    def is_first(self) -> bool:
        """Whether it has a message of its own."""
        return self.batch_id == self.id


@dataclass(frozen=True, slots=True)
class Concept:
    """What a host has prompts and pictures screened for.

    Attributes:
        name: What it is called.
        texts: What it looks like, in words such as "a spider"; at least one.
        threshold: Probability above which a prompt or a picture is flagged (see `guidance.clip.zeroshot`).
    """

    name: str
    texts: tuple[str, ...]
    threshold: float


@dataclass(frozen=True, slots=True)
class Flag:
    """A concept that was found.

    Attributes:
        concept: Its name.
        where: In the words of the prompt or in the finished picture.
        score: Its probability, above the concept's threshold.
    """

    concept: str
    where: Literal["prompt", "picture"]
    score: float


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a running job is.

    Attributes:
        step, total: Steps made, of how many.
        similarity: Of the picture to its prompt, where it was measured.
        preview: The picture so far as a small JPEG, where one is due.
        flags: What the prompt was flagged for. The engine says it once, with its first entry, at step 0.
    """

    step: int
    total: int
    similarity: float | None = None
    preview: bytes | None = None
    flags: tuple[Flag, ...] = ()


@dataclass(frozen=True, slots=True)
class RenderResult:
    """The end of a job that went well.

    Attributes:
        png: The finished file.
        similarity: Of the picture to its prompt.
        seconds: Spent on rendering; after a break, since then.
        steps: Made in those seconds, so that `seconds / steps` is the pace whatever was cut; 0 if none was to make.
        request: What was really rendered: as was asked for, or ended early by `finish`.
        flags: What the prompt and the picture were flagged for.
        timelapse: The run as MP4, where that was wanted.
    """

    png: bytes
    similarity: float | None
    seconds: float
    steps: int
    request: Request
    flags: tuple[Flag, ...] = ()
    timelapse: bytes | None = None


@dataclass(frozen=True, slots=True)
class Suspended:
    """The end of a run that is to go on later.

    Attributes:
        checkpoint: From which it goes on.
        step: Steps made so far, as in Progress.
    """

    checkpoint: bytes
    step: int
