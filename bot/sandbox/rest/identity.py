"""Who the bot is, where the gateway is, and who else there is: users, the application, the guild and its members."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox import wire, wire_guild
from bot.sandbox.errors import cannot_message_user, missing_access, unknown_guild, unknown_member, unknown_user
from bot.sandbox.rest.endpoint import Answer, Endpoint, path_id

if TYPE_CHECKING:
    from aiohttp import web

    from bot.sandbox.payload import Payload
    from bot.sandbox.realm import Realm


def gateway_url(request: web.Request) -> str:
    """Return the gateway's address, at the name by which the caller knows this server."""
    return f"ws://{request.headers['Host']}/gateway"


async def get_gateway(_: Realm, request: web.Request) -> Answer:
    """GET /gateway."""
    return {"url": gateway_url(request)}


async def get_gateway_bot(_: Realm, request: web.Request) -> Answer:
    """GET /gateway/bot."""
    limit = {"total": 1000, "remaining": 999, "reset_after": 86_400_000, "max_concurrency": 1}
    return {"url": gateway_url(request), "shards": 1, "session_start_limit": limit}


async def get_me(realm: Realm, _: web.Request) -> Answer:
    """GET /users/@me."""
    return wire.user(realm.world.bot) | {"mfa_enabled": True, "verified": True, "email": None, "locale": "en-US"}


async def get_user(realm: Realm, request: web.Request) -> Answer:
    """GET /users/{user_id}."""
    member = realm.world.members.get(path_id(request, "user_id"))
    if member is None:
        raise unknown_user()
    return wire.user(member.user)


async def open_dm(_: Realm, __: web.Request) -> Answer:
    """POST /users/@me/channels: everybody here has closed their direct messages."""
    raise cannot_message_user()


async def get_application(realm: Realm, _: web.Request) -> Answer:
    """GET /applications/@me and /oauth2/applications/@me."""
    return wire.application(realm)


async def list_my_guilds(realm: Realm, _: web.Request) -> Answer:
    """GET /users/@me/guilds."""
    full = wire_guild.guild(realm)
    return [{key: full[key] for key in ("id", "name", "icon", "banner", "features")} | {"owner": False}]


async def get_guild(realm: Realm, request: web.Request) -> Answer:
    """GET /guilds/{guild_id}."""
    _known_guild(realm, request)
    counts = {}
    if request.query.get("with_counts") in ("true", "1"):
        counts = {"approximate_member_count": len(realm.world.members), "approximate_presence_count": 1}
    return wire_guild.guild(realm) | counts


async def list_channels(realm: Realm, request: web.Request) -> Answer:
    """GET /guilds/{guild_id}/channels."""
    _known_guild(realm, request)
    return [wire.channel(realm, channel) for channel in realm.world.channels.values()]


async def list_roles(realm: Realm, request: web.Request) -> Answer:
    """GET /guilds/{guild_id}/roles."""
    _known_guild(realm, request)
    return [wire.role(role) for role in realm.world.roles.values()]


async def get_member(realm: Realm, request: web.Request) -> Answer:
    """GET /guilds/{guild_id}/members/{user_id}."""
    _known_guild(realm, request)
    member = realm.world.members.get(path_id(request, "user_id"))
    if member is None:
        raise unknown_member()
    return wire.member(member)


async def list_members(realm: Realm, request: web.Request) -> Answer:
    """GET /guilds/{guild_id}/members: needs a privileged intent that this bot does not have."""
    _known_guild(realm, request)
    raise missing_access()


async def list_emojis(realm: Realm, request: web.Request) -> Answer:
    """GET /guilds/{guild_id}/emojis and /stickers: the guild has none."""
    _known_guild(realm, request)
    empty: list[Payload] = []
    return empty


def _known_guild(realm: Realm, request: web.Request) -> None:
    if path_id(request, "guild_id") != realm.world.guild.id:
        raise unknown_guild()


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
    Endpoint("GET", "/guilds/{guild_id}/emojis", list_emojis, "guild", ("guild_id",)),
    Endpoint("GET", "/guilds/{guild_id}/stickers", list_emojis, "guild", ("guild_id",)),
    Endpoint("GET", "/guilds/{guild_id}/members", list_members, "member", ("guild_id",)),
    Endpoint("GET", "/guilds/{guild_id}/members/{user_id}", get_member, "member", ("guild_id",)),
]
