"""Job: a Request that was let in, as a row with a state; Progress: how far it is; Result and PutAside: its end."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Literal

from guidance.request import Request


class JobState(StrEnum):
    """Where a job is. A job in `posting` has its picture, but the channel may not have it yet."""

    QUEUED = "queued"
    RUNNING = "running"
    POSTING = "posting"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


TRANSITIONS: Final[Mapping[JobState, frozenset[JobState]]] = {
    JobState.QUEUED: frozenset({JobState.RUNNING, JobState.FAILED, JobState.CANCELLED}),
    JobState.RUNNING: frozenset({JobState.QUEUED, JobState.POSTING, JobState.FAILED, JobState.CANCELLED}),
    JobState.POSTING: frozenset({JobState.DONE, JobState.FAILED}),
    JobState.DONE: frozenset(),
    JobState.FAILED: frozenset(),
    JobState.CANCELLED: frozenset(),
}
"""What may follow what. `running` goes back to `queued` when the engine crashed or the host restarted."""


class Origin(StrEnum):
    """How somebody asked."""

    COMMAND = "command"
    BUTTON = "button"
    REACTION = "reaction"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What somebody wants, before it is let in.

    Attributes:
        request: The picture.
        requester_id: Who asks, and on whose quota.
        guild_id: The server in which they ask.
        channel_id: Where the picture goes.
        origin: How they asked.
        parent_id: The job that this one reruns.
    """

    request: Request
    requester_id: int
    guild_id: int
    channel_id: int
    origin: Origin
    parent_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Job(Ask):
    """A row. Times are seconds since 1970, UTC.

    Attributes:
        id: In order of admission.
        state: Where it is.
        message_id: The message that shows it, once that is known.
        attempts: How often the engine crashed on it.
        turn: Its place in the order in which jobs were started; None before.
        picture: sha256 of the finished PNG.
        similarity: Of the finished picture to its prompt.
        reason: Why it failed, in words for the requester.
    """

    id: int
    state: JobState
    message_id: int | None
    attempts: int
    turn: int | None
    picture: str | None
    similarity: float | None
    seconds: float | None
    reason: str | None
    created_at: float
    started_at: float | None
    finished_at: float | None


@dataclass(frozen=True, slots=True)
class Concept:
    """What a host has prompts and pictures screened for.

    Attributes:
        name: What it is called.
        texts: What it looks like, in words such as "a spider"; at least one.
        threshold: Probability above which a prompt or a picture is flagged (see `guidance.zeroshot`).
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
class Result:
    """The end of a job that went well.

    Attributes:
        png: The finished file.
        similarity: Of the picture to its prompt.
        seconds: Spent on rendering; after a break, since then.
        steps: Made in those seconds, so that `seconds / steps` is the pace whatever was cut; 0 if none was to make.
        request: What was really rendered: as was asked for, or ended early by `finish`.
        flags: What the prompt and the picture were flagged for.
        film: The run as MP4, where that was wanted.
    """

    png: bytes
    similarity: float | None
    seconds: float
    steps: int
    request: Request
    flags: tuple[Flag, ...] = ()
    film: bytes | None = None


@dataclass(frozen=True, slots=True)
class PutAside:
    """The end of a run that is to go on later.

    Attributes:
        checkpoint: From which it goes on.
        step: Steps made so far, as in Progress.
    """

    checkpoint: bytes
    step: int
