"""What a person does to messages on the page: writing, reacting, deleting."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.page.path_params import channel_of
from bot.sandbox.rest.channels import delete_as
from bot.sandbox.rest.endpoint import path_id
from bot.sandbox.rest.request_body import read_body
from bot.sandbox.serializers import message_objects
from bot.sandbox.services import message_service, reaction_service
from bot.sandbox.validate.message import check_message

if TYPE_CHECKING:
    from aiohttp import web

    from bot.sandbox.models.payload import Payload
    from bot.sandbox.state.sandbox_state import SandboxState

# what a person's client can send; embeds and components are for applications
_PERSONAL = ("content", "attachments", "message_reference", "nonce", "allowed_mentions", "flags")


async def post_message(state: SandboxState, user_id: int, request: web.Request) -> Payload:
    """Write a message."""
    channel = channel_of(state, user_id, request)
    body = await read_body(request)
    draft = check_message({key: value for key, value in body.object().items() if key in _PERSONAL})
    return message_objects.message(
        state, message_service.post(state, user_id, channel, draft, body.files), viewer_id=user_id
    )


async def delete_message(state: SandboxState, user_id: int, request: web.Request) -> Payload:
    """Delete a message."""
    channel = channel_of(state, user_id, request)
    delete_as(state, user_id, channel, state.message(channel, path_id(request, "message_id")))
    return {}


async def add_reaction(state: SandboxState, user_id: int, request: web.Request) -> Payload:
    """React."""
    channel = channel_of(state, user_id, request)
    message = state.message(channel, path_id(request, "message_id"))
    reaction_service.add(state, channel, message, user_id, request.match_info["emoji"])
    return {}


async def remove_reaction(state: SandboxState, user_id: int, request: web.Request) -> Payload:
    """Take one's own reaction back."""
    channel = channel_of(state, user_id, request)
    message = state.message(channel, path_id(request, "message_id"))
    reaction_service.remove(state, message, user_id, request.match_info["emoji"])
    return {}
