"""The data that a new sandbox starts with: a guild, five channels, seven people and the bot.

The ids are fixed, so that a bot that stores ids finds the same people after a restart. Only Eve's id depends on when
the sandbox was first started: an id contains the account's age, and her account is new.
"""

from __future__ import annotations

import datetime as dt

from bot.sandbox.models import snowflake
from bot.sandbox.models.guild import Channel, Guild, GuildData, Member, Overwrite, Role, User
from bot.sandbox.models.permissions import Permission

EVERYONE = (
    Permission.VIEW_CHANNEL
    | Permission.SEND_MESSAGES
    | Permission.EMBED_LINKS
    | Permission.ATTACH_FILES
    | Permission.READ_MESSAGE_HISTORY
    | Permission.ADD_REACTIONS
    | Permission.USE_EXTERNAL_EMOJIS
    | Permission.USE_APPLICATION_COMMANDS
    | Permission.CHANGE_NICKNAME
    | Permission.CREATE_PUBLIC_THREADS
    | Permission.CREATE_PRIVATE_THREADS
    | Permission.SEND_MESSAGES_IN_THREADS
    | Permission.SEND_POLLS
)
MODERATOR = (
    EVERYONE
    | Permission.MANAGE_MESSAGES
    | Permission.MENTION_EVERYONE
    | Permission.MANAGE_THREADS
    | Permission.MODERATE_MEMBERS
    | Permission.BYPASS_SLOWMODE
)
# the permissions of the invite link; it needs no Manage Threads, because the bot owns the threads that it starts
BOT = (
    Permission.VIEW_CHANNEL
    | Permission.SEND_MESSAGES
    | Permission.EMBED_LINKS
    | Permission.ATTACH_FILES
    | Permission.READ_MESSAGE_HISTORY
    | Permission.ADD_REACTIONS
    | Permission.SEND_MESSAGES_IN_THREADS
    | Permission.CREATE_PUBLIC_THREADS
)
DAY_S = 86400.0


def _timestamp(year: int, month: int, day: int) -> float:
    return dt.datetime(year, month, day, 12, tzinfo=dt.UTC).timestamp()


def default_guild(created: float, bot_permissions: Permission = BOT) -> GuildData:
    """Return the guild "Pocket Gallery" as first started at `created`, in seconds since the Unix epoch.

    Ada, Ben, Chiyo (who reads German), Dan, Eve (whose account is 15 days old, and who joined 5 days ago), the
    moderator Mo, the owner Olive and the bot; #imagine, #general, #gallery, #mod-log (for Moderator, Owner and the
    bot), #late-night (age-restricted).
    """
    guild_id = snowflake.at(_timestamp(2024, 3, 1))
    artists, moderators, owners, imagine = (snowflake.at(_timestamp(2024, 3, 2), n) for n in range(4))
    bot = User(snowflake.at(_timestamp(2024, 3, 3)), "Imagine", None, avatar="b07", bot=True)
    roles = [
        Role(guild_id, "@everyone", EVERYONE),
        Role(imagine, "Imagine", bot_permissions, position=1, bot_id=bot.id),
        Role(artists, "Artist", 0, color=0x57C7A3, position=2, mentionable=True),
        Role(moderators, "Moderator", MODERATOR, color=0xF2A65A, position=3, hoist=True),
        Role(owners, "Owner", Permission.ADMINISTRATOR, color=0xE86A92, position=4, hoist=True),
    ]
    # username, roles, locale, avatar, when the account was created and when it joined
    people = [
        ("ada", [artists], "en-US", "a0", _timestamp(2021, 5, 7), _timestamp(2024, 3, 4)),
        ("ben", [], "en-GB", "a1", _timestamp(2021, 6, 7), _timestamp(2024, 3, 5)),
        ("chiyo", [artists], "de", "a2", _timestamp(2021, 7, 7), _timestamp(2024, 3, 6)),
        ("dan", [], "en-US", "a5", _timestamp(2022, 1, 7), _timestamp(2024, 6, 1)),
        ("eve", [], "en-US", "a6", created - 15 * DAY_S, created - 5 * DAY_S),
        ("mo", [moderators], "en-US", "a3", _timestamp(2021, 8, 7), _timestamp(2024, 3, 7)),
        ("olive", [owners], "en-US", "a4", _timestamp(2021, 9, 7), _timestamp(2024, 3, 8)),
    ]
    members: dict[int, Member] = {}
    for username, held, locale, avatar, registered, joined in people:
        user = User(snowflake.at(registered), username, username.title(), avatar=avatar, locale=locale)
        members[user.id] = Member(user, held, joined_at=joined)
    owner_id = user.id
    members[bot.id] = Member(bot, [imagine], joined_at=_timestamp(2024, 4, 1))
    staff_only = [
        Overwrite(guild_id, 0, deny=Permission.VIEW_CHANNEL),
        *(Overwrite(role_id, 0, allow=Permission.VIEW_CHANNEL) for role_id in (moderators, owners, imagine)),
    ]
    first = snowflake.at(_timestamp(2024, 3, 1))
    channels = [
        Channel(first | 1, "imagine", "Make pictures from text. Type /imagine to start.", 0),
        Channel(first | 2, "general", "Chat about anything else.", 1),
        Channel(first | 3, "gallery", "Pictures with many stars.", 2),
        Channel(first | 4, "mod-log", "Moderator actions and reports.", 3, overwrites=staff_only),
        Channel(first | 5, "late-night", "Adults only.", 4, nsfw=True),
    ]
    return GuildData(
        guild=Guild(guild_id, "Pocket Gallery", owner_id=owner_id),
        bot=bot,
        roles={role.id: role for role in roles},
        channels={channel.id: channel for channel in channels},
        members=members,
    )
