"""The page's actions on messages: type, write, react, vote, delete."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.models.permissions import to_write
from bot.sandbox.page.path_params import channel_of
from bot.sandbox.rest.endpoint import path_id
from bot.sandbox.rest.request_body import read_body
from bot.sandbox.serializers import message_objects
from bot.sandbox.services import message_service, poll_service, reaction_service, slow_mode
from bot.sandbox.state.events import TypingStarted
from bot.sandbox.validate.message import check_message

if TYPE_CHECKING:
    from aiohttp import web

    from bot.sandbox.models.payload import Payload
    from bot.sandbox.state.sandbox_state import SandboxState

# the fields that members can send; embeds and components are for applications
_MEMBER_FIELDS = ("content", "attachments", "message_reference", "nonce", "allowed_mentions", "flags")


async def post_message(state: SandboxState, user_id: int, request: web.Request) -> Payload:
    """Post a message."""
    channel = channel_of(state, user_id, request)
    body = await read_body(request)
    draft = check_message({key: value for key, value in body.object().items() if key in _MEMBER_FIELDS})
    slow_mode.require_patience(state, user_id, channel)
    message = message_service.post(state, user_id, channel, draft, body.files)
    slow_mode.begin(state, user_id, channel)
    return message_objects.message(state, message, viewer_id=user_id)


async def start_typing(state: SandboxState, user_id: int, request: web.Request) -> Payload:
    """Show to the others that the member is typing."""
    channel = channel_of(state, user_id, request)
    state.require(user_id, channel, to_write(channel))
    state.events.publish(TypingStarted(channel.id, user_id, state.clock.time()))
    return {}


async def delete_message(state: SandboxState, user_id: int, request: web.Request) -> Payload:
    """Delete a message."""
    channel = channel_of(state, user_id, request)
    message_service.delete_as(state, user_id, channel, state.message(channel, path_id(request, "message_id")))
    return {}


async def add_reaction(state: SandboxState, user_id: int, request: web.Request) -> Payload:
    """Add a reaction."""
    channel = channel_of(state, user_id, request)
    message = state.message(channel, path_id(request, "message_id"))
    reaction_service.add(state, channel, message, user_id, request.match_info["emoji"])
    return {}


async def remove_reaction(state: SandboxState, user_id: int, request: web.Request) -> Payload:
    """Remove the member's own reaction."""
    channel = channel_of(state, user_id, request)
    message = state.message(channel, path_id(request, "message_id"))
    reaction_service.remove(state, message, user_id, request.match_info["emoji"])
    return {}


async def vote(state: SandboxState, user_id: int, request: web.Request) -> Payload:
    """Add the member's vote for an answer of a poll (PUT), or take it back (DELETE)."""
    channel = channel_of(state, user_id, request)
    message = state.message(channel, path_id(request, "message_id"))
    poll_service.vote(state, user_id, message, path_id(request, "answer_id"), wanted=request.method == "PUT")
    return {}
