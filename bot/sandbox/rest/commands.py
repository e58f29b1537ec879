"""Endpoints that register application commands, globally and for the guild."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.errors import invalid_json, missing_access, unknown_command
from bot.sandbox.rest.endpoint import Answer, Endpoint, path_id
from bot.sandbox.rest.request_body import read_body
from bot.sandbox.serializers import objects
from bot.sandbox.services import application_commands
from bot.sandbox.validate.localization import only_localized

if TYPE_CHECKING:
    from aiohttp import web

    from bot.sandbox.models.guild import Command
    from bot.sandbox.state.sandbox_state import SandboxState


def _scope(state: SandboxState, request: web.Request) -> int | None:
    """Return the guild of the path, None for global commands, or raise 50001 for another application or guild."""
    if path_id(request, "application_id") != state.guild_data.bot.id:
        raise missing_access()
    if "guild_id" not in request.match_info:
        return None
    guild_id = path_id(request, "guild_id")
    if guild_id != state.guild_data.guild.id:
        raise missing_access()
    return guild_id


def _command(state: SandboxState, request: web.Request) -> Command:
    scope = _scope(state, request)
    command_id = path_id(request, "command_id")
    found = next((c for c in application_commands.listed(state, scope) if c.id == command_id), None)
    if found is None:
        raise unknown_command()
    return found


async def list_all(state: SandboxState, request: web.Request) -> Answer:
    """GET …/commands."""
    found = [objects.command(state, command) for command in application_commands.listed(state, _scope(state, request))]
    if request.query.get("with_localizations") in ("true", "1"):
        return found
    locale = request.headers.get("X-Discord-Locale")
    return [only_localized(body, locale) for body in found]


async def overwrite_all(state: SandboxState, request: web.Request) -> Answer:
    """PUT …/commands."""
    scope = _scope(state, request)
    body = await read_body(request)
    if not isinstance(body.json, list):
        raise invalid_json()
    return [objects.command(state, command) for command in application_commands.overwrite(state, scope, body.json)]


async def create(state: SandboxState, request: web.Request) -> Answer:
    """POST …/commands."""
    scope = _scope(state, request)
    body = await read_body(request)
    return objects.command(state, application_commands.upsert(state, scope, body.object()))


async def get_one(state: SandboxState, request: web.Request) -> Answer:
    """GET …/commands/{command_id}."""
    return objects.command(state, _command(state, request))


async def edit_one(state: SandboxState, request: web.Request) -> Answer:
    """PATCH …/commands/{command_id}."""
    command = _command(state, request)
    body = await read_body(request)
    merged = command.definition | body.object()
    return objects.command(state, application_commands.upsert(state, command.guild_id, merged))


async def delete_one(state: SandboxState, request: web.Request) -> Answer:
    """DELETE …/commands/{command_id}."""
    application_commands.remove(state, _command(state, request))
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
