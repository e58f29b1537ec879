"""Endpoints of reactions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.errors import unknown_emoji, unknown_user
from bot.sandbox.models.payload import snowflake
from bot.sandbox.models.permissions import Permission
from bot.sandbox.rest.channels import IN_CHANNEL, MESSAGES, bot_channel
from bot.sandbox.rest.endpoint import Answer, Endpoint, path_id
from bot.sandbox.serializers import objects
from bot.sandbox.services import reaction_service
from bot.sandbox.services.emoji_service import is_reaction
from bot.sandbox.validate.form import Form

if TYPE_CHECKING:
    from aiohttp import web

    from bot.sandbox.state.sandbox_state import SandboxState


async def add_own(state: SandboxState, request: web.Request) -> Answer:
    """PUT …/reactions/{emoji}/@me."""
    channel = bot_channel(state, request)
    message = state.message(channel, path_id(request, "message_id"))
    reaction_service.add(state, channel, message, state.guild_data.bot.id, request.match_info["emoji"])
    return None


async def remove_own(state: SandboxState, request: web.Request) -> Answer:
    """DELETE …/reactions/{emoji}/@me."""
    message = state.message(bot_channel(state, request), path_id(request, "message_id"))
    reaction_service.remove(state, message, state.guild_data.bot.id, request.match_info["emoji"])
    return None


async def remove_other(state: SandboxState, request: web.Request) -> Answer:
    """DELETE …/reactions/{emoji}/{user_id}."""
    user_id = path_id(request, "user_id")
    needed = Permission.MANAGE_MESSAGES if user_id != state.guild_data.bot.id else Permission(0)
    message = state.message(bot_channel(state, request, needed), path_id(request, "message_id"))
    if user_id not in state.guild_data.members:
        raise unknown_user()
    reaction_service.remove(state, message, user_id, request.match_info["emoji"])
    return None


async def list_users(state: SandboxState, request: web.Request) -> Answer:
    """GET …/reactions/{emoji}."""
    channel = bot_channel(state, request, Permission.READ_MESSAGE_HISTORY)
    message = state.message(channel, path_id(request, "message_id"))
    if not is_reaction(state.guild_data, request.match_info["emoji"]):
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
    return [objects.user(state.guild_data.user(user_id)) for user_id in ids[:limit]]


async def clear_all(state: SandboxState, request: web.Request) -> Answer:
    """DELETE …/reactions."""
    channel = bot_channel(state, request, Permission.MANAGE_MESSAGES)
    reaction_service.clear(state, state.message(channel, path_id(request, "message_id")), None)
    return None


async def clear_emoji(state: SandboxState, request: web.Request) -> Answer:
    """DELETE …/reactions/{emoji}."""
    channel = bot_channel(state, request, Permission.MANAGE_MESSAGES)
    reaction_service.clear(state, state.message(channel, path_id(request, "message_id")), request.match_info["emoji"])
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
