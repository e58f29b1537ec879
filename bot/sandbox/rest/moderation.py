"""Endpoints that moderators' tools use on messages: pins and bulk deletion."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.clock import timestamp
from bot.sandbox.errors import too_old_to_bulk_delete
from bot.sandbox.models.payload import snowflake
from bot.sandbox.models.permissions import Permission
from bot.sandbox.rest import audit
from bot.sandbox.rest.channels import IN_CHANNEL, MESSAGES, bot_channel
from bot.sandbox.rest.endpoint import Answer, Endpoint, path_id
from bot.sandbox.rest.request_body import read_body
from bot.sandbox.serializers import message_objects
from bot.sandbox.services import message_service, pin_service
from bot.sandbox.state.audit_log import Action
from bot.sandbox.validate.form import Form

if TYPE_CHECKING:
    from aiohttp import web

    from bot.sandbox.state.sandbox_state import SandboxState

TWO_WEEKS_S = 14 * 86400.0


async def pin(state: SandboxState, request: web.Request) -> Answer:
    """PUT /channels/{channel_id}/messages/pins/{message_id}, and the older …/pins/{message_id}."""
    channel = bot_channel(state, request, Permission.PIN_MESSAGES)
    message = state.message(channel, path_id(request, "message_id"))
    pin_service.pin(state, channel, message, state.guild_data.bot.id)
    audit.record(state, request, Action.MESSAGE_PIN, message.author_id, channel_id=channel.id, message_id=message.id)
    return None


async def unpin(state: SandboxState, request: web.Request) -> Answer:
    """DELETE /channels/{channel_id}/messages/pins/{message_id}, and the older …/pins/{message_id}."""
    channel = bot_channel(state, request, Permission.PIN_MESSAGES)
    message = state.message(channel, path_id(request, "message_id"))
    pin_service.unpin(state, channel, message)
    audit.record(state, request, Action.MESSAGE_UNPIN, message.author_id, channel_id=channel.id, message_id=message.id)
    return None


async def list_pins(state: SandboxState, request: web.Request) -> Answer:
    """GET /channels/{channel_id}/messages/pins: the newest pins first."""
    channel = bot_channel(state, request, Permission.READ_MESSAGE_HISTORY)
    form = Form()
    limit = form.integer(("limit",), snowflake(request.query.get("limit", "50")), 1, 50)
    form.finish()
    found = pin_service.pinned(state, channel)
    items = [
        {"pinned_at": timestamp(message.pinned_at or 0), "message": message_objects.message(state, message)}
        for message in found[:limit]
    ]
    return {"items": items, "has_more": len(found) > limit}


async def list_pinned(state: SandboxState, request: web.Request) -> Answer:
    """GET /channels/{channel_id}/pins, deprecated: the pinned messages."""
    channel = bot_channel(state, request, Permission.READ_MESSAGE_HISTORY)
    return [message_objects.message(state, message) for message in pin_service.pinned(state, channel)]


async def bulk_delete(state: SandboxState, request: web.Request) -> Answer:
    """POST /channels/{channel_id}/messages/bulk-delete: 2 to 100 messages, none older than two weeks."""
    channel = bot_channel(state, request, Permission.MANAGE_MESSAGES)
    form = Form()
    listed = form.array(("messages",), (await read_body(request)).object().get("messages"), 100, 2)
    form.finish()
    posted = state.guild_data.messages.get(channel.id, {})
    found = [posted[number] for number in dict.fromkeys(map(snowflake, listed)) if number in posted]
    if any(state.clock.time() - message.timestamp > TWO_WEEKS_S for message in found):
        raise too_old_to_bulk_delete()
    message_service.delete_many(state, channel, [message for message in found if message.ephemeral_for is None])
    audit.record(state, request, Action.MESSAGE_BULK_DELETE, channel.id, count=len(found))
    return None


PINS, OLD_PINS = MESSAGES + "/pins", "/channels/{channel_id}/pins"
ENDPOINTS = [
    Endpoint("GET", PINS, list_pins, "message-list", IN_CHANNEL),
    Endpoint("PUT", PINS + "/{message_id}", pin, "message-edit", IN_CHANNEL),
    Endpoint("DELETE", PINS + "/{message_id}", unpin, "message-edit", IN_CHANNEL),
    Endpoint("GET", OLD_PINS, list_pinned, "message-list", IN_CHANNEL),
    Endpoint("PUT", OLD_PINS + "/{message_id}", pin, "message-edit", IN_CHANNEL),
    Endpoint("DELETE", OLD_PINS + "/{message_id}", unpin, "message-edit", IN_CHANNEL),
    Endpoint("POST", MESSAGES + "/bulk-delete", bulk_delete, "message-delete", IN_CHANNEL),
]
