"""Pins messages in channels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.errors import system_message, too_many_pins
from bot.sandbox.models.guild import Message
from bot.sandbox.models.message_constants import WRITTEN, MessageType
from bot.sandbox.services import message_service, thread_lifecycle
from bot.sandbox.state.events import MessageEdited, PinsChanged

if TYPE_CHECKING:
    from bot.sandbox.models.guild import Channel
    from bot.sandbox.state.sandbox_state import SandboxState

MAX_PINS = 250


def pinned(state: SandboxState, channel: Channel) -> list[Message]:
    """Return the pinned messages of a channel, the newest pin first."""
    found = [message for message in state.guild_data.messages.get(channel.id, {}).values() if message.pinned_at]
    return sorted(found, key=lambda message: (message.pinned_at or 0, message.id), reverse=True)


def pin(state: SandboxState, channel: Channel, message: Message, user_id: int) -> None:
    """Pin a message; a message of type 6 says so. Nothing happens if it is pinned already.

    Raises:
        DiscordError: 50021 for a system message, 30003 for the 251st pin, 50083 in an archived thread.
    """
    thread_lifecycle.require_active(channel)
    if message.type not in WRITTEN:
        raise system_message()
    if message.pinned_at:
        return
    if len(pinned(state, channel)) >= MAX_PINS:
        raise too_many_pins()
    _set(state, channel, message, state.clock.time())
    notice = Message(
        id=state.snowflakes.next(),
        channel_id=channel.id,
        author_id=user_id,
        timestamp=state.clock.time(),
        type=MessageType.CHANNEL_PINNED_MESSAGE,
        reference_id=message.id,
    )
    message_service.publish(state, notice)


def unpin(state: SandboxState, channel: Channel, message: Message) -> None:
    """Unpin a message, or raise 50083 in an archived thread."""
    thread_lifecycle.require_active(channel)
    if message.pinned_at:
        _set(state, channel, message, None)


def _set(state: SandboxState, channel: Channel, message: Message, pinned_at: float | None) -> None:
    message.pinned_at = pinned_at
    state.archive.put_message(message)
    state.events.publish(MessageEdited(message))
    state.events.publish(PinsChanged(channel, max((one.pinned_at or 0 for one in pinned(state, channel)), default=0)))
