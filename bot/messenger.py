"""What announce needs of a chat system, and nothing of which one it is. `chat/` implements it."""

from dataclasses import dataclass
from typing import Protocol

from bot.job import Job, Progress


class MessageGoneError(RuntimeError):
    """The message cannot be edited any more: deleted, locked or too old."""


class ChannelGoneError(RuntimeError):
    """Nothing can be said in the channel any more."""


class UnreachableError(RuntimeError):
    """It did not work now, and may later."""


@dataclass(frozen=True, slots=True)
class Card:
    """What a job's message shows.

    Attributes:
        job: The row.
        position: In the queue, 1 for the next; None if it does not wait.
        progress: The last that was heard of it.
        picture: The preview as a JPEG, or the finished PNG.
    """

    job: Job
    position: int | None = None
    progress: Progress | None = None
    picture: bytes | None = None


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
