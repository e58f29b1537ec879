"""Adds and removes reactions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.errors import too_many_reactions, unknown_emoji
from bot.sandbox.models.guild import Reaction
from bot.sandbox.models.permissions import Permission
from bot.sandbox.services import thread_lifecycle
from bot.sandbox.services.emoji_service import is_reaction
from bot.sandbox.state.events import ReactionAdded, ReactionRemoved, ReactionsCleared

if TYPE_CHECKING:
    from bot.sandbox.models.guild import Channel, Message
    from bot.sandbox.state.sandbox_state import SandboxState

MAX_REACTIONS = 20


def add(state: SandboxState, channel: Channel, message: Message, user_id: int, emoji: str) -> None:
    """Add a reaction; nothing happens if the user has already added it.

    Raises:
        DiscordError: 10014 for a string that is not one emoji, 50013 without the permission, 30010 for a 21st emoji,
            50083 in an archived thread.
    """
    if not is_reaction(state.guild_data, emoji):
        raise unknown_emoji()
    thread_lifecycle.require_active(channel)
    reaction = message.reaction(emoji)
    # Add Reactions is needed only for an emoji that nobody has used yet
    needed = Permission.READ_MESSAGE_HISTORY
    state.require(user_id, channel, needed if reaction else needed | Permission.ADD_REACTIONS)
    if reaction is None:
        if len(message.reactions) >= MAX_REACTIONS:
            raise too_many_reactions()
        reaction = Reaction(emoji)
        message.reactions.append(reaction)
    if user_id in reaction.user_ids:
        return
    reaction.user_ids.append(user_id)
    state.archive.put_message(message)
    state.events.publish(ReactionAdded(message, user_id, emoji))


def remove(state: SandboxState, message: Message, user_id: int, emoji: str) -> None:
    """Remove a user's reaction; nothing happens if there is none.

    Raises:
        DiscordError: 10014 for a string that is not one emoji, 50083 in an archived thread.
    """
    if not is_reaction(state.guild_data, emoji):
        raise unknown_emoji()
    thread_lifecycle.require_active(state.channel(message.channel_id))
    reaction = message.reaction(emoji)
    if reaction is None or user_id not in reaction.user_ids:
        return
    reaction.user_ids.remove(user_id)
    if not reaction.user_ids:
        message.reactions.remove(reaction)
    state.archive.put_message(message)
    state.events.publish(ReactionRemoved(message, user_id, emoji))


def clear(state: SandboxState, message: Message, emoji: str | None) -> None:
    """Remove all reactions, or all with one emoji.

    Raises:
        DiscordError: 10014 for a string that is not one emoji, 50083 in an archived thread.
    """
    if emoji is not None and not is_reaction(state.guild_data, emoji):
        raise unknown_emoji()
    thread_lifecycle.require_active(state.channel(message.channel_id))
    message.reactions = [reaction for reaction in message.reactions if emoji is not None and reaction.emoji != emoji]
    state.archive.put_message(message)
    state.events.publish(ReactionsCleared(message, emoji))
