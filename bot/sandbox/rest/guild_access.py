"""Checks of the guild in a path, and of what the bot may do in the whole guild."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.errors import missing_permissions, unknown_guild, unknown_member
from bot.sandbox.models import permissions
from bot.sandbox.rest.endpoint import path_id

if TYPE_CHECKING:
    from aiohttp import web

    from bot.sandbox.models.guild import Member, Role
    from bot.sandbox.models.permissions import Permission
    from bot.sandbox.state.sandbox_state import SandboxState

IN_GUILD = ("guild_id",)


def known_guild(state: SandboxState, request: web.Request) -> None:
    """Raise 10004 unless the guild of the path is the sandbox's."""
    if path_id(request, "guild_id") != state.guild_data.guild.id:
        raise unknown_guild()


def require_in_guild(state: SandboxState, needed: Permission) -> None:
    """Raise 50013 if the bot's roles lack a permission."""
    if needed & ~permissions.in_guild(state.guild_data, state.guild_data.bot.id):
        raise missing_permissions()


def known_member(state: SandboxState, request: web.Request) -> Member:
    """Return the member of the path, or raise 10004 or 10007."""
    known_guild(state, request)
    member = state.guild_data.members.get(path_id(request, "user_id"))
    if member is None:
        raise unknown_member()
    return member


def highest_position(state: SandboxState, member: Member) -> int:
    """Return the position of a member's highest role, 0 without any."""
    return max((state.guild_data.roles[held].position for held in member.roles), default=0)


def require_member_below(state: SandboxState, member: Member) -> None:
    """Raise 50013 for the owner, and for a member whose highest role is not below the bot's; the bot may be itself."""
    data = state.guild_data
    if member.user.id == data.bot.id:
        return
    above = highest_position(state, member) >= highest_position(state, data.members[data.bot.id])
    if member.user.id == data.guild.owner_id or above:
        raise missing_permissions()


def require_below(state: SandboxState, role: Role) -> None:
    """Raise 50013 for a role that is not below the bot's highest one, or that an integration manages."""
    data = state.guild_data
    if role.position >= highest_position(state, data.members[data.bot.id]) or role.bot_id is not None:
        raise missing_permissions()
