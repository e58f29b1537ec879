"""What delivery needs of a chat system, and nothing of which one it is. `chat/` implements it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from bot.jobs.job import ACTIVE, Job, Progress


class MessageGoneError(RuntimeError):
    """The message cannot be edited any more: deleted, locked or too old."""


class ChannelGoneError(RuntimeError):
    """Nothing can be said in the channel any more."""


class UnreachableError(RuntimeError):
    """It did not work now, and may later."""


@dataclass(frozen=True, slots=True)
class Card:
    """What a message shows: a job, or the jobs of a batch.

    Attributes:
        jobs: The rows in their order; the first one's message it is.
        position: In the queue of the first that waits, 1 for the next; None if none waits for a turn.
        start_at: When that one will probably start (seconds since 1970), if that is known.
        paused: Whether nothing of its server starts.
        progress: The last that was heard of those that run, by job.
        pictures: Previews as JPEG, and finished pictures as PNG, by job.
    """

    jobs: tuple[Job, ...]
    position: int | None = None
    start_at: float | None = None
    paused: bool = False
    progress: Mapping[int, Progress] = field(default_factory=dict)
    pictures: Mapping[int, bytes] = field(default_factory=dict)

    @property
    def first_job(self) -> Job:
        """The job whose message it is."""
        return self.jobs[0]

    @property
    def settled(self) -> bool:
        """Whether it will not change by itself any more."""
        return not any(job.state in ACTIVE for job in self.jobs)


class Messenger(Protocol):
    """Speaks in channels. Each call raises MessageGoneError, ChannelGoneError or UnreachableError where it must."""

    async def send(self, card: Card) -> int:
        """Sends a new message; returns its id. The same card sent twice within minutes is one message."""
        ...

    async def edit(self, message_id: int, card: Card) -> None:
        """Makes the message show the card, and nothing that it showed before."""
        ...

    async def find(self, job: Job) -> int | None:
        """The message that shows the job already, if it is among the channel's last ones."""
        ...

    async def mention(self, job: Job, message_id: int) -> None:
        """Replies to the message, naming the requester, unless that was done before."""
        ...
