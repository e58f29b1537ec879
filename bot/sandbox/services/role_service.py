"""Creates, changes and deletes roles, and gives them to members."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.sandbox.models.guild import Role
from bot.sandbox.state.events import Change, MemberUpdated, RoleChanged

if TYPE_CHECKING:
    from bot.sandbox.models.guild import Member
    from bot.sandbox.state.sandbox_state import SandboxState


def create(state: SandboxState, name: str, permissions: int, **properties: Any) -> Role:
    """Create a role above @everyone and below all others; `properties` are those of `Role`."""
    roles = state.guild_data.roles
    for other in roles.values():
        other.position += other.position > 0
    role = Role(state.snowflakes.next(), name, permissions, position=1)
    for key, value in properties.items():
        setattr(role, key, value)
    roles[role.id] = role
    state.archive.put_guild(state.guild_data)
    state.events.publish(RoleChanged(role, Change.CREATED))
    return role


def edit(state: SandboxState, role: Role, **properties: Any) -> None:
    """Change properties of a role."""
    for key, value in properties.items():
        setattr(role, key, value)
    state.archive.put_guild(state.guild_data)
    state.events.publish(RoleChanged(role, Change.UPDATED))


def delete(state: SandboxState, role: Role) -> None:
    """Delete a role, take it from its members, and remove its overwrites."""
    guild_data = state.guild_data
    for member in guild_data.members.values():
        if role.id in member.roles:
            edit_member(state, member, roles=[held for held in member.roles if held != role.id])
    for channel in guild_data.channels.values():
        channel.overwrites = [overwrite for overwrite in channel.overwrites if overwrite.id != role.id]
    del guild_data.roles[role.id]
    state.archive.put_guild(guild_data)
    state.events.publish(RoleChanged(role, Change.DELETED))


def edit_member(state: SandboxState, member: Member, **properties: Any) -> None:
    """Change properties of a member, such as `roles` and `nick`."""
    for key, value in properties.items():
        setattr(member, key, value)
    state.archive.put_guild(state.guild_data)
    state.events.publish(MemberUpdated(member))
