"""Endpoints of roles, and of what a bot can change of members: roles and nicknames."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.errors import missing_access, missing_permissions, unknown_member, unknown_role
from bot.sandbox.models import permissions
from bot.sandbox.models.payload import Payload, snowflake
from bot.sandbox.models.permissions import Permission
from bot.sandbox.rest import audit
from bot.sandbox.rest.endpoint import Answer, Endpoint, path_id
from bot.sandbox.rest.guild_access import known_guild, require_below, require_in_guild
from bot.sandbox.rest.request_body import read_body
from bot.sandbox.serializers import objects
from bot.sandbox.services import role_service
from bot.sandbox.state.audit_log import Action
from bot.sandbox.validate.channel import check_bits
from bot.sandbox.validate.form import Form

if TYPE_CHECKING:
    from aiohttp import web

    from bot.sandbox.models.guild import Member, Role
    from bot.sandbox.state.sandbox_state import SandboxState

MAX_COLOR = 0xFFFFFF


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
    """Return the properties of a `Role` that a body gives, or raise 50013 for permissions that the bot lacks."""
    form = Form()
    checked: Payload = {}
    if body.get("name") is not None:
        checked["name"] = form.text(("name",), body["name"], 100)
    if body.get("permissions") is not None:
        checked["permissions"] = check_bits(form, ("permissions",), body["permissions"])
    if body.get("color") is not None:
        checked["color"] = form.integer(("color",), body["color"], 0, MAX_COLOR)
    for key in ("hoist", "mentionable"):
        if body.get(key) is not None:
            checked[key] = bool(body[key])
    form.finish()
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


def _member(state: SandboxState, request: web.Request) -> Member:
    known_guild(state, request)
    member = state.guild_data.members.get(path_id(request, "user_id"))
    if member is None:
        raise unknown_member()
    return member


async def add_role(state: SandboxState, request: web.Request) -> Answer:
    """PUT /guilds/{guild_id}/members/{user_id}/roles/{role_id}."""
    member, role = _member(state, request), _managed_role(state, request)
    if role.id not in member.roles:
        role_service.edit_member(state, member, roles=[*member.roles, role.id])
        audit.record(state, request, Action.MEMBER_ROLE_UPDATE, member.user.id)
    return None


async def remove_role(state: SandboxState, request: web.Request) -> Answer:
    """DELETE /guilds/{guild_id}/members/{user_id}/roles/{role_id}."""
    member, role = _member(state, request), _managed_role(state, request)
    if role.id in member.roles:
        role_service.edit_member(state, member, roles=[held for held in member.roles if held != role.id])
        audit.record(state, request, Action.MEMBER_ROLE_UPDATE, member.user.id)
    return None


async def edit_own_member(state: SandboxState, request: web.Request) -> Answer:
    """PATCH /guilds/{guild_id}/members/@me: the bot's nickname."""
    known_guild(state, request)
    require_in_guild(state, Permission.CHANGE_NICKNAME)
    body = (await read_body(request)).object()
    form = Form()
    nick = None if body.get("nick") is None else form.text(("nick",), body["nick"], 32)
    form.finish()
    member = state.guild_data.members[state.guild_data.bot.id]
    role_service.edit_member(state, member, nick=nick or None)
    audit.record(state, request, Action.MEMBER_UPDATE, member.user.id)
    return objects.member(member)


async def list_members(state: SandboxState, request: web.Request) -> Answer:
    """GET /guilds/{guild_id}/members; it needs the privileged GUILD_MEMBERS intent."""
    known_guild(state, request)
    if not state.member_list:
        raise missing_access()
    form = Form()
    limit = form.integer(("limit",), snowflake(request.query.get("limit", "1")), 1, 1000)
    after = snowflake(request.query.get("after", "0"))
    if after is None:
        form.error(("after",), "NUMBER_TYPE_COERCE", f'Value "{request.query["after"]}" is not snowflake.')
    form.finish()
    found = sorted(state.guild_data.members.values(), key=lambda member: member.user.id)
    return [objects.member(member) for member in found if member.user.id > (after or 0)][:limit]


async def search_members(state: SandboxState, request: web.Request) -> Answer:
    """GET /guilds/{guild_id}/members/search: those whose username or nickname begins with the query."""
    known_guild(state, request)
    form = Form()
    query = form.text(("query",), request.query.get("query", ""), 100, 1).lower()
    limit = form.integer(("limit",), snowflake(request.query.get("limit", "1")), 1, 1000)
    form.finish()
    return [
        objects.member(member)
        for member in state.guild_data.members.values()
        if any(name is not None and name.lower().startswith(query) for name in (member.user.username, member.nick))
    ][:limit]


ROLE = "/guilds/{guild_id}/roles/{role_id}"
MEMBERS = "/guilds/{guild_id}/members"
MEMBER_ROLE = MEMBERS + "/{user_id}/roles/{role_id}"
IN_GUILD = ("guild_id",)
ENDPOINTS = [
    Endpoint("GET", ROLE, get_role, "guild", IN_GUILD),
    Endpoint("POST", "/guilds/{guild_id}/roles", create_role, "guild", IN_GUILD),
    Endpoint("PATCH", ROLE, edit_role, "guild", IN_GUILD),
    Endpoint("DELETE", ROLE, delete_role, "guild", IN_GUILD),
    Endpoint("GET", MEMBERS, list_members, "member", IN_GUILD),
    Endpoint("GET", MEMBERS + "/search", search_members, "member", IN_GUILD),
    Endpoint("PATCH", MEMBERS + "/@me", edit_own_member, "member", IN_GUILD),
    Endpoint("PUT", MEMBER_ROLE, add_role, "member", IN_GUILD),
    Endpoint("DELETE", MEMBER_ROLE, remove_role, "member", IN_GUILD),
]
