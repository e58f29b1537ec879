"""Threads live: they fall asleep and are woken, are joined, left and deleted, and say who may write in them.

How one begins is in `starting`, how somebody changes one in `changing`. https://discord.com/developers/docs/topics/threads
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.errors import thread_archived, thread_locked
from bot.sandbox.events import ThreadDeleted, ThreadMembership, ThreadUpdated
from bot.sandbox.permissions import Permission
from bot.sandbox.thread import ThreadMember

if TYPE_CHECKING:
    from bot.sandbox.realm import Realm
    from bot.sandbox.world import Channel

STARTER = 21
# a message in the parent whose thread there is
HAS_THREAD = 1 << 5


def manages(realm: Realm, user_id: int, channel: Channel) -> bool:
    """Tell whether a member may do in a thread what moderators may."""
    return bool(realm.permissions(user_id, channel) & Permission.MANAGE_THREADS)


def settle(realm: Realm, channel: Channel) -> None:
    """Archive a thread in which nothing has happened for as long as it asks.

    Discord does so by a timer of its own; here it is noticed when somebody next looks, which nobody can tell apart but
    by the moment of THREAD_UPDATE.
    """
    thread = channel.thread
    if thread is None or thread.archived:
        return
    posted = [m.timestamp for m in realm.world.messages.get(channel.id, {}).values() if m.ephemeral_for is None]
    if realm.clock.time() - max(thread.archive_moved_at, *posted, 0) >= thread.auto_archive_minutes * 60:
        archive(realm, channel, archived=True)
        tell(realm, channel)


def require_active(channel: Channel) -> None:
    """Raise 50083 in an archived thread, in which nothing but sending and deleting is possible."""
    if channel.thread is not None and channel.thread.archived:
        raise thread_archived()


def require_unlocked(realm: Realm, user_id: int, channel: Channel) -> None:
    """Raise 160005 in a locked thread for those who may not manage threads.

    Discord documents that they cannot write or edit there, not the code; 160005 is the one that says so by its words.
    """
    if channel.thread is not None and channel.thread.locked and not manages(realm, user_id, channel):
        raise thread_archived() if channel.thread.archived else thread_locked()


def wake(realm: Realm, channel: Channel) -> None:
    """Unarchive a thread because a message is about to be sent in it."""
    if channel.thread is not None and channel.thread.archived:
        archive(realm, channel, archived=False)
        tell(realm, channel)


def archive(realm: Realm, channel: Channel, *, archived: bool) -> None:
    """Put a thread to sleep, or wake it; `tell` says so."""
    assert channel.thread is not None, "only threads are archived"  # noqa: S101  a programming error, not input
    channel.thread.archived = archived
    channel.thread.archive_moved_at = realm.clock.time()


def tell(realm: Realm, channel: Channel) -> None:
    """Keep a thread as it now is, and say that it changed."""
    realm.archive.put_thread(channel)
    realm.events.publish(ThreadUpdated(channel))


def join(realm: Realm, user_id: int, channel: Channel) -> None:
    """Make somebody a member of a thread; who is one already stays one."""
    thread = channel.thread
    require_active(channel)
    if thread is None or thread.joined(user_id) is not None:
        return
    thread.members.append(ThreadMember(user_id, realm.clock.time()))
    realm.archive.put_thread(channel)
    realm.events.publish(ThreadMembership(channel, user_id))


def leave(realm: Realm, user_id: int, channel: Channel) -> None:
    """End somebody's membership in a thread."""
    thread = channel.thread
    require_active(channel)
    if thread is None or thread.joined(user_id) is None:
        return
    thread.members = [member for member in thread.members if member.user_id != user_id]
    realm.archive.put_thread(channel)
    realm.events.publish(ThreadMembership(channel, user_id))


def delete(realm: Realm, channel: Channel) -> None:
    """Delete a thread with its messages; the message from which it was begun stays, without it."""
    for message in realm.world.messages.pop(channel.id, {}).values():
        realm.archive.drop_message(message)
    del realm.world.threads[channel.id]
    realm.archive.drop_thread(channel)
    if channel.parent_id is not None:
        origin = realm.world.message(channel.parent_id, channel.id)
        if origin is not None:
            origin.flags &= ~HAS_THREAD
            realm.archive.put_message(origin)
    realm.events.publish(ThreadDeleted(channel))
