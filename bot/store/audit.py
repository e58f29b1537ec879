"""The audit log: one row for each action of a moderator. Rows are only appended."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from bot.store.database import Database


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One row of the audit log.

    Attributes:
        guild_id: The server. Only its moderators may read the row.
        actor_id: The moderator.
        action: One word, such as "ban".
        target_id: The member, job or channel that the action applied to.
        detail: A reason, a pattern or a number of jobs.
        at: Seconds since 1970.
    """

    guild_id: int
    actor_id: int
    action: str
    target_id: int | None
    detail: str
    at: float


class Audit:
    """The audit log in one database. `clock` returns the seconds since 1970."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock

    async def add(
        self, guild_id: int, actor_id: int, action: str, target_id: int | None = None, detail: str = ""
    ) -> AuditEntry:
        """Appends a row and returns it."""
        entry = AuditEntry(guild_id, actor_id, action, target_id, detail, self._clock())
        async with self._database.transaction() as connection:
            await connection.execute(
                "INSERT INTO audit (guild_id, actor_id, action, target_id, detail, at) VALUES (?, ?, ?, ?, ?, ?)",
                (entry.guild_id, entry.actor_id, entry.action, entry.target_id, entry.detail, entry.at),
            )
        return entry

    async def page(self, guild_id: int, page: int, size: int) -> list[AuditEntry]:
        """A server's rows, newest first; page 0 is the first."""
        rows = await self._database.fetch(
            "SELECT guild_id, actor_id, action, target_id, detail, at FROM audit WHERE guild_id = ?"
            " ORDER BY id DESC LIMIT ? OFFSET ?",
            (guild_id, size, page * size),
        )
        return [AuditEntry(*row) for row in rows]
