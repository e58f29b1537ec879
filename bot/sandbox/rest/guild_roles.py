"""Endpoints of roles, and of who holds them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.error_codes import error_of
from bot.sandbox.errors import missing_permissions, unknown_role
from bot.sandbox.models import permissions
from bot.sandbox.models.payload import Payload, snowflake
from bot.sandbox.models.permissions import Permission
from bot.sandbox.rest import audit
from bot.sandbox.rest.endpoint import Answer, Endpoint, path_id
from bot.sandbox.rest.guild_access import (
    IN_GUILD,
    highest_position,
    known_guild,
    known_member,
    require_below,
    require_in_guild,
)
from bot.sandbox.rest.request_body import read_body
from bot.sandbox.serializers import objects
from bot.sandbox.services import role_service
from bot.sandbox.state.audit_log import Action
from bot.sandbox.validate.channel import check_bits
from bot.sandbox.validate.form import Form

if TYPE_CHECKING:
    from aiohttp import web

    from bot.sandbox.models.guild import Role
    from bot.sandbox.state.sandbox_state import SandboxState

MAX_COLOR = 0xFFFFFF
GRADIENT, ICON = ("secondary_color", "tertiary_color"), ("icon", "unicode_emoji")
"""What of a role only guilds with boosts have."""


def _role(state: SandboxState, request: web.Request) -> Role:
    known_guild(state, request)
    role = state.guild_data.roles.get(path_id(request, "role_id"))
    if role is None:
        raise unknown_role()
    return role


def _managed_role(state: SandboxState, request: web.Request) -> Role:
    """Return the role of the path if the bot can manage it."""
    role = _role(state, request)
    require_in_guild(state, Permission.MANAGE_ROLES)
    require_below(state, role)
    return role


def _fields(state: SandboxState, body: Payload) -> Payload:
    """Return the properties of a `Role` that a body gives.

    Raises:
        DiscordError: 50035, 50101 for what needs boosts, 50013 for permissions that the bot lacks.
    """
    form = Form()
    checked: Payload = {}
    if body.get("name") is not None:
        checked["name"] = form.text(("name",), body["name"], 100)
    if body.get("permissions") is not None:
        checked["permissions"] = check_bits(form, ("permissions",), body["permissions"])
    colors = {} if body.get("colors") is None else form.mapping(("colors",), body["colors"])
    # the older field loses against the newer one
    for path, value in ((("color",), body.get("color")), (("colors", "primary_color"), colors.get("primary_color"))):
        if value is not None:
            checked["color"] = form.integer(path, value, 0, MAX_COLOR)
    for key in ("hoist", "mentionable"):
        if body.get(key) is not None:
            checked[key] = bool(body[key])
    form.finish()
    if any(colors.get(key) is not None for key in GRADIENT) or any(body.get(key) for key in ICON):
        raise error_of(50101)
    if checked.get("permissions", 0) & ~int(permissions.in_guild(state.guild_data, state.guild_data.bot.id)):
        raise missing_permissions()
    return checked


async def get_role(state: SandboxState, request: web.Request) -> Answer:
    """GET /guilds/{guild_id}/roles/{role_id}."""
    return objects.role(_role(state, request))


async def create_role(state: SandboxState, request: web.Request) -> Answer:
    """POST /guilds/{guild_id}/roles."""
    known_guild(state, request)
    require_in_guild(state, Permission.MANAGE_ROLES)
    fields = _fields(state, (await read_body(request)).object())
    everyone = state.guild_data.roles[state.guild_data.guild.id]
    granted = fields.pop("permissions", everyone.permissions)
    role = role_service.create(state, fields.pop("name", "new role"), granted, **fields)
    audit.record(state, request, Action.ROLE_CREATE, role.id)
    return objects.role(role)


async def edit_role(state: SandboxState, request: web.Request) -> Answer:
    """PATCH /guilds/{guild_id}/roles/{role_id}."""
    role = _managed_role(state, request)
    role_service.edit(state, role, **_fields(state, (await read_body(request)).object()))
    audit.record(state, request, Action.ROLE_UPDATE, role.id)
    return objects.role(role)


async def delete_role(state: SandboxState, request: web.Request) -> Answer:
    """DELETE /guilds/{guild_id}/roles/{role_id}."""
    role = _managed_role(state, request)
    role_service.delete(state, role)
    audit.record(state, request, Action.ROLE_DELETE, role.id)
    return None


async def add_role(state: SandboxState, request: web.Request) -> Answer:
    """PUT /guilds/{guild_id}/members/{user_id}/roles/{role_id}."""
    member, role = known_member(state, request), _managed_role(state, request)
    if role.id not in member.roles:
        role_service.edit_member(state, member, roles=[*member.roles, role.id])
        audit.record(state, request, Action.MEMBER_ROLE_UPDATE, member.user.id)
    return None


async def remove_role(state: SandboxState, request: web.Request) -> Answer:
    """DELETE /guilds/{guild_id}/members/{user_id}/roles/{role_id}."""
    member, role = known_member(state, request), _managed_role(state, request)
    if role.id in member.roles:
        role_service.edit_member(state, member, roles=[held for held in member.roles if held != role.id])
        audit.record(state, request, Action.MEMBER_ROLE_UPDATE, member.user.id)
    return None


async def reorder(state: SandboxState, request: web.Request) -> Answer:
    """PATCH /guilds/{guild_id}/roles: new positions of roles below the bot's highest, to positions below it."""
    known_guild(state, request)
    require_in_guild(state, Permission.MANAGE_ROLES)
    listed = (await read_body(request)).json
    form = Form()
    data = state.guild_data
    highest = highest_position(state, data.members[data.bot.id])
    wanted: list[tuple[Role, int]] = []
    for index, entry in enumerate(form.array((), listed, len(data.roles))):
        body = form.mapping((index,), entry)
        role = data.roles.get(snowflake(body.get("id")) or 0)
        if role is None:
            raise unknown_role()
        if body.get("position") is not None:
            position = form.integer((index, "position"), body["position"], 0, 2**31 - 1)
            require_below(state, role)
            if position >= highest:
                raise missing_permissions()
            wanted.append((role, position))
    form.finish()
    for role, position in wanted:
        role_service.edit(state, role, position=position)
        audit.record(state, request, Action.ROLE_UPDATE, role.id)
    return [objects.role(role) for role in data.roles.values()]


async def count_members(state: SandboxState, request: web.Request) -> Answer:
    """GET /guilds/{guild_id}/roles/member-counts, without @everyone."""
    known_guild(state, request)
    data = state.guild_data
    return {
        str(role_id): sum(role_id in member.roles for member in data.members.values())
        for role_id in data.roles
        if role_id != data.guild.id
    }


ROLES = "/guilds/{guild_id}/roles"
ROLE = ROLES + "/{role_id}"
MEMBER_ROLE = "/guilds/{guild_id}/members/{user_id}/roles/{role_id}"
ENDPOINTS = [
    Endpoint("GET", ROLES + "/member-counts", count_members, "guild", IN_GUILD),
    Endpoint("PATCH", ROLES, reorder, "guild", IN_GUILD),
    Endpoint("GET", ROLE, get_role, "guild", IN_GUILD),
    Endpoint("POST", ROLES, create_role, "guild", IN_GUILD),
    Endpoint("PATCH", ROLE, edit_role, "guild", IN_GUILD),
    Endpoint("DELETE", ROLE, delete_role, "guild", IN_GUILD),
    Endpoint("PUT", MEMBER_ROLE, add_role, "member", IN_GUILD),
    Endpoint("DELETE", MEMBER_ROLE, remove_role, "member", IN_GUILD),
]
