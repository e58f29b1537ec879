"""How threads look in Discord's JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.clock import timestamp
from bot.sandbox.threads import STARTER

if TYPE_CHECKING:
    from bot.sandbox.payload import Payload
    from bot.sandbox.realm import Realm
    from bot.sandbox.thread import ThreadMember
    from bot.sandbox.world import Channel

# Discord stops counting there
MOST_COUNTED_MEMBERS = 50


def thread(realm: Realm, where: Channel) -> Payload:
    """Return a thread as a channel object, with the bot's membership if it has joined."""
    assert where.thread is not None, "a thread is wanted"  # noqa: S101  a programming error, not input
    kept = where.thread
    posted = [m for m in realm.world.messages.get(where.id, {}).values() if m.ephemeral_for is None]
    body: Payload = {
        "id": str(where.id),
        "type": where.type,
        "guild_id": str(realm.world.guild.id),
        "parent_id": str(where.parent_id),
        "owner_id": str(kept.owner_id),
        "name": where.name,
        "flags": 0,
        "last_message_id": str(posted[-1].id) if posted else None,
        "last_pin_timestamp": None,
        "rate_limit_per_user": kept.slow_mode_s,
        "message_count": sum(m.type != STARTER for m in posted),
        "total_message_sent": kept.sent,
        "member_count": min(len(kept.members), MOST_COUNTED_MEMBERS),
        "thread_metadata": {
            "archived": kept.archived,
            "archive_timestamp": timestamp(kept.archive_moved_at),
            "auto_archive_duration": kept.auto_archive_minutes,
            "locked": kept.locked,
            "create_timestamp": timestamp(kept.created_at),
        },
    }
    mine = kept.joined(realm.world.bot.id)
    if mine is not None:
        body["member"] = member(where, mine)
    return body


def member(where: Channel, entry: ThreadMember) -> Payload:
    """Return a thread member object."""
    return {
        "id": str(where.id),
        "user_id": str(entry.user_id),
        "join_timestamp": timestamp(entry.joined_at),
        "flags": 0,
        "muted": False,
        "mute_config": None,
    }


def in_guild_create(realm: Realm, where: Channel) -> Payload:
    """Return a thread as GUILD_CREATE carries it: the membership says neither whose nor where."""
    body = thread(realm, where)
    if "member" in body:
        body["member"] = {key: value for key, value in body["member"].items() if key not in ("id", "user_id")}
    return body
