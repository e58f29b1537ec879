"""Which gateway event becomes of what happens to a thread. All need the intent for guilds, as channels do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox import wire_thread
from bot.sandbox.events import ThreadCreated, ThreadDeleted, ThreadMembership
from bot.sandbox.gateway.intents import Intent
from bot.sandbox.gateway.told import Dispatch
from bot.sandbox.permissions import Permission

if TYPE_CHECKING:
    from bot.sandbox.events import AboutThread
    from bot.sandbox.payload import Payload
    from bot.sandbox.realm import Realm


def dispatch_thread(realm: Realm, event: AboutThread) -> Dispatch | None:
    """Return what the bot is told, or None if it does not see the thread."""
    where = event.thread
    if not realm.permissions(realm.world.bot.id, where) & Permission.VIEW_CHANNEL:
        return None
    if isinstance(event, ThreadDeleted):
        full = wire_thread.thread(realm, where)
        gone = {key: full[key] for key in ("id", "guild_id", "parent_id", "type")}
        return Dispatch("THREAD_DELETE", gone, Intent.GUILDS)
    if isinstance(event, ThreadMembership):
        return _membership(realm, event)
    body = wire_thread.thread(realm, where)
    if isinstance(event, ThreadCreated):
        return Dispatch("THREAD_CREATE", body | {"newly_created": True}, Intent.GUILDS)
    return Dispatch("THREAD_UPDATE", body, Intent.GUILDS)


def _membership(realm: Realm, event: ThreadMembership) -> Dispatch | None:
    """Tell the bot of itself only: others' memberships need the privileged intent for members."""
    full = wire_thread.thread(realm, event.thread)
    if event.user_id != realm.world.bot.id:
        return None
    body: Payload = {key: full[key] for key in ("id", "guild_id", "member_count")}
    if "member" in full:
        body["added_members"] = [full["member"] | {"presence": None, "member": None}]
    else:
        body["removed_member_ids"] = [str(event.user_id)]
    return Dispatch("THREAD_MEMBERS_UPDATE", body, Intent.GUILDS)
