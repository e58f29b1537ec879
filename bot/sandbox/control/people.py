"""The control API's acts of members: joining, leaving, status, typing, and votes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.control.body import ControlError, channel_in, id_in, read_fields, user_id_of
from bot.sandbox.serializers import objects
from bot.sandbox.services import member_service, poll_service
from bot.sandbox.state.events import TypingStarted

if TYPE_CHECKING:
    from aiohttp import web

    from bot.sandbox.gateway.gateway import Gateway
    from bot.sandbox.models.payload import Payload
    from bot.sandbox.state.sandbox_state import SandboxState

STATUSES = ("online", "idle", "dnd", "offline")


async def join(state: SandboxState, _: Gateway, request: web.Request) -> Payload:
    """POST /members: a new member, or a former one again, by `username`."""
    fields = await read_fields(request)
    username = fields.get("username", str)
    fields.finish()
    if any(member.user.username == username for member in state.guild_data.members.values()):
        raise ControlError(f"{username} is a member already.")
    return objects.member(member_service.join(state, username))


async def leave(state: SandboxState, _: Gateway, request: web.Request) -> Payload:
    """DELETE /members/{user_id}, which may be a username."""
    member = state.guild_data.members[user_id_of(state, request.match_info["user_id"])]
    if member.user.id in (state.guild_data.guild.owner_id, state.guild_data.bot.id):
        raise ControlError("The owner and the bot cannot leave.")
    member_service.remove(state, member)
    return {}


async def set_presence(state: SandboxState, _: Gateway, request: web.Request) -> Payload:
    """PUT /members/{user_id}/presence: `status`."""
    user_id = user_id_of(state, request.match_info["user_id"])
    fields = await read_fields(request)
    status = fields.get("status", str)
    fields.finish()
    if status not in STATUSES:
        raise ControlError(f"The status has to be one of {', '.join(STATUSES)}.")
    member_service.set_presence(state, user_id, status)
    return {}


async def start_typing(state: SandboxState, _: Gateway, request: web.Request) -> Payload:
    """POST /channels/{channel_id}/typing: a member, `user`, starts to type."""
    channel = channel_in(state, request)
    fields = await read_fields(request)
    user_id = user_id_of(state, fields.get("user", str))
    fields.finish()
    state.events.publish(TypingStarted(channel.id, user_id, state.clock.time()))
    return {}


async def vote(state: SandboxState, _: Gateway, request: web.Request) -> Payload:
    """PUT and DELETE /channels/{channel_id}/messages/{message_id}/votes/{answer_id}: the vote of a member, `user`."""
    message = state.message(channel_in(state, request), id_in(request, "message_id"))
    fields = await read_fields(request)
    user_id = user_id_of(state, fields.get("user", str))
    fields.finish()
    poll_service.vote(state, user_id, message, id_in(request, "answer_id"), wanted=request.method == "PUT")
    return {}
