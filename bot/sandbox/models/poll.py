"""A poll of a message.

https://discord.com/developers/docs/resources/poll
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.sandbox.models.payload import Payload


@dataclass(slots=True)
class PollAnswer:
    """One answer: its text and emoji as Discord's poll media object, and the ids of its voters, in order."""

    media: Payload
    voters: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Poll:
    """A poll. Its answers are numbered from 1; `expires_at` is in seconds since the Unix epoch.

    `closed` is whether a message has told its result.
    """

    question: str
    answers: list[PollAnswer]
    expires_at: float
    multiselect: bool = False
    layout: int = 1
    closed: bool = False

    def answer(self, number: int) -> PollAnswer | None:
        """Return the answer with this number, or None."""
        return self.answers[number - 1] if 1 <= number <= len(self.answers) else None
