"""Endpoints that create, change and delete channels, and their permission overwrites."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.sandbox.errors import unknown_overwrite
from bot.sandbox.models.permissions import Permission
from bot.sandbox.rest import audit
from bot.sandbox.rest.channels import IN_CHANNEL, bot_channel
from bot.sandbox.rest.endpoint import Answer, Endpoint, path_id
from bot.sandbox.rest.guild_access import known_guild, require_in_guild
from bot.sandbox.rest.request_body import read_body
from bot.sandbox.serializers import objects
from bot.sandbox.services import channel_service
from bot.sandbox.state.audit_log import Action
from bot.sandbox.validate.channel import check_channel, check_moves, check_overwrite

if TYPE_CHECKING:
    from aiohttp import web

    from bot.sandbox.models.guild import Channel
    from bot.sandbox.models.payload import Payload
    from bot.sandbox.state.sandbox_state import SandboxState


async def create(state: SandboxState, request: web.Request) -> Answer:
    """POST /guilds/{guild_id}/channels."""
    known_guild(state, request)
    require_in_guild(state, Permission.MANAGE_CHANNELS)
    fields = check_channel(state.guild_data, (await read_body(request)).object())
    name, kind = fields.pop("name"), fields.pop("type", 0)
    channel = channel_service.create(state, name, kind, **fields)
    audit.record(state, request, Action.CHANNEL_CREATE, channel.id)
    return objects.channel(state, channel)


async def reorder(state: SandboxState, request: web.Request) -> Answer:
    """PATCH /guilds/{guild_id}/channels: new positions and categories; `lock_permissions` takes the overwrites over."""
    known_guild(state, request)
    require_in_guild(state, Permission.MANAGE_CHANNELS)
    channels = state.guild_data.channels
    for channel_id, wanted in check_moves(state.guild_data, (await read_body(request)).json):
        synced = wanted.pop("lock_permissions")
        channel_service.edit(state, channels[channel_id], **wanted)
        category = channels.get(channels[channel_id].parent_id or 0)
        if synced and category is not None:
            overwrites = [replace(overwrite) for overwrite in category.overwrites]
            channel_service.edit(state, channels[channel_id], overwrites=overwrites)
    return None


async def edit(state: SandboxState, request: web.Request, channel: Channel) -> Payload:
    """Change a channel that is not a thread."""
    state.require(state.guild_data.bot.id, channel, Permission.MANAGE_CHANNELS)
    fields = check_channel(state.guild_data, (await read_body(request)).object(), channel)
    channel_service.edit(state, channel, **fields)
    audit.record(state, request, Action.CHANNEL_UPDATE, channel.id)
    return objects.channel(state, channel)


def delete(state: SandboxState, request: web.Request, channel: Channel) -> Payload:
    """Delete a channel that is not a thread."""
    state.require(state.guild_data.bot.id, channel, Permission.MANAGE_CHANNELS)
    body = objects.channel(state, channel)
    channel_service.delete(state, channel)
    audit.record(state, request, Action.CHANNEL_DELETE, channel.id)
    return body


async def put_overwrite(state: SandboxState, request: web.Request) -> Answer:
    """PUT /channels/{channel_id}/permissions/{overwrite_id}."""
    channel = bot_channel(state, request, Permission.MANAGE_ROLES)
    target_id = path_id(request, "overwrite_id")
    body = (await read_body(request)).object() | {"id": str(target_id)}
    known = target_id in [overwrite.id for overwrite in channel.overwrites]
    channel_service.set_overwrite(state, channel, check_overwrite(state.guild_data, body))
    action = Action.OVERWRITE_UPDATE if known else Action.OVERWRITE_CREATE
    audit.record(state, request, action, channel.id, id=target_id)
    return None


async def delete_overwrite(state: SandboxState, request: web.Request) -> Answer:
    """DELETE /channels/{channel_id}/permissions/{overwrite_id}."""
    channel = bot_channel(state, request, Permission.MANAGE_ROLES)
    target_id = path_id(request, "overwrite_id")
    if target_id not in [overwrite.id for overwrite in channel.overwrites]:
        raise unknown_overwrite()
    channel_service.remove_overwrite(state, channel, target_id)
    audit.record(state, request, Action.OVERWRITE_DELETE, channel.id, id=target_id)
    return None


OVERWRITE = "/channels/{channel_id}/permissions/{overwrite_id}"
ENDPOINTS = [
    Endpoint("POST", "/guilds/{guild_id}/channels", create, "guild", ("guild_id",), created=201),
    Endpoint("PATCH", "/guilds/{guild_id}/channels", reorder, "guild", ("guild_id",)),
    Endpoint("PUT", OVERWRITE, put_overwrite, "channel-edit", IN_CHANNEL),
    Endpoint("DELETE", OVERWRITE, delete_overwrite, "channel-edit", IN_CHANNEL),
]
