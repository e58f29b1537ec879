"""Checks of the guild in a path, and of what the bot may do in the whole guild."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.errors import missing_permissions, unknown_guild
from bot.sandbox.models import permissions
from bot.sandbox.rest.endpoint import path_id

if TYPE_CHECKING:
    from aiohttp import web

    from bot.sandbox.models.guild import Role
    from bot.sandbox.models.permissions import Permission
    from bot.sandbox.state.sandbox_state import SandboxState


def known_guild(state: SandboxState, request: web.Request) -> None:
    """Raise 10004 unless the guild of the path is the sandbox's."""
    if path_id(request, "guild_id") != state.guild_data.guild.id:
        raise unknown_guild()


def require_in_guild(state: SandboxState, needed: Permission) -> None:
    """Raise 50013 if the bot's roles lack a permission."""
    if needed & ~permissions.in_guild(state.guild_data, state.guild_data.bot.id):
        raise missing_permissions()


def require_below(state: SandboxState, role: Role) -> None:
    """Raise 50013 for a role that is not below the bot's highest one, or that an integration manages."""
    data = state.guild_data
    highest = max((data.roles[held].position for held in data.members[data.bot.id].roles), default=0)
    if role.position >= highest or role.bot_id is not None:
        raise missing_permissions()
