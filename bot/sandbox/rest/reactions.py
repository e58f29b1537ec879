"""Reactions under messages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox import reacting, wire
from bot.sandbox.emoji import is_emoji
from bot.sandbox.errors import unknown_emoji, unknown_user
from bot.sandbox.payload import snowflake
from bot.sandbox.permissions import Permission
from bot.sandbox.rest.channels import IN_CHANNEL, MESSAGES, bot_channel
from bot.sandbox.rest.endpoint import Answer, Endpoint, path_id
from bot.sandbox.validate.form import Form

if TYPE_CHECKING:
    from aiohttp import web

    from bot.sandbox.realm import Realm


async def add_own(realm: Realm, request: web.Request) -> Answer:
    """PUT …/reactions/{emoji}/@me."""
    channel = bot_channel(realm, request)
    message = realm.message(channel, path_id(request, "message_id"))
    reacting.react(realm, channel, message, realm.world.bot.id, request.match_info["emoji"])
    return None


async def remove_own(realm: Realm, request: web.Request) -> Answer:
    """DELETE …/reactions/{emoji}/@me."""
    message = realm.message(bot_channel(realm, request), path_id(request, "message_id"))
    reacting.unreact(realm, message, realm.world.bot.id, request.match_info["emoji"])
    return None


async def remove_other(realm: Realm, request: web.Request) -> Answer:
    """DELETE …/reactions/{emoji}/{user_id}."""
    user_id = path_id(request, "user_id")
    needed = Permission.MANAGE_MESSAGES if user_id != realm.world.bot.id else Permission(0)
    message = realm.message(bot_channel(realm, request, needed), path_id(request, "message_id"))
    if user_id not in realm.world.members:
        raise unknown_user()
    reacting.unreact(realm, message, user_id, request.match_info["emoji"])
    return None


async def list_users(realm: Realm, request: web.Request) -> Answer:
    """GET …/reactions/{emoji}."""
    channel = bot_channel(realm, request, Permission.READ_MESSAGE_HISTORY)
    message = realm.message(channel, path_id(request, "message_id"))
    if not is_emoji(request.match_info["emoji"]):
        raise unknown_emoji()
    reaction = message.reaction(request.match_info["emoji"])
    form = Form()
    limit = form.integer(("limit",), snowflake(request.query.get("limit", "25")), 1, 100)
    after = snowflake(request.query.get("after", "0"))
    if after is None:
        form.error(("after",), "NUMBER_TYPE_COERCE", f'Value "{request.query["after"]}" is not snowflake.')
        after = 0
    form.finish()
    ids = sorted(user_id for user_id in (reaction.user_ids if reaction else []) if user_id > after)
    return [wire.user(realm.world.members[user_id].user) for user_id in ids[:limit]]


async def clear_all(realm: Realm, request: web.Request) -> Answer:
    """DELETE …/reactions."""
    channel = bot_channel(realm, request, Permission.MANAGE_MESSAGES)
    reacting.clear(realm, realm.message(channel, path_id(request, "message_id")), None)
    return None


async def clear_emoji(realm: Realm, request: web.Request) -> Answer:
    """DELETE …/reactions/{emoji}."""
    channel = bot_channel(realm, request, Permission.MANAGE_MESSAGES)
    reacting.clear(realm, realm.message(channel, path_id(request, "message_id")), request.match_info["emoji"])
    return None


REACTIONS = MESSAGES + "/{message_id}/reactions"
ENDPOINTS = [
    Endpoint("PUT", REACTIONS + "/{emoji}/@me", add_own, "reaction", IN_CHANNEL),
    Endpoint("DELETE", REACTIONS + "/{emoji}/@me", remove_own, "reaction", IN_CHANNEL),
    Endpoint("DELETE", REACTIONS + "/{emoji}/{user_id}", remove_other, "reaction", IN_CHANNEL),
    Endpoint("GET", REACTIONS + "/{emoji}", list_users, "reaction-list", IN_CHANNEL),
    Endpoint("DELETE", REACTIONS, clear_all, "reaction", IN_CHANNEL),
    Endpoint("DELETE", REACTIONS + "/{emoji}", clear_emoji, "reaction", IN_CHANNEL),
]
