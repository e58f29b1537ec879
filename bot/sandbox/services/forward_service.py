"""Forwards a message: the new message carries a copy of it, which stays as it is when the original changes.

https://discord.com/developers/docs/resources/message#message-snapshot-object
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.sandbox.errors import forward_unreadable, system_message
from bot.sandbox.models.guild import Message
from bot.sandbox.models.message_constants import HAS_SNAPSHOT, WRITTEN
from bot.sandbox.models.permissions import Permission, to_write
from bot.sandbox.serializers.message_objects import may_read
from bot.sandbox.services import message_service, thread_lifecycle

if TYPE_CHECKING:
    from bot.sandbox.models.guild import Channel
    from bot.sandbox.state.sandbox_state import SandboxState
    from bot.sandbox.validate.message import Reference


def forward(state: SandboxState, author_id: int, channel: Channel, reference: Reference) -> Message:
    """Post a message that forwards another one, also of another channel.

    Raises:
        DiscordError: 10003 or 10008 if there is no such message, 50001 or 50013 if the author cannot read its channel,
            50021 for a system message or a poll, 160011 if the bot cannot read its content.
    """
    message_service.require_writable(state, author_id, channel, to_write(channel))
    source = state.channel(reference.channel_id)
    state.require(author_id, source, Permission.READ_MESSAGE_HISTORY)
    original = state.message(source, reference.message_id)
    if original.type not in WRITTEN or original.poll is not None:
        raise system_message()
    if author_id == state.guild_data.bot.id and not may_read(state, original):
        raise forward_unreadable()
    message = Message(
        id=state.snowflakes.next(),
        channel_id=channel.id,
        author_id=author_id,
        timestamp=state.clock.time(),
        flags=HAS_SNAPSHOT,
        reference_id=original.id,
        reference_channel_id=source.id,
        forwarded=_copy(state, channel, original if original.forwarded is None else original.forwarded),
    )
    message_service.publish(state, message)
    thread_lifecycle.join(state, author_id, channel)
    return message


def _copy(state: SandboxState, channel: Channel, original: Message) -> Message:
    """Return a copy whose files are files of their own, so that they outlive the original."""
    files = []
    for file in original.attachments:
        copied = replace(file, id=state.snowflakes.next(), channel_id=channel.id)
        state.archive.put_file(copied.id, state.archive.file(file.id) or b"")
        files.append(copied)
    return replace(original, attachments=files, reactions=[], forwarded=None)
