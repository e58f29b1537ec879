"""Archiving, joining, leaving and deleting threads, and who may write in them.

`thread_service` starts and changes threads. https://discord.com/developers/docs/topics/threads
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.errors import thread_archived, thread_locked
from bot.sandbox.models.permissions import Permission
from bot.sandbox.models.thread import HAS_THREAD, ThreadMember
from bot.sandbox.state.events import ThreadDeleted, ThreadMembership, ThreadUpdated

if TYPE_CHECKING:
    from bot.sandbox.models.guild import Channel
    from bot.sandbox.state.sandbox_state import SandboxState


def can_manage(state: SandboxState, user_id: int, channel: Channel) -> bool:
    """Tell whether a member may do in a thread what moderators may."""
    return bool(state.permissions(user_id, channel) & Permission.MANAGE_THREADS)


def auto_archive(state: SandboxState, channel: Channel) -> None:
    """Archive a thread in which nothing has happened for as long as it asks.

    Discord does so by a timer of its own; here it is noticed when somebody next looks, which nobody can tell apart but
    by the moment of THREAD_UPDATE.
    """
    thread = channel.thread
    if thread is None or thread.archived:
        return
    posted = [m.timestamp for m in state.guild_data.messages.get(channel.id, {}).values() if m.ephemeral_for is None]
    if state.clock.time() - max(thread.archive_moved_at, *posted, 0) >= thread.auto_archive_minutes * 60:
        archive(state, channel, archived=True)
        publish_update(state, channel)


def require_active(channel: Channel) -> None:
    """Raise 50083 in an archived thread, in which nothing but sending and deleting is possible."""
    if channel.thread is not None and channel.thread.archived:
        raise thread_archived()


def require_unlocked(state: SandboxState, user_id: int, channel: Channel) -> None:
    """Raise 160005 in a locked thread for those who may not manage threads.

    Discord documents that they cannot write or edit there, not the code; 160005 is the one that says so by its words.
    """
    if channel.thread is not None and channel.thread.locked and not can_manage(state, user_id, channel):
        raise thread_archived() if channel.thread.archived else thread_locked()


def unarchive(state: SandboxState, channel: Channel) -> None:
    """Unarchive a thread because a message is about to be sent in it."""
    if channel.thread is not None and channel.thread.archived:
        archive(state, channel, archived=False)
        publish_update(state, channel)


def archive(state: SandboxState, channel: Channel, *, archived: bool) -> None:
    """Archive or unarchive a thread; `publish_update` publishes it."""
    assert channel.thread is not None, "only threads are archived"  # noqa: S101  a programming error, not input
    channel.thread.archived = archived
    channel.thread.archive_moved_at = state.clock.time()


def publish_update(state: SandboxState, channel: Channel) -> None:
    """Keep a thread as it now is, and publish that it changed."""
    state.archive.put_thread(channel)
    state.events.publish(ThreadUpdated(channel))


def join(state: SandboxState, user_id: int, channel: Channel) -> None:
    """Make somebody a member of a thread; who is one already stays one."""
    thread = channel.thread
    require_active(channel)
    if thread is None or thread.joined(user_id) is not None:
        return
    thread.members.append(ThreadMember(user_id, state.clock.time()))
    state.archive.put_thread(channel)
    state.events.publish(ThreadMembership(channel, user_id))


def leave(state: SandboxState, user_id: int, channel: Channel) -> None:
    """End somebody's membership in a thread."""
    thread = channel.thread
    require_active(channel)
    if thread is None or thread.joined(user_id) is None:
        return
    thread.members = [member for member in thread.members if member.user_id != user_id]
    state.archive.put_thread(channel)
    state.events.publish(ThreadMembership(channel, user_id))


def delete(state: SandboxState, channel: Channel) -> None:
    """Delete a thread with its messages; the message from which it was begun stays, without it."""
    for message in state.guild_data.messages.pop(channel.id, {}).values():
        state.archive.drop_message(message)
    del state.guild_data.threads[channel.id]
    state.archive.drop_thread(channel)
    if channel.parent_id is not None:
        origin = state.guild_data.message(channel.parent_id, channel.id)
        if origin is not None:
            origin.flags &= ~HAS_THREAD
            state.archive.put_message(origin)
    state.events.publish(ThreadDeleted(channel))
