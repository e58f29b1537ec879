"""Somebody changes a thread: its name, and whether it is archived or locked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.sandbox import posting, threads
from bot.sandbox.errors import missing_permissions, thread_archived, thread_locked
from bot.sandbox.permissions import to_write
from bot.sandbox.world import Message

if TYPE_CHECKING:
    from bot.sandbox.realm import Realm
    from bot.sandbox.world import Channel


@dataclass(frozen=True, slots=True)
class Change:
    """What is to be different about a thread; None where it stays."""

    name: str | None = None
    archived: bool | None = None
    locked: bool | None = None
    auto_archive_minutes: int | None = None
    slow_mode_s: int | None = None


def change(realm: Realm, user_id: int, channel: Channel, wanted: Change) -> None:
    """Change a thread as a member asks.

    Raises:
        DiscordError: 50013 without the right, 50083 for an archived thread that is to stay so.
    """
    thread = channel.thread
    assert thread is not None, "only threads are changed"  # noqa: S101  a programming error, not input
    moderates = threads.manages(realm, user_id, channel)
    if thread.archived and wanted.archived is not False:
        raise thread_archived()
    if thread.locked and not thread.archived and not moderates:
        raise thread_locked()
    if (
        thread.archived
        and not moderates
        and (thread.locked or not realm.permissions(user_id, channel) & to_write(channel))
    ):
        # who may write may wake it, unless a moderator has locked it
        raise missing_permissions()
    owned = (wanted.name, wanted.auto_archive_minutes, wanted.archived or None)
    if any(field is not None for field in owned) and not moderates and thread.owner_id != user_id:
        raise missing_permissions()
    if (wanted.locked is not None or wanted.slow_mode_s is not None) and not moderates:
        raise missing_permissions()
    if wanted.archived is not None and wanted.archived != thread.archived:
        threads.archive(realm, channel, archived=wanted.archived)
    renamed = wanted.name is not None and wanted.name != channel.name
    if wanted.name is not None:
        channel.name = wanted.name
    if wanted.auto_archive_minutes is not None:
        thread.auto_archive_minutes = wanted.auto_archive_minutes
        thread.archive_moved_at = realm.clock.time()
    if wanted.locked is not None:
        thread.locked = wanted.locked
    if wanted.slow_mode_s is not None:
        thread.slow_mode_s = wanted.slow_mode_s
    threads.tell(realm, channel)
    if renamed:
        _say_new_name(realm, user_id, channel)


def _say_new_name(realm: Realm, user_id: int, channel: Channel) -> None:
    notice = Message(
        id=realm.snowflakes.next(),
        channel_id=channel.id,
        author_id=user_id,
        timestamp=realm.clock.time(),
        content=channel.name,
        type=posting.NAME_CHANGE,
    )
    posting.publish(realm, notice)
