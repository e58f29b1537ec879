"""The endpoint that publishes a message of an announcement channel. No channel follows one in the sandbox."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.errors import already_crossposted, wrong_channel_type
from bot.sandbox.models.message_constants import CROSSPOSTED
from bot.sandbox.models.permissions import Permission, to_write
from bot.sandbox.rest.channels import IN_CHANNEL, MESSAGES, bot_channel
from bot.sandbox.rest.endpoint import Answer, Endpoint, path_id
from bot.sandbox.serializers import message_objects
from bot.sandbox.state.events import MessageEdited
from bot.sandbox.validate.channel import ANNOUNCEMENT

if TYPE_CHECKING:
    from aiohttp import web

    from bot.sandbox.state.sandbox_state import SandboxState


async def publish(state: SandboxState, request: web.Request) -> Answer:
    """POST /channels/{channel_id}/messages/{message_id}/crosspost."""
    channel = bot_channel(state, request)
    message = state.message(channel, path_id(request, "message_id"))
    own = message.author_id == state.guild_data.bot.id
    state.require(state.guild_data.bot.id, channel, to_write(channel) if own else Permission.MANAGE_MESSAGES)
    if channel.type != ANNOUNCEMENT:
        raise wrong_channel_type()
    if message.flags & CROSSPOSTED:
        raise already_crossposted()
    message.flags |= CROSSPOSTED
    state.archive.put_message(message)
    state.events.publish(MessageEdited(message))
    return message_objects.message(state, message)


ENDPOINTS = [Endpoint("POST", MESSAGES + "/{message_id}/crosspost", publish, "message-edit", IN_CHANNEL)]
