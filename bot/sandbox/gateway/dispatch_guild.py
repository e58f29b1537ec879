"""Converts events of channels, roles and members to gateway events."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.clock import timestamp
from bot.sandbox.gateway.gateway_event import GatewayEvent
from bot.sandbox.gateway.intents import Intent
from bot.sandbox.serializers import objects
from bot.sandbox.state.events import Change, ChannelChanged, MemberUpdated, MessagesDeleted, PinsChanged, RoleChanged

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
    if isinstance(event, MemberUpdated):
        return _member(state, event, guild_id)
    place: Payload = {"channel_id": str(event.channel.id), "guild_id": guild_id}
    if isinstance(event, MessagesDeleted):
        ids = [str(message.id) for message in event.messages]
        return GatewayEvent("MESSAGE_DELETE_BULK", place | {"ids": ids}, Intent.GUILD_MESSAGES)
    if isinstance(event, PinsChanged):
        last = timestamp(event.last) if event.last else None
        return GatewayEvent("CHANNEL_PINS_UPDATE", place | {"last_pin_timestamp": last}, Intent.GUILDS)
    return GatewayEvent("WEBHOOKS_UPDATE", place, Intent.GUILD_WEBHOOKS)


def _member(state: SandboxState, event: MemberUpdated, guild_id: str) -> GatewayEvent:
    # a bot gets its own GUILD_MEMBER_UPDATE without the privileged intent
    own = event.member.user.id == state.guild_data.bot.id
    intent = Intent.GUILDS if own else Intent.GUILD_MEMBERS
    return GatewayEvent("GUILD_MEMBER_UPDATE", objects.member(event.member) | {"guild_id": guild_id}, intent)
