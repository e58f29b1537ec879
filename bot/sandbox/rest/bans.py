"""Endpoints that kick, ban and unban."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import unquote

from bot.sandbox.errors import DiscordError, bans_failed, missing_permissions, unknown_ban, unknown_user
from bot.sandbox.models.payload import Payload, snowflake
from bot.sandbox.models.permissions import Permission
from bot.sandbox.rest import audit
from bot.sandbox.rest.endpoint import Answer, Endpoint, path_id
from bot.sandbox.rest.guild_access import IN_GUILD, known_guild, known_member, require_in_guild, require_member_below
from bot.sandbox.rest.request_body import read_body
from bot.sandbox.serializers import objects
from bot.sandbox.services import member_service
from bot.sandbox.state.audit_log import Action
from bot.sandbox.validate.form import Form

if TYPE_CHECKING:
    from aiohttp import web

    from bot.sandbox.models.guild import User
    from bot.sandbox.state.sandbox_state import SandboxState

DAY_S, WEEK_S = 86_400, 604_800
MAX_BULK = 200


async def kick(state: SandboxState, request: web.Request) -> Answer:
    """DELETE /guilds/{guild_id}/members/{user_id}."""
    member = known_member(state, request)
    require_in_guild(state, Permission.KICK_MEMBERS)
    require_member_below(state, member)
    member_service.remove(state, member)
    audit.record(state, request, Action.MEMBER_KICK, member.user.id)
    return None


async def list_bans(state: SandboxState, request: web.Request) -> Answer:
    """GET /guilds/{guild_id}/bans, by the user's id; `before` lists the last ones before it."""
    _require(state, request, Permission.BAN_MEMBERS)
    form = Form()
    limit = form.integer(("limit",), snowflake(request.query.get("limit", "1000")), 1, 1000)
    before = form.integer(("before",), snowflake(request.query.get("before", str(1 << 64))), 0, 1 << 64)
    after = form.integer(("after",), snowflake(request.query.get("after", "0")), 0, 1 << 64)
    form.finish()
    ids = sorted(user_id for user_id in state.guild_data.bans if after < user_id < before)
    return [_ban(state, user_id) for user_id in (ids[-limit:] if "before" in request.query else ids[:limit])]


async def get_ban(state: SandboxState, request: web.Request) -> Answer:
    """GET /guilds/{guild_id}/bans/{user_id}."""
    _require(state, request, Permission.BAN_MEMBERS)
    user_id = path_id(request, "user_id")
    if user_id not in state.guild_data.bans:
        raise unknown_ban()
    return _ban(state, user_id)


async def add_ban(state: SandboxState, request: web.Request) -> Answer:
    """PUT /guilds/{guild_id}/bans/{user_id}."""
    _require(state, request, Permission.BAN_MEMBERS)
    body = (await read_body(request)).json
    # discord.py sends the seconds in the query
    asked = request.query.get("delete_message_seconds")
    delete_s = _delete_s(body if asked is None else {"delete_message_seconds": snowflake(asked)})
    user = _bannable(state, path_id(request, "user_id"))
    _carry_out(state, request, user, delete_s)
    return None


async def remove_ban(state: SandboxState, request: web.Request) -> Answer:
    """DELETE /guilds/{guild_id}/bans/{user_id}."""
    _require(state, request, Permission.BAN_MEMBERS)
    user_id = path_id(request, "user_id")
    if user_id not in state.guild_data.bans:
        raise unknown_ban()
    member_service.unban(state, state.guild_data.user(user_id))
    audit.record(state, request, Action.MEMBER_BAN_REMOVE, user_id)
    return None


async def bulk_ban(state: SandboxState, request: web.Request) -> Answer:
    """POST /guilds/{guild_id}/bulk-ban: up to 200 users; those who cannot be banned are listed."""
    _require(state, request, Permission.BAN_MEMBERS | Permission.MANAGE_GUILD)
    body = (await read_body(request)).object()
    form = Form()
    listed = form.array(("user_ids",), body.get("user_ids"), MAX_BULK, 1)
    form.finish()
    delete_s = _delete_s(body)
    banned: list[str] = []
    failed: list[str] = []
    for user_id in map(str, listed):
        try:
            user = _bannable(state, snowflake(user_id) or 0)
        except DiscordError:
            failed.append(user_id)
            continue
        banned.append(user_id)
        _carry_out(state, request, user, delete_s)
    if not banned:
        raise bans_failed()
    return {"banned_users": banned, "failed_users": failed}


def _require(state: SandboxState, request: web.Request, needed: Permission) -> None:
    known_guild(state, request)
    require_in_guild(state, needed)


def _delete_s(body: object) -> int:
    fields = body if isinstance(body, dict) else {}
    form = Form()
    if fields.get("delete_message_seconds") is not None:
        seconds = form.integer(("delete_message_seconds",), fields["delete_message_seconds"], 0, WEEK_S)
    else:
        # deprecated, and still in use
        days = fields.get("delete_message_days")
        seconds = 0 if days is None else form.integer(("delete_message_days",), days, 0, 7) * DAY_S
    form.finish()
    return seconds


def _bannable(state: SandboxState, user_id: int) -> User:
    """Return a user whom the bot can ban, or raise 10013 or 50013."""
    user = state.guild_data.known_user(user_id)
    if user is None:
        raise unknown_user()
    if user.id == state.guild_data.bot.id:
        raise missing_permissions()
    member = state.guild_data.members.get(user_id)
    if member is not None:
        require_member_below(state, member)
    return user


def _carry_out(state: SandboxState, request: web.Request, user: User, delete_s: int) -> None:
    reason = request.headers.get("X-Audit-Log-Reason")
    member_service.ban(state, user, None if reason is None else unquote(reason), delete_s)
    audit.record(state, request, Action.MEMBER_BAN_ADD, user.id)


def _ban(state: SandboxState, user_id: int) -> Payload:
    return {"user": objects.user(state.guild_data.user(user_id)), "reason": state.guild_data.bans[user_id]}


BANS = "/guilds/{guild_id}/bans"
ENDPOINTS = [
    Endpoint("DELETE", "/guilds/{guild_id}/members/{user_id}", kick, "member", IN_GUILD),
    Endpoint("GET", BANS, list_bans, "guild", IN_GUILD),
    Endpoint("GET", BANS + "/{user_id}", get_ban, "guild", IN_GUILD),
    Endpoint("PUT", BANS + "/{user_id}", add_ban, "member", IN_GUILD),
    Endpoint("DELETE", BANS + "/{user_id}", remove_ban, "member", IN_GUILD),
    Endpoint("POST", "/guilds/{guild_id}/bulk-ban", bulk_ban, "guild", IN_GUILD),
]
