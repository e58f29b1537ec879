"""The interface that delivery needs of a chat system. `bot.chat` implements it for Discord."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from bot.jobs.job import ACTIVE, Job, Progress


class DeliveryError(RuntimeError):
    """A message could not be sent or edited. Each has one of the classes below."""


class MessageGoneError(DeliveryError):
    """The message can no longer be edited: deleted, locked or too old."""


class ChannelGoneError(DeliveryError):
    """The bot can no longer send messages in the channel."""


class PostRefusedError(DeliveryError):
    """The chat system does not accept this message, now or later. It may accept one with other content."""


class UnreachableError(DeliveryError):
    """Temporary failure; retry later."""


@dataclass(frozen=True, slots=True)
class Card:
    """What a message shows: one job, or the jobs of a batch.

    Attributes:
        jobs: The rows, ordered by id. The message belongs to the first.
        position: Queue position of the first waiting job, 1 for the next to run; None if no job waits for a turn.
        start_at: When that job will probably start, in seconds since 1970; None if unknown.
        paused: Whether the server's jobs are paused.
        progress: The latest progress of running jobs, by job id.
        pictures: Previews as JPEG and finished pictures as PNG, by job id.
    """

    jobs: tuple[Job, ...]
    position: int | None = None
    start_at: float | None = None
    paused: bool = False
    progress: Mapping[int, Progress] = field(default_factory=dict)
    pictures: Mapping[int, bytes] = field(default_factory=dict)

    @property
    def first_job(self) -> Job:
        """The job to which the message belongs."""
        return self.jobs[0]

    @property
    def settled(self) -> bool:
        """Whether no job is queued or running, so that the card changes only if a person acts."""
        return not any(job.state in ACTIVE for job in self.jobs)


class Messenger(Protocol):
    """Sends and edits messages. Every coroutine may raise a DeliveryError."""

    def mark(self) -> int:
        """A snowflake below those of all messages that are sent from now on, for `Job.search_from`."""
        ...

    async def send(self, card: Card) -> int:
        """Sends a new message; returns its id. Sending the same card again within minutes creates no second message."""
        ...

    async def edit(self, message_id: int, card: Card) -> None:
        """Replaces everything that the message shows with the card."""
        ...

    async def find(self, job: Job) -> int | None:
        """The id of the message that shows the job, if one was sent after `Job.search_from` was stored."""
        ...

    async def mention(self, job: Job, message_id: int) -> None:
        """Replies to the message and mentions the requester."""
        ...

    async def tell(self, job: Job) -> None:
        """Writes to the requester privately why a failed job is not shown in its channel."""
        ...
