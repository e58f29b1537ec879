"""Archives, joins, leaves and deletes threads, and checks who may write in them.

`thread_service` starts and changes threads. https://discord.com/developers/docs/topics/threads
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.errors import thread_archived, thread_locked
from bot.sandbox.models.message_constants import HAS_THREAD
from bot.sandbox.models.permissions import Permission
from bot.sandbox.models.thread import PRIVATE_THREAD, ThreadMember
from bot.sandbox.state.events import ThreadCreated, ThreadDeleted, ThreadMembership, ThreadUpdated

if TYPE_CHECKING:
    from bot.sandbox.models.guild import Channel
    from bot.sandbox.state.sandbox_state import SandboxState


def can_manage(state: SandboxState, user_id: int, channel: Channel) -> bool:
    """Return whether a member has Manage Threads."""
    return bool(state.permissions(user_id, channel) & Permission.MANAGE_THREADS)


def auto_archive(state: SandboxState, channel: Channel) -> None:
    """Archive a thread that has been inactive for its auto-archive time.

    Discord uses a timer. The sandbox checks when the thread is next read; only THREAD_UPDATE comes later.
    """
    thread = channel.thread
    if thread is None or thread.archived:
        return
    posted = [m.timestamp for m in state.guild_data.messages.get(channel.id, {}).values() if m.ephemeral_for is None]
    if state.clock.time() - max(thread.archive_moved_at, *posted, 0) >= thread.auto_archive_minutes * 60:
        archive(state, channel, archived=True)
        publish_update(state, channel)


def require_active(channel: Channel) -> None:
    """Raise 50083 in an archived thread; only sending and deleting is possible there."""
    if channel.thread is not None and channel.thread.archived:
        raise thread_archived()


def require_unlocked(state: SandboxState, user_id: int, channel: Channel) -> None:
    """Raise 160005 in a locked thread, or 50083 if it is also archived, for members without Manage Threads.

    Discord documents that they cannot write or edit there, but not the code; the message of 160005 fits.
    """
    if channel.thread is not None and channel.thread.locked and not can_manage(state, user_id, channel):
        raise thread_archived() if channel.thread.archived else thread_locked()


def unarchive(state: SandboxState, channel: Channel) -> None:
    """Unarchive a thread in which a message is about to be sent."""
    if channel.thread is not None and channel.thread.archived:
        archive(state, channel, archived=False)
        publish_update(state, channel)


def archive(state: SandboxState, channel: Channel, *, archived: bool) -> None:
    """Archive or unarchive a thread, without publishing the change."""
    assert channel.thread is not None, "not a thread"  # noqa: S101  a programming error, not input
    channel.thread.archived = archived
    channel.thread.archive_moved_at = state.clock.time()


def publish_update(state: SandboxState, channel: Channel) -> None:
    """Store a changed thread and publish the change."""
    state.archive.put_thread(channel)
    state.events.publish(ThreadUpdated(channel))


def join(state: SandboxState, user_id: int, channel: Channel) -> None:
    """Add a user to a thread, or raise 50083 if it is archived."""
    thread = channel.thread
    require_active(channel)
    if thread is None or thread.joined(user_id) is not None:
        return
    thread.members.append(ThreadMember(user_id, state.clock.time()))
    state.archive.put_thread(channel)
    if channel.type == PRIVATE_THREAD:
        # the new member did not know of it
        state.events.publish(ThreadCreated(channel, newly=False))
    state.events.publish(ThreadMembership(channel, user_id))


def leave(state: SandboxState, user_id: int, channel: Channel) -> None:
    """Remove a user from a thread, or raise 50083 if it is archived."""
    thread = channel.thread
    require_active(channel)
    if thread is None or thread.joined(user_id) is None:
        return
    thread.members = [member for member in thread.members if member.user_id != user_id]
    state.archive.put_thread(channel)
    state.events.publish(ThreadMembership(channel, user_id))


def add_mentioned(state: SandboxState, channel: Channel, user_ids: list[int]) -> None:
    """Add those whom a message in a private thread mentions and who see its channel."""
    if channel.type != PRIVATE_THREAD:
        return
    parent = state.guild_data.root(channel)
    for user_id in user_ids:
        if user_id in state.guild_data.members and state.permissions(user_id, parent) & Permission.VIEW_CHANNEL:
            join(state, user_id, channel)


def delete(state: SandboxState, channel: Channel) -> None:
    """Delete a thread with its messages. The message from which it was started stays."""
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
