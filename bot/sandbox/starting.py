"""Threads begin: from a message, or on their own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.sandbox import posting
from bot.sandbox.errors import system_message, thread_exists, wrong_channel_type
from bot.sandbox.events import MessageEdited, ThreadCreated, ThreadMembership
from bot.sandbox.permissions import Permission
from bot.sandbox.thread import Thread, ThreadMember
from bot.sandbox.threads import HAS_THREAD, STARTER
from bot.sandbox.world import Channel, Message

if TYPE_CHECKING:
    from bot.sandbox.realm import Realm

PUBLIC_THREAD, PRIVATE_THREAD = 11, 12
THREAD_CREATED = 18
# what Discord takes where a request does not say: three days
DEFAULT_MINUTES = 4320


@dataclass(frozen=True, slots=True)
class Beginning:
    """A checked request for a thread."""

    name: str
    auto_archive_minutes: int = DEFAULT_MINUTES
    slow_mode_s: int = 0


def from_message(realm: Realm, user_id: int, channel: Channel, message: Message, wanted: Beginning) -> Channel:
    """Begin a thread whose id is its message's.

    The thread's first message is one of type 21 that refers to that message. Discord may also write a message of type
    18 into the parent "when created from an older message", by a threshold that it does not publish; here it does not.

    Raises:
        DiscordError: 50001, 50013, 50024 in a thread, 50021 for a system message, 160004 if there is a thread already.
    """
    realm.require(user_id, channel, Permission.CREATE_PUBLIC_THREADS)
    if channel.thread is not None:
        raise wrong_channel_type()
    if message.type not in posting.ORDINARY:
        raise system_message()
    if message.id in realm.world.threads:
        raise thread_exists()
    thread = _begin(realm, message.id, user_id, channel, wanted)
    message.flags |= HAS_THREAD
    realm.archive.put_message(message)
    realm.events.publish(MessageEdited(message))
    starter = Message(
        id=realm.snowflakes.next(),
        channel_id=thread.id,
        author_id=message.author_id,
        timestamp=realm.clock.time(),
        type=STARTER,
        reference_id=message.id,
        reference_channel_id=channel.id,
    )
    posting.publish(realm, starter)
    return thread


def on_its_own(realm: Realm, user_id: int, channel: Channel, wanted: Beginning) -> Channel:
    """Begin a public thread without a message; the parent is told by a message of type 18 with the thread's name.

    Raises:
        DiscordError: 50001, 50013, or 50024 in a thread.
    """
    realm.require(user_id, channel, Permission.CREATE_PUBLIC_THREADS)
    if channel.thread is not None:
        raise wrong_channel_type()
    thread = _begin(realm, realm.snowflakes.next(), user_id, channel, wanted)
    notice = Message(
        id=realm.snowflakes.next(),
        channel_id=channel.id,
        author_id=user_id,
        timestamp=realm.clock.time(),
        content=thread.name,
        type=THREAD_CREATED,
        reference_channel_id=thread.id,
    )
    posting.publish(realm, notice)
    return thread


def _begin(realm: Realm, thread_id: int, user_id: int, parent: Channel, wanted: Beginning) -> Channel:
    now = realm.clock.time()
    thread = Channel(
        id=thread_id,
        name=wanted.name,
        type=PUBLIC_THREAD,
        parent_id=parent.id,
        thread=Thread(
            owner_id=user_id,
            created_at=now,
            archive_moved_at=now,
            auto_archive_minutes=wanted.auto_archive_minutes,
            slow_mode_s=wanted.slow_mode_s,
            members=[ThreadMember(user_id, now)],
        ),
    )
    realm.world.threads[thread.id] = thread
    realm.archive.put_thread(thread)
    realm.events.publish(ThreadCreated(thread))
    realm.events.publish(ThreadMembership(thread, user_id))
    return thread
