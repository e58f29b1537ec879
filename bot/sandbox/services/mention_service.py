"""Records whom a message mentions and whom it notifies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.models.layout import text
from bot.sandbox.models.message_constants import SUPPRESS_NOTIFICATIONS, MessageType
from bot.sandbox.models.permissions import ALL
from bot.sandbox.validate.mentions import EVERYTHING, mentioned

if TYPE_CHECKING:
    from bot.sandbox.models.guild import Channel, Message
    from bot.sandbox.state.sandbox_state import SandboxState
    from bot.sandbox.validate.message import Draft


def record_mentions(state: SandboxState, message: Message, channel: Channel, draft: Draft) -> None:
    """Record whom a message mentions by its current content."""
    replied_to = None
    if message.type == MessageType.REPLY and message.interaction_id is None and message.reference_id is not None:
        original = state.guild_data.message(channel.id, message.reference_id)
        replied_to = None if original is None else original.author_id
    # a webhook can mention everyone
    granted = ALL if message.webhook_name is not None else state.permissions(message.author_id, channel)
    found = mentioned(
        state.guild_data, message.content + text(message.layout), draft.allowed or EVERYTHING, granted, replied_to
    )
    message.mentions, message.mention_roles, message.mention_everyone = found.users, found.roles, found.everyone


def notify(state: SandboxState, message: Message) -> None:
    """Record whom a new message notifies. Edits notify nobody."""
    if message.flags & SUPPRESS_NOTIFICATIONS:
        return
    by_role = {
        user_id
        for user_id, member in state.guild_data.members.items()
        if message.mention_everyone or set(member.roles) & set(message.mention_roles)
    }
    for user_id in dict.fromkeys([*message.mentions, *sorted(by_role)]):
        if user_id != message.author_id:
            state.pings.append((message.id, user_id))
