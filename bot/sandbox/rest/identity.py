"""Endpoints of the gateway's address, users, the application and the guild."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.errors import unknown_user
from bot.sandbox.models import permissions
from bot.sandbox.models.guild import Channel
from bot.sandbox.models.payload import snowflake
from bot.sandbox.rest.endpoint import Answer, Endpoint, path_id
from bot.sandbox.rest.guild_access import known_guild
from bot.sandbox.rest.request_body import read_body
from bot.sandbox.serializers import guild_objects, objects
from bot.sandbox.validate.form import Form

if TYPE_CHECKING:
    from aiohttp import web

    from bot.sandbox.state.sandbox_state import SandboxState


def gateway_url(request: web.Request) -> str:
    """Return the gateway's address, with the host of the request."""
    return f"ws://{request.headers['Host']}/gateway"


async def get_gateway(_: SandboxState, request: web.Request) -> Answer:
    """GET /gateway."""
    return {"url": gateway_url(request)}


async def get_gateway_bot(state: SandboxState, request: web.Request) -> Answer:
    """GET /gateway/bot."""
    return {"url": gateway_url(request), "shards": 1, "session_start_limit": state.identifies.payload()}


async def get_me(state: SandboxState, _: web.Request) -> Answer:
    """GET /users/@me."""
    return objects.user(state.guild_data.bot) | {
        "mfa_enabled": True,
        "verified": True,
        "email": None,
        "locale": "en-US",
    }


async def get_user(state: SandboxState, request: web.Request) -> Answer:
    """GET /users/{user_id}."""
    user = state.guild_data.known_user(path_id(request, "user_id"))
    if user is None:
        raise unknown_user()
    return objects.user(user)


async def open_dm(state: SandboxState, request: web.Request) -> Answer:
    """POST /users/@me/channels: the channel; messages in it are refused, as for users that accept none."""
    body = (await read_body(request)).object()
    member = state.guild_data.members.get(snowflake(body.get("recipient_id")) or 0)
    form = Form()
    if member is None or member.user.bot:
        form.error(("recipient_id",), "INVALID_RECIPIENT", "Cannot send messages to this user")
    form.finish()
    assert member is not None, "the form refuses it"  # noqa: S101  a programming error, not input
    known = state.guild_data.direct.get(member.user.id)
    channel = Channel(state.snowflakes.next(), "", type=1) if known is None else known
    state.guild_data.direct[member.user.id] = channel
    return objects.direct_channel(channel, member.user)


async def get_application(state: SandboxState, _: web.Request) -> Answer:
    """GET /applications/@me and /oauth2/applications/@me."""
    return objects.application(state)


async def list_my_guilds(state: SandboxState, _: web.Request) -> Answer:
    """GET /users/@me/guilds."""
    full = guild_objects.guild(state)
    granted = permissions.in_guild(state.guild_data, state.guild_data.bot.id)
    kept = {key: full[key] for key in ("id", "name", "icon", "banner", "features")}
    return [kept | {"owner": False, "permissions": str(int(granted))}]


async def get_guild(state: SandboxState, request: web.Request) -> Answer:
    """GET /guilds/{guild_id}."""
    known_guild(state, request)
    counts = {}
    if request.query.get("with_counts") in ("true", "1"):
        counts = {"approximate_member_count": len(state.guild_data.members), "approximate_presence_count": 1}
    return guild_objects.guild(state) | counts


async def list_channels(state: SandboxState, request: web.Request) -> Answer:
    """GET /guilds/{guild_id}/channels."""
    known_guild(state, request)
    return [objects.channel(state, channel) for channel in state.guild_data.channels.values()]


async def list_roles(state: SandboxState, request: web.Request) -> Answer:
    """GET /guilds/{guild_id}/roles."""
    known_guild(state, request)
    return [objects.role(role) for role in state.guild_data.roles.values()]


ENDPOINTS = [
    Endpoint("GET", "/gateway", get_gateway, "gateway", needs_token=False),
    Endpoint("GET", "/gateway/bot", get_gateway_bot, "gateway"),
    Endpoint("GET", "/users/@me", get_me, "user"),
    Endpoint("GET", "/users/@me/guilds", list_my_guilds, "user"),
    Endpoint("POST", "/users/@me/channels", open_dm, "dm"),
    Endpoint("GET", "/users/{user_id}", get_user, "user"),
    Endpoint("GET", "/applications/@me", get_application, "application"),
    Endpoint("GET", "/oauth2/applications/@me", get_application, "application"),
    Endpoint("GET", "/guilds/{guild_id}", get_guild, "guild", ("guild_id",)),
    Endpoint("GET", "/guilds/{guild_id}/channels", list_channels, "guild", ("guild_id",)),
    Endpoint("GET", "/guilds/{guild_id}/roles", list_roles, "guild", ("guild_id",)),
]
