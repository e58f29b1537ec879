"""Converts thread events to gateway events. All of them need the GUILDS intent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.gateway.gateway_event import GatewayEvent
from bot.sandbox.gateway.intents import Intent
from bot.sandbox.models.permissions import Permission
from bot.sandbox.serializers import thread_objects
from bot.sandbox.state.events import ThreadCreated, ThreadDeleted, ThreadMembership

if TYPE_CHECKING:
    from bot.sandbox.models.payload import Payload
    from bot.sandbox.state.events import ThreadEvent
    from bot.sandbox.state.sandbox_state import SandboxState


def dispatch_thread(state: SandboxState, event: ThreadEvent) -> GatewayEvent | None:
    """Return the gateway event, or None if the bot does not see the thread."""
    channel = event.thread
    if not state.permissions(state.guild_data.bot.id, channel) & Permission.VIEW_CHANNEL:
        return None
    if isinstance(event, ThreadDeleted):
        full = thread_objects.thread(state, channel)
        gone = {key: full[key] for key in ("id", "guild_id", "parent_id", "type")}
        return GatewayEvent("THREAD_DELETE", gone, Intent.GUILDS)
    if isinstance(event, ThreadMembership):
        return _membership(state, event)
    body = thread_objects.thread(state, channel)
    if isinstance(event, ThreadCreated):
        return GatewayEvent("THREAD_CREATE", body | ({"newly_created": True} if event.newly else {}), Intent.GUILDS)
    return GatewayEvent("THREAD_UPDATE", body, Intent.GUILDS)


def _membership(state: SandboxState, event: ThreadMembership) -> GatewayEvent | None:
    """Return an event if the member is the bot; other memberships need the privileged GUILD_MEMBERS intent."""
    full = thread_objects.thread(state, event.thread)
    if event.user_id != state.guild_data.bot.id:
        return None
    body: Payload = {key: full[key] for key in ("id", "guild_id", "member_count")}
    if "member" in full:
        body["added_members"] = [full["member"]]
    else:
        body["removed_member_ids"] = [str(event.user_id)]
    return GatewayEvent("THREAD_MEMBERS_UPDATE", body, Intent.GUILDS)
