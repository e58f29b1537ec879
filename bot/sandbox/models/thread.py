"""What makes a channel a thread, as it is kept. `thread_lifecycle` changes it."""

from __future__ import annotations

from dataclasses import dataclass, field

STARTER = 21
# a message in the parent whose thread there is
HAS_THREAD = 1 << 5


@dataclass(slots=True)
class ThreadMember:
    """Somebody who has joined a thread, and when."""

    user_id: int
    joined_at: float


@dataclass(slots=True)
class Thread:
    """What a thread is beyond a channel. `archive_moved_at` is when it last was begun, archived or unarchived.

    `sent` counts every message that was ever sent in it, deleted ones too.
    """

    owner_id: int
    created_at: float
    archive_moved_at: float
    auto_archive_minutes: int
    archived: bool = False
    locked: bool = False
    slow_mode_s: int = 0
    sent: int = 0
    members: list[ThreadMember] = field(default_factory=list)

    def joined(self, user_id: int) -> ThreadMember | None:
        """Return a member of the thread, or None."""
        return next((member for member in self.members if member.user_id == user_id), None)
