"""Who acts and in which channel, as admission and the settings need it."""

from dataclasses import dataclass
from typing import Any

import discord

from bot.chat.errors import UserFacingError
from bot.chat.i18n.localizer import Localizer, localizer
from bot.community.guild_settings import GuildSettings
from bot.community.moderation import Moderator
from bot.jobs.admission import Requester

Interaction = discord.Interaction[Any]


@dataclass(frozen=True, slots=True)
class ChannelContext:
    """The channel of an interaction or reaction.

    Attributes:
        guild_id, channel_id: The server, and the channel or thread.
        channel_ids: The channel, and its parent if it is a thread.
        restricted: Whether it is age-restricted.
    """

    guild_id: int
    channel_id: int
    channel_ids: frozenset[int]
    restricted: bool


def context_of(interaction: Interaction) -> ChannelContext:
    """The channel of an interaction.

    Raises:
        UserFacingError: It is not in a server.
    """
    if interaction.guild_id is None or interaction.channel_id is None:
        raise UserFacingError("no-server")
    return channel_context(interaction.guild_id, interaction.channel_id, interaction.channel)


def channel_context(guild_id: int, channel_id: int, channel: object) -> ChannelContext:
    """The context of a channel; `channel` is None if discord.py does not know it."""
    parent_id = channel.parent_id if isinstance(channel, discord.Thread) else channel_id
    return ChannelContext(guild_id, channel_id, frozenset({channel_id, parent_id}), is_restricted(channel))


def is_restricted(channel: object) -> bool:
    """Whether a channel, or a thread's parent, is age-restricted; False for None."""
    check = getattr(channel, "is_nsfw", None)
    return bool(check()) if check is not None else False


def requester_of(interaction: Interaction, context: ChannelContext) -> Requester:
    """The user of an interaction, with what admission checks."""
    return requester_from(interaction.user, context, moderates=moderates(interaction))


def requester_from(
    user: discord.User | discord.Member, context: ChannelContext, *, moderates: bool = False
) -> Requester:
    """A discord.py user, with what admission checks."""
    guild_member = user if isinstance(user, discord.Member) else None
    joined_at = guild_member.joined_at if guild_member else None
    return Requester(
        id=user.id,
        role_ids=frozenset(role.id for role in guild_member.roles) if guild_member else frozenset(),
        created_at=user.created_at.timestamp(),
        joined_at=joined_at.timestamp() if joined_at else None,
        moderates=moderates,
        channel_ids=context.channel_ids,
    )


def moderates(interaction: Interaction) -> bool:
    """Whether the user has the Manage Messages permission in this channel."""
    return interaction.permissions.manage_messages


def require_moderator(interaction: Interaction) -> Moderator:
    """The user, who has the Manage Messages permission in this channel.

    Server admins can show a command to everybody, so commands check the permission again.

    Raises:
        UserFacingError: They lack it.
    """
    context = context_of(interaction)
    if not moderates(interaction):
        raise UserFacingError("moderators-only")
    return Moderator(interaction.user.id, context.guild_id)


def require_manager(interaction: Interaction) -> Moderator:
    """The user, who has the Manage Server permission.

    Raises:
        UserFacingError: They lack it.
    """
    context = context_of(interaction)
    if not interaction.permissions.manage_guild:
        raise UserFacingError("managers-only")
    return Moderator(interaction.user.id, context.guild_id)


def public_localizer(settings: GuildSettings, guild: discord.Guild | None) -> Localizer:
    """The localizer for messages that everybody in a server reads."""
    return localizer(settings.language or (guild.preferred_locale if guild is not None else None))
