"""Endpoints of polls. A bot cannot vote; members do, by the control API."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.errors import unknown_answer
from bot.sandbox.models.payload import snowflake
from bot.sandbox.models.permissions import Permission
from bot.sandbox.rest.channels import IN_CHANNEL, bot_channel
from bot.sandbox.rest.endpoint import Answer, Endpoint, path_id
from bot.sandbox.serializers import message_objects, objects
from bot.sandbox.services import poll_service
from bot.sandbox.validate.form import Form

if TYPE_CHECKING:
    from aiohttp import web

    from bot.sandbox.state.sandbox_state import SandboxState


async def list_voters(state: SandboxState, request: web.Request) -> Answer:
    """GET /channels/{channel_id}/polls/{message_id}/answers/{answer_id}: `limit` voters with an id above `after`."""
    channel = bot_channel(state, request, Permission.READ_MESSAGE_HISTORY)
    poll = poll_service.poll_of(state.message(channel, path_id(request, "message_id")))
    number = path_id(request, "answer_id")
    answer = poll.answer(number)
    if answer is None:
        raise unknown_answer(number)
    form = Form()
    limit = form.integer(("limit",), snowflake(request.query.get("limit", "25")), 1, 100)
    after = form.integer(("after",), snowflake(request.query.get("after", "0")), 0, 1 << 64)
    form.finish()
    ids = sorted(user_id for user_id in answer.voters if user_id > after)[:limit]
    return {"users": [objects.user(state.guild_data.user(user_id)) for user_id in ids]}


async def expire(state: SandboxState, request: web.Request) -> Answer:
    """POST /channels/{channel_id}/polls/{message_id}/expire."""
    message = state.message(bot_channel(state, request), path_id(request, "message_id"))
    poll_service.expire(state, state.guild_data.bot.id, message)
    return message_objects.message(state, message)


POLL = "/channels/{channel_id}/polls/{message_id}"
ENDPOINTS = [
    Endpoint("GET", POLL + "/answers/{answer_id}", list_voters, "reaction-list", IN_CHANNEL),
    Endpoint("POST", POLL + "/expire", expire, "message-edit", IN_CHANNEL),
]
