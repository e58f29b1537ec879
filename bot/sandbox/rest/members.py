"""Endpoints that list, find and change members: nicknames, roles and timeouts."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from bot.sandbox.errors import missing_access, not_in_voice
from bot.sandbox.models.payload import Payload, snowflake
from bot.sandbox.models.permissions import Permission
from bot.sandbox.rest import audit
from bot.sandbox.rest.endpoint import Answer, Endpoint
from bot.sandbox.rest.guild_access import (
    IN_GUILD,
    known_guild,
    known_member,
    require_below,
    require_in_guild,
    require_member_below,
)
from bot.sandbox.rest.request_body import read_body
from bot.sandbox.serializers import objects
from bot.sandbox.services import role_service
from bot.sandbox.state.audit_log import Action
from bot.sandbox.validate.form import Form, refuse_fields

if TYPE_CHECKING:
    from aiohttp import web

    from bot.sandbox.models.guild import Member
    from bot.sandbox.state.sandbox_state import SandboxState

MAX_TIMEOUT_S = 28 * 86400.0
IN_VOICE = ("mute", "deaf", "channel_id")


async def edit_own(state: SandboxState, request: web.Request) -> Answer:
    """PATCH /guilds/{guild_id}/members/@me: the bot's nickname. Its own avatar, banner and bio here get 40006."""
    known_guild(state, request)
    body = (await read_body(request)).object()
    refuse_fields(body, "avatar", "banner", "bio")
    member = state.guild_data.members[state.guild_data.bot.id]
    if "nick" in body:
        require_in_guild(state, Permission.CHANGE_NICKNAME)
        form = Form()
        nick = _nick(form, body["nick"])
        form.finish()
        role_service.edit_member(state, member, nick=nick)
    audit.record(state, request, Action.MEMBER_UPDATE, member.user.id)
    return objects.member(member)


async def edit(state: SandboxState, request: web.Request) -> Answer:
    """PATCH /guilds/{guild_id}/members/{user_id}: nickname, roles, timeout.

    Raises:
        DiscordError: 10007, 50013 for a permission or a member out of reach, 50035, 40032 for what needs voice, 40006
            for flags.
    """
    member = known_member(state, request)
    body = (await read_body(request)).object()
    refuse_fields(body, "flags")
    form = Form()
    changes: Payload = {}
    if "nick" in body:
        require_in_guild(state, Permission.MANAGE_NICKNAMES)
        changes["nick"] = _nick(form, body["nick"])
    if body.get("roles") is not None:
        changes["roles"] = _roles(state, form, member, body["roles"])
    if "communication_disabled_until" in body:
        require_in_guild(state, Permission.MODERATE_MEMBERS)
        changes["timed_out_until"] = _timeout(state, form, body["communication_disabled_until"])
    form.finish()
    require_member_below(state, member)
    if any(body.get(key) is not None for key in IN_VOICE):
        raise not_in_voice()
    role_service.edit_member(state, member, **changes)
    action = Action.MEMBER_ROLE_UPDATE if changes.keys() == {"roles"} else Action.MEMBER_UPDATE
    audit.record(state, request, action, member.user.id)
    return objects.member(member)


def _nick(form: Form, value: object) -> str | None:
    return form.text(("nick",), value, 32) or None if value is not None else None


def _roles(state: SandboxState, form: Form, member: Member, value: object) -> list[int]:
    """Return checked role ids; each that is added or removed has to be below the bot's highest."""
    require_in_guild(state, Permission.MANAGE_ROLES)
    ids = [snowflake(entry) or 0 for entry in form.array(("roles",), value, 250)]
    for index, role_id in enumerate(ids):
        if role_id not in state.guild_data.roles:
            form.error(("roles", index), "INVALID_ROLE", "Invalid Role")
    for role_id in {*ids} ^ {*member.roles}:
        if role_id in state.guild_data.roles:
            require_below(state, state.guild_data.roles[role_id])
    return list(dict.fromkeys(ids))


def _timeout(state: SandboxState, form: Form, value: object) -> float | None:
    """Return when a timeout ends, at most 28 days from now; None ends it."""
    if value is None:
        return None
    path = ("communication_disabled_until",)
    try:
        until = dt.datetime.fromisoformat(str(value)).timestamp()
    except ValueError:
        form.error(path, "DATE_TIME_TYPE_PARSE", f'Could not parse "{value}". Should be ISO8601.')
        return None
    if until > state.clock.time() + MAX_TIMEOUT_S:
        form.error(path, "MEMBER_TIMEOUT_MAX", "A timeout lasts at most 28 days.")
    return until


async def get(state: SandboxState, request: web.Request) -> Answer:
    """GET /guilds/{guild_id}/members/{user_id}."""
    return objects.member(known_member(state, request))


async def list_all(state: SandboxState, request: web.Request) -> Answer:
    """GET /guilds/{guild_id}/members; it needs the privileged GUILD_MEMBERS intent."""
    known_guild(state, request)
    if not state.member_list:
        raise missing_access()
    form = Form()
    limit = form.integer(("limit",), snowflake(request.query.get("limit", "1")), 1, 1000)
    after = form.integer(("after",), snowflake(request.query.get("after", "0")), 0, 1 << 64)
    form.finish()
    found = sorted(state.guild_data.members.values(), key=lambda member: member.user.id)
    return [objects.member(member) for member in found if member.user.id > after][:limit]


async def search(state: SandboxState, request: web.Request) -> Answer:
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


MEMBERS = "/guilds/{guild_id}/members"
ENDPOINTS = [
    Endpoint("GET", MEMBERS, list_all, "member", IN_GUILD),
    Endpoint("GET", MEMBERS + "/search", search, "member", IN_GUILD),
    Endpoint("PATCH", MEMBERS + "/@me", edit_own, "member", IN_GUILD),
    Endpoint("GET", MEMBERS + "/{user_id}", get, "member", IN_GUILD),
    Endpoint("PATCH", MEMBERS + "/{user_id}", edit, "member", IN_GUILD),
]
