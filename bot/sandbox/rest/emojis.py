"""Endpoints of the guild's emoji."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.sandbox.errors import too_many_emojis, unknown_emoji
from bot.sandbox.models.guild import Emoji
from bot.sandbox.models.payload import snowflake
from bot.sandbox.models.permissions import Permission
from bot.sandbox.rest import audit
from bot.sandbox.rest.endpoint import Answer, Endpoint, path_id
from bot.sandbox.rest.guild_access import IN_GUILD, known_guild, require_in_guild
from bot.sandbox.rest.request_body import read_body
from bot.sandbox.serializers import objects
from bot.sandbox.services import emoji_service
from bot.sandbox.state.audit_log import Action
from bot.sandbox.validate.form import Form
from bot.sandbox.validate.image import check_image

if TYPE_CHECKING:
    from aiohttp import web

    from bot.sandbox.state.sandbox_state import SandboxState

MAX_EMOJIS = 50
MAX_BYTES = 256 * 1024
_NAME = re.compile(r"\w{2,32}", re.ASCII)


def _emoji(state: SandboxState, request: web.Request) -> Emoji:
    known_guild(state, request)
    found = state.guild_data.emojis.get(path_id(request, "emoji_id"))
    if found is None:
        raise unknown_emoji()
    return found


async def list_all(state: SandboxState, request: web.Request) -> Answer:
    """GET /guilds/{guild_id}/emojis."""
    known_guild(state, request)
    return [objects.emoji(state, emoji) for emoji in state.guild_data.emojis.values()]


async def get(state: SandboxState, request: web.Request) -> Answer:
    """GET /guilds/{guild_id}/emojis/{emoji_id}."""
    return objects.emoji(state, _emoji(state, request))


async def create(state: SandboxState, request: web.Request) -> Answer:
    """POST /guilds/{guild_id}/emojis: the picture is a data URI of at most 256 KiB."""
    known_guild(state, request)
    require_in_guild(state, Permission.CREATE_GUILD_EXPRESSIONS)
    body = (await read_body(request)).object()
    form = Form()
    name, roles = _name(form, body.get("name", "")), _roles(state, form, body.get("roles"))
    content_type, picture = check_image(form, ("image",), body.get("image", ""), MAX_BYTES)
    form.finish()
    emoji = Emoji(state.snowflakes.next(), name, state.guild_data.bot.id, content_type, roles)
    if sum(other.animated == emoji.animated for other in state.guild_data.emojis.values()) >= MAX_EMOJIS:
        raise too_many_emojis()
    state.archive.put_file(emoji.id, picture)
    emoji_service.put(state, emoji)
    audit.record(state, request, Action.EMOJI_CREATE, emoji.id)
    return objects.emoji(state, emoji)


async def edit(state: SandboxState, request: web.Request) -> Answer:
    """PATCH /guilds/{guild_id}/emojis/{emoji_id}: its name and roles."""
    emoji = _emoji(state, request)
    require_in_guild(state, Permission.MANAGE_GUILD_EXPRESSIONS)
    body = (await read_body(request)).object()
    form = Form()
    name = emoji.name if body.get("name") is None else _name(form, body["name"])
    roles = emoji.roles if "roles" not in body else _roles(state, form, body["roles"])
    form.finish()
    emoji.name, emoji.roles = name, roles
    emoji_service.put(state, emoji)
    audit.record(state, request, Action.EMOJI_UPDATE, emoji.id)
    return objects.emoji(state, emoji)


async def delete(state: SandboxState, request: web.Request) -> Answer:
    """DELETE /guilds/{guild_id}/emojis/{emoji_id}."""
    emoji = _emoji(state, request)
    require_in_guild(state, Permission.MANAGE_GUILD_EXPRESSIONS)
    emoji_service.drop(state, emoji)
    audit.record(state, request, Action.EMOJI_DELETE, emoji.id)
    return None


def _name(form: Form, value: object) -> str:
    name = form.text(("name",), value, 32, 2)
    if name and _NAME.fullmatch(name) is None:
        form.error(("name",), "STRING_TYPE_REGEX", "String value did not match validation regex.")
    return name


def _roles(state: SandboxState, form: Form, value: object) -> list[int]:
    if value is None:
        return []
    ids = [snowflake(entry) or 0 for entry in form.array(("roles",), value, 250)]
    return [role_id for role_id in ids if role_id in state.guild_data.roles]


EMOJIS = "/guilds/{guild_id}/emojis"
ENDPOINTS = [
    Endpoint("GET", EMOJIS, list_all, "guild", IN_GUILD),
    Endpoint("POST", EMOJIS, create, "guild", IN_GUILD, created=201),
    Endpoint("GET", EMOJIS + "/{emoji_id}", get, "guild", IN_GUILD),
    Endpoint("PATCH", EMOJIS + "/{emoji_id}", edit, "guild", IN_GUILD),
    Endpoint("DELETE", EMOJIS + "/{emoji_id}", delete, "guild", IN_GUILD),
]
