"""Registering application commands, globally and for the guild."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox import registry, wire
from bot.sandbox.body import read_body
from bot.sandbox.errors import invalid_json, missing_access, unknown_command
from bot.sandbox.rest.endpoint import Answer, Endpoint, path_id
from bot.sandbox.validate.localization import only_localized

if TYPE_CHECKING:
    from aiohttp import web

    from bot.sandbox.realm import Realm
    from bot.sandbox.world import Command


def _scope(realm: Realm, request: web.Request) -> int | None:
    """Return the guild whose commands a path means, None for global ones; the application must be the bot's."""
    if path_id(request, "application_id") != realm.world.bot.id:
        raise missing_access()
    if "guild_id" not in request.match_info:
        return None
    guild_id = path_id(request, "guild_id")
    if guild_id != realm.world.guild.id:
        raise missing_access()
    return guild_id


def _command(realm: Realm, request: web.Request) -> Command:
    scope = _scope(realm, request)
    command_id = path_id(request, "command_id")
    found = next((c for c in registry.listed(realm, scope) if c.id == command_id), None)
    if found is None:
        raise unknown_command()
    return found


async def list_all(realm: Realm, request: web.Request) -> Answer:
    """GET …/commands."""
    found = [wire.command(realm, command) for command in registry.listed(realm, _scope(realm, request))]
    if request.query.get("with_localizations") in ("true", "1"):
        return found
    locale = request.headers.get("X-Discord-Locale")
    return [only_localized(body, locale) for body in found]


async def overwrite_all(realm: Realm, request: web.Request) -> Answer:
    """PUT …/commands."""
    scope = _scope(realm, request)
    body = await read_body(request)
    if not isinstance(body.json, list):
        raise invalid_json()
    return [wire.command(realm, command) for command in registry.overwrite(realm, scope, body.json)]


async def create(realm: Realm, request: web.Request) -> Answer:
    """POST …/commands."""
    scope = _scope(realm, request)
    body = await read_body(request)
    return wire.command(realm, registry.upsert(realm, scope, body.object()))


async def get_one(realm: Realm, request: web.Request) -> Answer:
    """GET …/commands/{command_id}."""
    return wire.command(realm, _command(realm, request))


async def edit_one(realm: Realm, request: web.Request) -> Answer:
    """PATCH …/commands/{command_id}."""
    command = _command(realm, request)
    body = await read_body(request)
    merged = command.definition | body.object()
    return wire.command(realm, registry.upsert(realm, command.guild_id, merged))


async def delete_one(realm: Realm, request: web.Request) -> Answer:
    """DELETE …/commands/{command_id}."""
    registry.remove(realm, _command(realm, request))
    return None


def _endpoints(base: str, major: tuple[str, ...]) -> list[Endpoint]:
    return [
        Endpoint("GET", base, list_all, "commands", major),
        Endpoint("PUT", base, overwrite_all, "commands-put", major),
        Endpoint("POST", base, create, "commands", major, created=201),
        Endpoint("GET", base + "/{command_id}", get_one, "commands", major),
        Endpoint("PATCH", base + "/{command_id}", edit_one, "commands", major),
        Endpoint("DELETE", base + "/{command_id}", delete_one, "commands", major),
    ]


ENDPOINTS = [
    *_endpoints("/applications/{application_id}/commands", ()),
    *_endpoints("/applications/{application_id}/guilds/{guild_id}/commands", ("guild_id",)),
]
