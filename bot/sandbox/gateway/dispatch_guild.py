"""Converts events of channels, roles, emoji and the audit log to gateway events."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.clock import timestamp
from bot.sandbox.gateway.dispatch_people import dispatch_people
from bot.sandbox.gateway.gateway_event import GatewayEvent
from bot.sandbox.gateway.intents import Intent
from bot.sandbox.models.permissions import Permission, in_guild
from bot.sandbox.serializers import objects
from bot.sandbox.state.events import (
    AuditEntryAdded,
    Change,
    ChannelChanged,
    EmojisChanged,
    MessagesDeleted,
    PeopleEvent,
    PinsChanged,
    RoleChanged,
    WebhooksChanged,
)

if TYPE_CHECKING:
    from bot.sandbox.models.payload import Payload
    from bot.sandbox.state.events import GuildEvent
    from bot.sandbox.state.sandbox_state import SandboxState


def dispatch_guild(state: SandboxState, event: GuildEvent) -> GatewayEvent | None:
    """Return the gateway event, or None. A bot gets those of channels that it cannot see too."""
    place: Payload = {"guild_id": str(state.guild_data.guild.id)}
    if isinstance(event, PeopleEvent):
        return dispatch_people(state, event)
    if isinstance(event, RoleChanged):
        gone = event.change is Change.DELETED
        described = {"role_id": str(event.role.id)} if gone else {"role": objects.role(event.role)}
        return GatewayEvent(f"GUILD_ROLE_{event.change.value}", place | described, Intent.GUILDS)
    if isinstance(event, EmojisChanged):
        emojis = [objects.emoji(state, emoji) for emoji in state.guild_data.emojis.values()]
        return GatewayEvent("GUILD_EMOJIS_UPDATE", place | {"emojis": emojis}, Intent.GUILD_EXPRESSIONS)
    if isinstance(event, AuditEntryAdded):
        sees = in_guild(state.guild_data, state.guild_data.bot.id) & Permission.VIEW_AUDIT_LOG
        body = place | objects.audit_entry(event.entry)
        return GatewayEvent("GUILD_AUDIT_LOG_ENTRY_CREATE", body, Intent.GUILD_MODERATION) if sees else None
    return _in_channel(state, event, place)


def _in_channel(
    state: SandboxState, event: ChannelChanged | MessagesDeleted | PinsChanged | WebhooksChanged, place: Payload
) -> GatewayEvent:
    if isinstance(event, ChannelChanged):
        return GatewayEvent(f"CHANNEL_{event.change.value}", objects.channel(state, event.channel), Intent.GUILDS)
    place |= {"channel_id": str(event.channel.id)}
    if isinstance(event, MessagesDeleted):
        ids = [str(message.id) for message in event.messages]
        return GatewayEvent("MESSAGE_DELETE_BULK", place | {"ids": ids}, Intent.GUILD_MESSAGES)
    if isinstance(event, PinsChanged):
        last = timestamp(event.last) if event.last else None
        return GatewayEvent("CHANNEL_PINS_UPDATE", place | {"last_pin_timestamp": last}, Intent.GUILDS)
    return GatewayEvent("WEBHOOKS_UPDATE", place, Intent.GUILD_WEBHOOKS)
