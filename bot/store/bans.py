"""Bans: members who may not request pictures in a server."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from bot.store.database import Database


@dataclass(frozen=True, slots=True)
class Ban:
    """One ban. `until` is in seconds since 1970, or None if the ban holds until it is lifted."""

    user_id: int
    until: float | None
    reason: str


class Bans:
    """The bans in one database. `clock` returns the seconds since 1970."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock

    async def of(self, guild_id: int, user_id: int) -> Ban | None:
        """The ban of a member that holds now, if any."""
        return next((ban for ban in await self.all(guild_id) if ban.user_id == user_id), None)

    async def all(self, guild_id: int) -> list[Ban]:
        """All bans in a server that hold now."""
        rows = await self._database.fetch(
            "SELECT user_id, until, reason FROM ban WHERE guild_id = ? AND (until IS NULL OR until > ?)",
            (guild_id, self._clock()),
        )
        return [Ban(row["user_id"], row["until"], row["reason"]) for row in rows]

    async def set(self, guild_id: int, ban: Ban) -> None:
        """Adds a ban, or replaces the member's earlier one."""
        async with self._database.transaction() as connection:
            await connection.execute(
                "INSERT OR REPLACE INTO ban (guild_id, user_id, until, reason) VALUES (?, ?, ?, ?)",
                (guild_id, ban.user_id, ban.until, ban.reason),
            )

    async def lift(self, guild_id: int, user_id: int) -> bool:
        """Lifts a ban; returns False if the member was not banned."""
        held = await self.of(guild_id, user_id) is not None
        async with self._database.transaction() as connection:
            await connection.execute("DELETE FROM ban WHERE guild_id = ? AND user_id = ?", (guild_id, user_id))
        return held
