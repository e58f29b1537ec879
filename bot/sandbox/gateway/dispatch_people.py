"""Converts events of members to gateway events: joining, leaving, changes, bans and presences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.gateway.gateway_event import GatewayEvent
from bot.sandbox.gateway.intents import Intent
from bot.sandbox.serializers import guild_objects, objects
from bot.sandbox.state.events import BanChanged, MemberJoined, MemberLeft, MemberUpdated

if TYPE_CHECKING:
    from bot.sandbox.models.payload import Payload
    from bot.sandbox.state.events import PeopleEvent
    from bot.sandbox.state.sandbox_state import SandboxState


def dispatch_people(state: SandboxState, event: PeopleEvent) -> GatewayEvent:
    """Return the gateway event; all but bans need a privileged intent."""
    place: Payload = {"guild_id": str(state.guild_data.guild.id)}
    if isinstance(event, BanChanged):
        name = "GUILD_BAN_ADD" if event.banned else "GUILD_BAN_REMOVE"
        return GatewayEvent(name, place | {"user": objects.user(event.user)}, Intent.GUILD_MODERATION)
    if isinstance(event, MemberLeft):
        return GatewayEvent("GUILD_MEMBER_REMOVE", place | {"user": objects.user(event.user)}, Intent.GUILD_MEMBERS)
    if isinstance(event, MemberJoined):
        return GatewayEvent("GUILD_MEMBER_ADD", place | objects.member(event.member), Intent.GUILD_MEMBERS)
    if isinstance(event, MemberUpdated):
        # a bot gets its own GUILD_MEMBER_UPDATE without the privileged intent
        own = event.member.user.id == state.guild_data.bot.id
        intent = Intent.GUILDS if own else Intent.GUILD_MEMBERS
        return GatewayEvent("GUILD_MEMBER_UPDATE", place | objects.member(event.member), intent)
    return GatewayEvent("PRESENCE_UPDATE", guild_objects.presence(state, event.user_id), Intent.GUILD_PRESENCES)
