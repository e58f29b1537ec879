"""Converts events of channels, roles and members to gateway events."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.gateway.gateway_event import GatewayEvent
from bot.sandbox.gateway.intents import Intent
from bot.sandbox.serializers import objects
from bot.sandbox.state.events import Change, ChannelChanged, RoleChanged

if TYPE_CHECKING:
    from bot.sandbox.models.payload import Payload
    from bot.sandbox.state.events import GuildEvent
    from bot.sandbox.state.sandbox_state import SandboxState


def dispatch_guild(state: SandboxState, event: GuildEvent) -> GatewayEvent:
    """Return the gateway event. A bot gets those of channels that it cannot see too."""
    guild_id = str(state.guild_data.guild.id)
    if isinstance(event, ChannelChanged):
        name = f"CHANNEL_{event.change.value}"
        return GatewayEvent(name, objects.channel(state, event.channel), Intent.GUILDS)
    if isinstance(event, RoleChanged):
        body: Payload = {"guild_id": guild_id}
        if event.change is Change.DELETED:
            body["role_id"] = str(event.role.id)
        else:
            body["role"] = objects.role(event.role)
        return GatewayEvent(f"GUILD_ROLE_{event.change.value}", body, Intent.GUILDS)
    # a bot gets its own GUILD_MEMBER_UPDATE without the privileged intent
    own = event.member.user.id == state.guild_data.bot.id
    intent = Intent.GUILDS if own else Intent.GUILD_MEMBERS
    return GatewayEvent("GUILD_MEMBER_UPDATE", objects.member(event.member) | {"guild_id": guild_id}, intent)
