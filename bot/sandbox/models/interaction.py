"""One interaction: what a member did, and the state of the bot's answer."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from enum import Enum, IntEnum
from typing import TYPE_CHECKING

from bot.sandbox.models.message_constants import MessageType

if TYPE_CHECKING:
    from bot.sandbox.models.payload import Payload


class InteractionKind(IntEnum):
    """Discord's interaction types."""

    COMMAND = 2
    COMPONENT = 3
    AUTOCOMPLETE = 4
    MODAL = 5


class State(Enum):
    """Whether the bot has acknowledged an interaction; FAILED if it did not in time."""

    PENDING = "pending"
    ACKNOWLEDGED = "acknowledged"
    FAILED = "failed"


@dataclass(slots=True)
class Interaction:
    """An interaction of a member with the bot.

    Attributes:
        message_id: The message whose component or message command was used.
        trigger: The interaction that opened the modal, for the submission of a modal.
        original_id: The message that `@original` stands for, once there is one.
        answer: A modal or autocomplete choices, which the callback sends to the member's client.
        settled: Set once the interaction is acknowledged or has failed.
    """

    id: int
    token: str
    kind: InteractionKind
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

    def response_type(self) -> MessageType:
        """Return the message type of a response."""
        if self.kind is InteractionKind.COMMAND:
            slash = self.data.get("type", 1) == 1
            return MessageType.CHAT_INPUT_COMMAND if slash else MessageType.CONTEXT_MENU_COMMAND
        return MessageType.REPLY if self.message_id is not None else MessageType.DEFAULT

    def answers(self) -> int | None:
        """Return the message that a new response refers to: the one with the component, or the first response."""
        return self.original_id if self.original_id is not None else self.message_id

    def metadata(self) -> Payload:
        """Return the interaction's metadata, which its responses carry."""
        body: Payload = {"id": str(self.id), "type": int(self.kind), "user_id": self.user_id}
        if self.kind is InteractionKind.COMMAND:
            body["name"] = self.data["name"]
            kind = {2: "target_user_id", 3: "target_message_id"}.get(self.data.get("type", 1))
            if kind is not None:
                body[kind] = str(self.data["target_id"])
        elif self.kind is InteractionKind.COMPONENT:
            body["interacted_message_id"] = str(self.message_id)
        elif self.trigger is not None:
            body["triggering_interaction_metadata"] = self.trigger.metadata()
        return body
