"""Discord's permission bits and how roles and channel overwrites combine.

https://discord.com/developers/docs/topics/permissions#permission-hierarchy
"""

from __future__ import annotations

from enum import IntFlag
from typing import TYPE_CHECKING

from bot.sandbox.models.thread import PRIVATE_THREAD

if TYPE_CHECKING:
    from bot.sandbox.models.guild import Channel, GuildData


class Permission(IntFlag):
    """The permissions that the sandbox uses. Discord has more."""

    KICK_MEMBERS = 1 << 1
    BAN_MEMBERS = 1 << 2
    ADMINISTRATOR = 1 << 3
    MANAGE_CHANNELS = 1 << 4
    MANAGE_GUILD = 1 << 5
    ADD_REACTIONS = 1 << 6
    VIEW_AUDIT_LOG = 1 << 7
    VIEW_CHANNEL = 1 << 10
    SEND_MESSAGES = 1 << 11
    MANAGE_MESSAGES = 1 << 13
    EMBED_LINKS = 1 << 14
    ATTACH_FILES = 1 << 15
    READ_MESSAGE_HISTORY = 1 << 16
    MENTION_EVERYONE = 1 << 17
    USE_EXTERNAL_EMOJIS = 1 << 18
    CHANGE_NICKNAME = 1 << 26
    MANAGE_NICKNAMES = 1 << 27
    MANAGE_ROLES = 1 << 28
    MANAGE_WEBHOOKS = 1 << 29
    MANAGE_GUILD_EXPRESSIONS = 1 << 30
    USE_APPLICATION_COMMANDS = 1 << 31
    MANAGE_THREADS = 1 << 34
    CREATE_PUBLIC_THREADS = 1 << 35
    CREATE_PRIVATE_THREADS = 1 << 36
    SEND_MESSAGES_IN_THREADS = 1 << 38
    MODERATE_MEMBERS = 1 << 40
    CREATE_GUILD_EXPRESSIONS = 1 << 43
    SEND_POLLS = 1 << 49
    PIN_MESSAGES = 1 << 51
    BYPASS_SLOWMODE = 1 << 52


ALL = Permission((1 << 53) - 1)
NONE = Permission(0)


def in_guild(guild_data: GuildData, user_id: int) -> Permission:
    """Return a member's permissions by roles, without channel overwrites."""
    member = guild_data.members.get(user_id)
    if member is None:
        return NONE
    if guild_data.guild.owner_id == user_id:
        return ALL
    granted = guild_data.roles[guild_data.guild.id].permissions
    for role_id in member.roles:
        granted |= guild_data.roles[role_id].permissions
    return ALL if granted & Permission.ADMINISTRATOR else Permission(granted)


def to_write(channel: Channel) -> Permission:
    """Return the permission that writing needs: Send Messages, or Send Messages in Threads."""
    return Permission.SEND_MESSAGES if channel.thread is None else Permission.SEND_MESSAGES_IN_THREADS


def _is_hidden(channel: Channel, user_id: int, granted: Permission) -> bool:
    """Return whether a channel is a private thread that a member without Manage Threads has not joined."""
    if channel.thread is None or channel.type != PRIVATE_THREAD or granted & Permission.MANAGE_THREADS:
        return False
    return channel.thread.joined(user_id) is None


def in_channel(guild_data: GuildData, user_id: int, channel: Channel) -> Permission:
    """Return a member's permissions in a channel or thread; a thread has the overwrites of its parent."""
    granted = in_guild(guild_data, user_id)
    if granted & Permission.ADMINISTRATOR or user_id not in guild_data.members:
        return granted
    by_id = {overwrite.id: overwrite for overwrite in guild_data.root(channel).overwrites}
    # Discord's order: @everyone, then all of the member's roles together, then the member
    for ids in ([guild_data.guild.id], guild_data.members[user_id].roles, [user_id]):
        found = [by_id[i] for i in ids if i in by_id]
        deny = allow = 0
        for overwrite in found:
            deny |= overwrite.deny
            allow |= overwrite.allow
        granted = Permission((granted & ~deny) | allow)
    if not granted & Permission.VIEW_CHANNEL or _is_hidden(channel, user_id, granted):
        return NONE
    if not granted & to_write(channel):
        implied = Permission.MENTION_EVERYONE | Permission.ATTACH_FILES | Permission.EMBED_LINKS
        granted &= ~implied
    return granted
