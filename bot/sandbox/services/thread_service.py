"""Starts threads, from a message or without one, and changes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.errors import (
    missing_permissions,
    system_message,
    thread_archived,
    thread_exists,
    thread_locked,
    wrong_channel_type,
)
from bot.sandbox.models.guild import Channel, Message
from bot.sandbox.models.message_constants import HAS_THREAD, WRITTEN, MessageType
from bot.sandbox.models.permissions import Permission, to_write
from bot.sandbox.models.thread import ANNOUNCEMENT_THREAD, PRIVATE_THREAD, Thread, ThreadMember
from bot.sandbox.services import message_service, thread_lifecycle
from bot.sandbox.services.forum_tags import known_tags
from bot.sandbox.state.events import MessageEdited, ThreadCreated, ThreadMembership
from bot.sandbox.validate.thread import PINNED

if TYPE_CHECKING:
    from bot.sandbox.state.sandbox_state import SandboxState
    from bot.sandbox.validate.thread import NewThread, ThreadUpdate


ANNOUNCEMENT = 5
# a text or an announcement channel; forums have posts
WITH_THREADS = (0, ANNOUNCEMENT)


def start_from_message(
    state: SandboxState, user_id: int, channel: Channel, message: Message, wanted: NewThread
) -> Channel:
    """Start a thread from a message; the thread has the id of the message.

    The thread's first message has type 21 and refers to that message. Discord also posts a message of type 18 in the
    parent "when created from an older message", with an unpublished threshold; the sandbox does not.

    Raises:
        DiscordError: 50001, 50013, 50024 in a thread, 50021 for a system message, 160004 if the message has a thread.
    """
    state.require(user_id, channel, Permission.CREATE_PUBLIC_THREADS)
    if channel.type not in WITH_THREADS:
        raise wrong_channel_type()
    if message.type not in WRITTEN:
        raise system_message()
    if message.id in state.guild_data.threads:
        raise thread_exists()
    thread = start(state, message.id, user_id, channel, wanted)
    message.flags |= HAS_THREAD
    state.archive.put_message(message)
    state.events.publish(MessageEdited(message))
    starter = Message(
        id=state.snowflakes.next(),
        channel_id=thread.id,
        author_id=message.author_id,
        timestamp=state.clock.time(),
        type=MessageType.THREAD_STARTER_MESSAGE,
        reference_id=message.id,
        reference_channel_id=channel.id,
    )
    message_service.publish(state, starter)
    return thread


def start_without_message(state: SandboxState, user_id: int, channel: Channel, wanted: NewThread) -> Channel:
    """Start a thread without a message. If it is public, a message of type 18 with its name is posted in the parent.

    Raises:
        DiscordError: 50001, 50013, or 50024 in a thread.
    """
    private = wanted.kind == PRIVATE_THREAD
    state.require(user_id, channel, Permission.CREATE_PRIVATE_THREADS if private else Permission.CREATE_PUBLIC_THREADS)
    if channel.type not in WITH_THREADS or (private and channel.type == ANNOUNCEMENT):
        raise wrong_channel_type()
    thread = start(state, state.snowflakes.next(), user_id, channel, wanted)
    if private:
        return thread
    notice = Message(
        id=state.snowflakes.next(),
        channel_id=channel.id,
        author_id=user_id,
        timestamp=state.clock.time(),
        content=thread.name,
        type=MessageType.THREAD_CREATED,
        reference_channel_id=thread.id,
    )
    message_service.publish(state, notice)
    return thread


def start(state: SandboxState, thread_id: int, user_id: int, parent: Channel, wanted: NewThread) -> Channel:
    """Add a thread with its first member, without any message and any check. A webhook is no member of its own."""
    now = state.clock.time()
    joins = user_id in state.guild_data.members
    thread = Channel(
        id=thread_id,
        name=wanted.name,
        type=ANNOUNCEMENT_THREAD if parent.type == ANNOUNCEMENT else wanted.kind,
        parent_id=parent.id,
        thread=Thread(
            owner_id=user_id,
            created_at=now,
            archive_moved_at=now,
            auto_archive_minutes=wanted.auto_archive_minutes,
            slow_mode_s=wanted.slow_mode_s or parent.typed.get("default_thread_rate_limit_per_user", 0),
            invitable=wanted.invitable,
            tags=list(wanted.tags),
            members=[ThreadMember(user_id, now)] if joins else [],
        ),
    )
    state.guild_data.threads[thread.id] = thread
    state.archive.put_thread(thread)
    state.events.publish(ThreadCreated(thread))
    if joins:
        state.events.publish(ThreadMembership(thread, user_id))
    return thread


def update_thread(state: SandboxState, user_id: int, channel: Channel, wanted: ThreadUpdate) -> None:
    """Change a thread on behalf of a member or the bot.

    Raises:
        DiscordError: 50013 without the permission, 50083 for an archived thread that the update does not unarchive,
            160005 for a locked thread.
    """
    thread = channel.thread
    assert thread is not None, "not a thread"  # noqa: S101  a programming error, not input
    moderates = thread_lifecycle.can_manage(state, user_id, channel)
    if thread.archived and wanted.archived is not False:
        raise thread_archived()
    if thread.locked and not thread.archived and not moderates:
        raise thread_locked()
    if (
        thread.archived
        and not moderates
        and (thread.locked or not state.permissions(user_id, channel) & to_write(channel))
    ):
        # unarchiving needs only the permission to write, unless the thread is locked
        raise missing_permissions()
    owned = (wanted.name, wanted.auto_archive_minutes, wanted.archived or None, wanted.tags)
    if any(field is not None for field in owned) and not moderates and thread.owner_id != user_id:
        raise missing_permissions()
    owned_privately = wanted.invitable is None or thread.owner_id == user_id
    limited = (wanted.locked, wanted.slow_mode_s, wanted.pinned)
    if not moderates and not (owned_privately and all(field is None for field in limited)):
        raise missing_permissions()
    if wanted.tags is not None:
        thread.tags = known_tags(state, user_id, state.guild_data.root(channel), wanted.tags)
    renamed = wanted.name is not None and wanted.name != channel.name
    _apply(state, channel, thread, wanted)
    thread_lifecycle.publish_update(state, channel)
    if renamed:
        _post_name_change(state, user_id, channel)


def _apply(state: SandboxState, channel: Channel, thread: Thread, wanted: ThreadUpdate) -> None:
    if wanted.pinned is not None:
        channel.flags = PINNED if wanted.pinned else 0
    if wanted.archived is not None and wanted.archived != thread.archived:
        thread_lifecycle.archive(state, channel, archived=wanted.archived)
    if wanted.name is not None:
        channel.name = wanted.name
    if wanted.auto_archive_minutes is not None:
        thread.auto_archive_minutes = wanted.auto_archive_minutes
        thread.archive_moved_at = state.clock.time()
    if wanted.locked is not None:
        thread.locked = wanted.locked
    if wanted.invitable is not None:
        thread.invitable = wanted.invitable
    if wanted.slow_mode_s is not None:
        thread.slow_mode_s = wanted.slow_mode_s


def _post_name_change(state: SandboxState, user_id: int, channel: Channel) -> None:
    notice = Message(
        id=state.snowflakes.next(),
        channel_id=channel.id,
        author_id=user_id,
        timestamp=state.clock.time(),
        content=channel.name,
        type=MessageType.CHANNEL_NAME_CHANGE,
    )
    message_service.publish(state, notice)
