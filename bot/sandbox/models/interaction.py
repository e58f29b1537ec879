"""One interaction: what a member did, and how far the bot has come with its answer."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from enum import Enum, IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.sandbox.models.payload import Payload

CHAT_INPUT_REPLY, CONTEXT_MENU_REPLY, REPLY = 20, 23, 19


class Kind(IntEnum):
    """Discord's interaction types."""

    COMMAND = 2
    COMPONENT = 3
    AUTOCOMPLETE = 4
    MODAL = 5


class State(Enum):
    """Where an interaction stands."""

    PENDING = "pending"
    ACKNOWLEDGED = "acknowledged"
    FAILED = "failed"


@dataclass(slots=True)
class Interaction:
    """Something that a member did and the bot answers.

    `message_id` is the message whose component or menu was used. `original_id` is what `@original` means, once there
    is such a message. `answer` is the callback's data where it is for the member's client: a modal, or choices.
    """

    id: int
    token: str
    kind: Kind
    user_id: int
    channel_id: int
    created: float
    data: Payload
    message_id: int | None = None
    trigger: Interaction | None = None
    state: State = State.PENDING
    callback_type: int | None = None
    original_id: int | None = None
    answer: Payload | None = None
    settled: asyncio.Event = field(default_factory=asyncio.Event)

    def reply_type(self) -> int:
        """Return the message type of a response."""
        if self.kind is Kind.COMMAND:
            return CHAT_INPUT_REPLY if self.data.get("type", 1) == 1 else CONTEXT_MENU_REPLY
        return REPLY if self.message_id is not None else 0

    def answers(self) -> int | None:
        """Return the message that a new response refers to: the one with the component, or the first response."""
        return self.original_id if self.original_id is not None else self.message_id

    def metadata(self) -> Payload:
        """Return what a response remembers of the interaction."""
        body: Payload = {"id": str(self.id), "type": int(self.kind), "user_id": self.user_id}
        if self.kind is Kind.COMMAND:
            body["name"] = self.data["name"]
            kind = {2: "target_user_id", 3: "target_message_id"}.get(self.data.get("type", 1))
            if kind is not None:
                body[kind] = str(self.data["target_id"])
        elif self.kind is Kind.COMPONENT:
            body["interacted_message_id"] = str(self.message_id)
        elif self.trigger is not None:
            body["triggering_interaction_metadata"] = self.trigger.metadata()
        return body
