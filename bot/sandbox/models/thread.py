"""The data of a thread beyond that of a channel."""

from __future__ import annotations

from dataclasses import dataclass, field

ANNOUNCEMENT_THREAD, PUBLIC_THREAD, PRIVATE_THREAD = 10, 11, 12


@dataclass(slots=True)
class ThreadMember:
    """A member of a thread, and when they joined, in seconds since the Unix epoch."""

    user_id: int
    joined_at: float


@dataclass(slots=True)
class Thread:
    """A thread. `archive_moved_at` is when it was last created, archived or unarchived.

    `sent` counts every message that was sent in it, including deleted ones.
    `tags` are the ids of a forum post's tags.
    `invitable` is whether any member of a private thread can add others.
    """

    owner_id: int
    created_at: float
    archive_moved_at: float
    auto_archive_minutes: int
    archived: bool = False
    locked: bool = False
    slow_mode_s: int = 0
    invitable: bool = True
    sent: int = 0
    tags: list[int] = field(default_factory=list)
    members: list[ThreadMember] = field(default_factory=list)

    def joined(self, user_id: int) -> ThreadMember | None:
        """Return a member of the thread, or None."""
        return next((member for member in self.members if member.user_id == user_id), None)
