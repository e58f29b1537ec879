"""The values of a job: JobRequest, Job and its states, Progress, and the ends of a run: RenderResult, Suspended."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Literal

from bot.community.guild_settings import Screening
from guidance.request.request import Request


class JobState(StrEnum):
    """State of a job. In `held`, a moderator must approve the picture; in `posting`, it is not in its channel yet."""

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
    JobState.POSTING: frozenset({JobState.DONE, JobState.FAILED, JobState.CANCELLED}),
    JobState.DONE: frozenset(),
    JobState.FAILED: frozenset(),
    JobState.CANCELLED: frozenset(),
}
"""Permitted transitions. `running` returns to `queued` after a crash, a restart or a suspended run."""

ACTIVE: Final = frozenset({JobState.QUEUED, JobState.RUNNING})
"""States in which a job needs the engine."""
PICTURED: Final = frozenset({JobState.POSTING, JobState.DONE})
"""States in which the channel may see the finished picture."""


class Origin(StrEnum):
    """What the requester used."""

    COMMAND = "command"
    BUTTON = "button"
    REACTION = "reaction"
    MENU = "menu"


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRequest:
    """A Request with its requester and its channel, before admission.

    Attributes:
        request: The picture.
        requester_id: The user who asks, and whose limits apply.
        guild_id: The server in which they ask.
        channel_id: The channel or thread in which the picture is posted.
        origin: What the requester used.
        parent_id: The job that this one is derived from.
        session_id: The prompt session that it is submitted to.
        spoiler: Whether the picture is a spoiler.
        screening: What happens if a concept is found in it.
        weight: Jobs that the requester may run in one turn.
        canvas_cost: How often a step costs that of a plain canvas, by the host's settings.
        search_from: A snowflake; no message that shows the job has a smaller id. If it is above the job's `message_id`,
            a newer message may have been sent whose id was not stored. None before the first attempt to send one.
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
    canvas_cost: float = 1.0
    search_from: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Job(JobRequest):
    """A row of the job table. Times are seconds since 1970, UTC.

    Attributes:
        id: Ascending in order of admission.
        batch_id: Id of the first job of its batch, whose message shows the whole batch; its own id without a batch.
        state: Its state.
        message_id: The message that shows it, once that is known.
        attempts: How often the engine crashed on it.
        interruptions: How often the bot was killed while it ran.
        turn: Number of the turn in which it was started; None before.
        bumped_at: When a moderator bumped it, if one did.
        device: Name of the device that runs it, or ran it last; None before its first run.
        steps: Steps that its run takes, or took once it has ended.
        picture: sha256 of the finished PNG.
        timelapse: sha256 of the time-lapse, if there is one.
        checkpoint: sha256 of its checkpoint, if its run was suspended.
        flags: Names of the concepts that the screening found in it.
        similarity: Similarity of the finished picture to its prompt.
        seconds: Seconds of rendering.
        reason: Why it failed or was rejected: the id of a text, or a sentence of the engine.
        gallery_id: Message with its copy in the gallery channel; 0 if it was about to be sent, and may not exist.
        deleted_at: When its message was removed on request.
        unshown: Of the first job of a batch: how many jobs of the batch have failed or been cancelled since its message
            was last shown.
        mentioned_at: When its requester was mentioned or written to; stored before, so that it never happens twice.
    """

    id: int
    batch_id: int
    state: JobState
    message_id: int | None
    attempts: int
    interruptions: int
    turn: int | None
    bumped_at: float | None
    device: str | None
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
    unshown: int
    mentioned_at: float | None
    created_at: float
    started_at: float | None
    finished_at: float | None

    @property
    def unconfirmed(self) -> bool:
        """Whether a message may have been sent whose id was not stored."""
        return self.search_from is not None and self.search_from > (self.message_id or 0)

    @property
    def is_first(self) -> bool:
        """Whether it is the first job of its batch, or has none."""
        return self.batch_id == self.id


@dataclass(frozen=True, slots=True)
class Concept:
    """What prompts and pictures are screened for.

    Attributes:
        name: Its name in logs and messages.
        texts: Descriptions such as "a spider"; at least one.
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
        where: Where it was found.
        score: Its probability, above the concept's threshold.
    """

    concept: str
    where: Literal["prompt", "picture"]
    score: float


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a running job is.

    Attributes:
        step, total: Steps made so far, and steps of the run.
        similarity: Similarity of the picture to its prompt, if it was measured at this step.
        preview: The picture so far as a small JPEG, if this step has a preview.
        flags: Flags of the prompt, only at step 0.
    """

    step: int
    total: int
    similarity: float | None = None
    preview: bytes | None = None
    flags: tuple[Flag, ...] = ()


@dataclass(frozen=True, slots=True)
class RenderResult:
    """The end of a successful run.

    Attributes:
        png: The finished picture.
        similarity: Similarity of the picture to its prompt; None without steps.
        seconds: Seconds of rendering; of a resumed run, since it was resumed.
        steps: Steps made in those seconds.
        request: What was rendered: the task's request, with an earlier `stop` after `finish`.
        flags: Flags of the prompt and of the picture.
        timelapse: The run as MP4, if the task has one.
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
    """The end of a run that is resumed later.

    Attributes:
        checkpoint: Where it is resumed.
        step: Steps made so far, as in Progress.
    """

    checkpoint: bytes
    step: int
