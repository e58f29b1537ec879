"""The world that a new sandbox starts with: a guild, two channels, five people and the bot.

Its ids are fixed, so that a bot that keeps ids in a database finds the same people after a restart.
"""

from __future__ import annotations

import datetime as dt

from bot.sandbox import snowflake
from bot.sandbox.permissions import Permission
from bot.sandbox.world import Channel, Guild, Member, Role, User, World

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
    | Permission.SEND_MESSAGES_IN_THREADS
)
MODERATOR = (
    EVERYONE
    | Permission.MANAGE_MESSAGES
    | Permission.MENTION_EVERYONE
    | Permission.MANAGE_THREADS
    | Permission.MODERATE_MEMBERS
)
# what the invite link in the README asks for: no Manage Messages, no Mention Everyone
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


def _moment(year: int, month: int, day: int) -> float:
    return dt.datetime(year, month, day, 12, tzinfo=dt.UTC).timestamp()


def gallery(bot_permissions: Permission = BOT) -> World:
    """Return "Pocket Gallery": #imagine and #general; Ada, Ben, Chiyo, the moderator Mo, the owner Olive, the bot."""
    guild_id = snowflake.at(_moment(2024, 3, 1))
    artists, moderators, owners, imagine = (snowflake.at(_moment(2024, 3, 2), n) for n in range(4))
    bot = User(snowflake.at(_moment(2024, 3, 3)), "Imagine", None, avatar="b07", bot=True)
    roles = [
        Role(guild_id, "@everyone", EVERYONE),
        Role(imagine, "Imagine", bot_permissions, position=1, bot_id=bot.id),
        Role(artists, "Artist", 0, color=0x57C7A3, position=2, mentionable=True),
        Role(moderators, "Moderator", MODERATOR, color=0xF2A65A, position=3, hoist=True),
        Role(owners, "Owner", Permission.ADMINISTRATOR, color=0xE86A92, position=4, hoist=True),
    ]
    people = [
        ("ada", "Ada", [artists], "en-US"),
        ("ben", "Ben", [], "en-GB"),
        ("chiyo", "Chiyo", [artists], "de"),
        ("mo", "Mo", [moderators], "en-US"),
        ("olive", "Olive", [owners], "en-US"),
    ]
    members: dict[int, Member] = {}
    for number, (username, name, held, locale) in enumerate(people):
        user = User(snowflake.at(_moment(2021, 5 + number, 7)), username, name, avatar=f"a{number}", locale=locale)
        members[user.id] = Member(user, held, joined_at=_moment(2024, 3, 4 + number))
    members[bot.id] = Member(bot, [imagine], joined_at=_moment(2024, 4, 1))
    channels = [
        Channel(snowflake.at(_moment(2024, 3, 1), 1), "imagine", "Pictures from words. Type /imagine to begin.", 0),
        Channel(snowflake.at(_moment(2024, 3, 1), 2), "general", "Everything else.", 1),
    ]
    return World(
        guild=Guild(guild_id, "Pocket Gallery", owner_id=list(members)[4]),
        bot=bot,
        roles={role.id: role for role in roles},
        channels={channel.id: channel for channel in channels},
        members=members,
    )
