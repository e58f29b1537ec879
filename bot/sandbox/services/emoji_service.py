"""Adds, changes and deletes the guild's emoji."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.models.emoji import is_emoji
from bot.sandbox.state.events import EmojisChanged

if TYPE_CHECKING:
    from bot.sandbox.models.guild import Emoji, GuildData
    from bot.sandbox.state.sandbox_state import SandboxState


def put(state: SandboxState, emoji: Emoji) -> None:
    """Store a new or a changed emoji."""
    state.guild_data.emojis[emoji.id] = emoji
    _changed(state)


def drop(state: SandboxState, emoji: Emoji) -> None:
    """Delete an emoji. Reactions with it stay."""
    del state.guild_data.emojis[emoji.id]
    state.archive.drop_file(emoji.id)
    _changed(state)


def _changed(state: SandboxState) -> None:
    state.archive.put_guild(state.guild_data)
    state.events.publish(EmojisChanged())


def is_reaction(guild_data: GuildData, text: str) -> bool:
    """Return whether a path names an emoji: a Unicode emoji, or `name:id` of one of the guild's."""
    _, separator, emoji_id = text.partition(":")
    if not separator:
        return is_emoji(text)
    return emoji_id.isascii() and emoji_id.isdigit() and int(emoji_id) in guild_data.emojis
