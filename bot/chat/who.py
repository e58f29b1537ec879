"""Discord's people and places, as the gate and the settings see them."""

from dataclasses import dataclass
from typing import Any

import discord

from bot.admission import Member
from bot.chat.errors import UserFacingError
from bot.chat.texts import Voice, voice
from bot.guild import GuildSettings

Interaction = discord.Interaction[Any]


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody acts.

    Attributes:
        guild_id, channel_id: The server, and the channel or thread.
        channel_ids: The channel, and its parent if it is a thread.
        restricted: Whether it is for adults.
    """

    guild_id: int
    channel_id: int
    channel_ids: frozenset[int]
    restricted: bool


def place_of(interaction: Interaction) -> Place:
    """Where an interaction happens.

    Raises:
        UserFacingError: Not in a server.
    """
    if interaction.guild_id is None or interaction.channel_id is None:
        raise UserFacingError("no-server")
    return place(interaction.guild_id, interaction.channel_id, interaction.channel)


def place(guild_id: int, channel_id: int, channel: object) -> Place:
    """A channel's place; one that is not known is taken as it is named."""
    parent_id = channel.parent_id if isinstance(channel, discord.Thread) else channel_id
    return Place(guild_id, channel_id, frozenset({channel_id, parent_id}), is_restricted(channel))


def is_restricted(channel: object) -> bool:
    """Whether a channel, or a thread's parent, is for adults; one that is not known is not."""
    check = getattr(channel, "is_nsfw", None)
    return bool(check()) if check is not None else False


def member_of(interaction: Interaction, where: Place) -> Member:
    """Who acts."""
    return member(interaction.user, where, moderates=moderates(interaction))


def member(user: discord.User | discord.Member, where: Place, *, moderates: bool = False) -> Member:
    """A person in a place."""
    belongs = user if isinstance(user, discord.Member) else None
    return Member(
        id=user.id,
        role_ids=frozenset(role.id for role in belongs.roles) if belongs else frozenset(),
        created_at=user.created_at.timestamp(),
        joined_at=belongs.joined_at.timestamp() if belongs and belongs.joined_at else None,
        moderates=moderates,
        channel_ids=where.channel_ids,
    )


def moderates(interaction: Interaction) -> bool:
    """Whether the person may manage messages here. Discord says so with each interaction; a default can be changed."""
    return interaction.permissions.manage_messages


def require_moderator(interaction: Interaction) -> Place:
    """The place of somebody who moderates it.

    Raises:
        UserFacingError: They do not.
    """
    where = place_of(interaction)
    if not moderates(interaction):
        raise UserFacingError("moderators-only")
    return where


def require_manager(interaction: Interaction) -> Place:
    """The place of somebody who manages its server.

    Raises:
        UserFacingError: They do not.
    """
    where = place_of(interaction)
    if not interaction.permissions.manage_guild:
        raise UserFacingError("managers-only")
    return where


def public_voice(settings: GuildSettings, guild: discord.Guild | None) -> Voice:
    """In which everybody in a server is spoken to."""
    return voice(settings.language or (guild.preferred_locale if guild is not None else None))
