"""Who acts and in which channel, as admission and the settings need it."""

from dataclasses import dataclass
from typing import Any

import discord

from bot.chat.errors import UserFacingError
from bot.chat.i18n.localizer import Localizer, localizer
from bot.community.guild_settings import GuildSettings
from bot.jobs.admission import Member

Interaction = discord.Interaction[Any]


@dataclass(frozen=True, slots=True)
class ChannelContext:
    """The channel in which somebody acts.

    Attributes:
        guild_id, channel_id: The server, and the channel or thread.
        channel_ids: The channel, and its parent if it is a thread.
        restricted: Whether it is for adults.
    """

    guild_id: int
    channel_id: int
    channel_ids: frozenset[int]
    restricted: bool


def context_of(interaction: Interaction) -> ChannelContext:
    """Where an interaction happens.

    Raises:
        UserFacingError: Not in a server.
    """
    if interaction.guild_id is None or interaction.channel_id is None:
        raise UserFacingError("no-server")
    return channel_context(interaction.guild_id, interaction.channel_id, interaction.channel)


def channel_context(guild_id: int, channel_id: int, channel: object) -> ChannelContext:
    """The context of a channel; without a channel object, from its id alone."""
    parent_id = channel.parent_id if isinstance(channel, discord.Thread) else channel_id
    return ChannelContext(guild_id, channel_id, frozenset({channel_id, parent_id}), is_restricted(channel))


def is_restricted(channel: object) -> bool:
    """Whether a channel, or a thread's parent, is for adults; one that is not known is not."""
    check = getattr(channel, "is_nsfw", None)
    return bool(check()) if check is not None else False


def member_of(interaction: Interaction, context: ChannelContext) -> Member:
    """Who acts."""
    return member_from(interaction.user, context, moderates=moderates(interaction))


def member_from(user: discord.User | discord.Member, context: ChannelContext, *, moderates: bool = False) -> Member:
    """A person in a channel."""
    belongs = user if isinstance(user, discord.Member) else None
    return Member(
        id=user.id,
        role_ids=frozenset(role.id for role in belongs.roles) if belongs else frozenset(),
        created_at=user.created_at.timestamp(),
        joined_at=belongs.joined_at.timestamp() if belongs and belongs.joined_at else None,
        moderates=moderates,
        channel_ids=context.channel_ids,
    )


def moderates(interaction: Interaction) -> bool:
    """Whether the person may manage messages here. Discord says so with each interaction; a default can be changed."""
    return interaction.permissions.manage_messages


def require_moderator(interaction: Interaction) -> ChannelContext:
    """The channel's context, for somebody who moderates it.

    Raises:
        UserFacingError: They do not.
    """
    context = context_of(interaction)
    if not moderates(interaction):
        raise UserFacingError("moderators-only")
    return context


def require_manager(interaction: Interaction) -> ChannelContext:
    """The channel's context, for somebody who manages its server.

    Raises:
        UserFacingError: They do not.
    """
    context = context_of(interaction)
    if not interaction.permissions.manage_guild:
        raise UserFacingError("managers-only")
    return context


def public_localizer(settings: GuildSettings, guild: discord.Guild | None) -> Localizer:
    """The localizer for messages that everybody in a server reads."""
    return localizer(settings.language or (guild.preferred_locale if guild is not None else None))
