"""Discord's JSON objects for threads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.clock import timestamp
from bot.sandbox.models.message_constants import MessageType
from bot.sandbox.models.thread import PRIVATE_THREAD

if TYPE_CHECKING:
    from bot.sandbox.models.guild import Channel
    from bot.sandbox.models.payload import Payload
    from bot.sandbox.models.thread import ThreadMember
    from bot.sandbox.state.sandbox_state import SandboxState

# the largest member_count that Discord reports
MAX_MEMBER_COUNT = 50


def thread(state: SandboxState, source: Channel) -> Payload:
    """Return a thread as a channel object, with the bot's membership if it has joined."""
    assert source.thread is not None, "not a thread"  # noqa: S101  a programming error, not input
    data = source.thread
    posted = [m for m in state.guild_data.messages.get(source.id, {}).values() if m.ephemeral_for is None]
    body: Payload = {
        "id": str(source.id),
        "type": source.type,
        "guild_id": str(state.guild_data.guild.id),
        "parent_id": str(source.parent_id),
        "owner_id": str(data.owner_id),
        "name": source.name,
        "flags": source.flags,
        "last_message_id": str(posted[-1].id) if posted else None,
        "last_pin_timestamp": None,
        "rate_limit_per_user": data.slow_mode_s,
        "message_count": sum(m.type != MessageType.THREAD_STARTER_MESSAGE for m in posted),
        "total_message_sent": data.sent,
        "member_count": min(len(data.members), MAX_MEMBER_COUNT),
        "thread_metadata": {
            "archived": data.archived,
            "archive_timestamp": timestamp(data.archive_moved_at),
            "auto_archive_duration": data.auto_archive_minutes,
            "locked": data.locked,
            "create_timestamp": timestamp(data.created_at),
        },
    }
    if source.type == PRIVATE_THREAD:
        body["thread_metadata"]["invitable"] = data.invitable
    if data.tags:
        body["applied_tags"] = [str(tag) for tag in data.tags]
    mine = data.joined(state.guild_data.bot.id)
    if mine is not None:
        body["member"] = member(source, mine)
    return body


def member(source: Channel, entry: ThreadMember) -> Payload:
    """Return a thread member object."""
    return {
        "id": str(source.id),
        "user_id": str(entry.user_id),
        "join_timestamp": timestamp(entry.joined_at),
        "flags": 0,
        "muted": False,
        "mute_config": None,
    }


def in_guild_create(state: SandboxState, source: Channel) -> Payload:
    """Return a thread as in GUILD_CREATE: its member has no id and no user_id."""
    body = thread(state, source)
    if "member" in body:
        body["member"] = {key: value for key, value in body["member"].items() if key not in ("id", "user_id")}
    return body
