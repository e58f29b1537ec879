"""Who may not ask for pictures in a server, until when, and why."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from bot.store.database import Database


@dataclass(frozen=True, slots=True)
class Ban:
    """One ban. until: seconds since 1970, or None until it is lifted."""

    user_id: int
    until: float | None
    reason: str


class Bans:
    """The bans of one database."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock

    async def of(self, guild_id: int, user_id: int) -> Ban | None:
        """The ban that holds now, if any."""
        return next((ban for ban in await self.all(guild_id) if ban.user_id == user_id), None)

    async def all(self, guild_id: int) -> list[Ban]:
        """Every ban that holds now."""
        rows = await self._database.fetch(
            "SELECT user_id, until, reason FROM ban WHERE guild_id = ? AND (until IS NULL OR until > ?)",
            (guild_id, self._clock()),
        )
        return [Ban(row["user_id"], row["until"], row["reason"]) for row in rows]

    async def set(self, guild_id: int, ban: Ban) -> None:
        """Bans, or changes a ban."""
        async with self._database.transaction() as connection:
            await connection.execute(
                "INSERT OR REPLACE INTO ban (guild_id, user_id, until, reason) VALUES (?, ?, ?, ?)",
                (guild_id, ban.user_id, ban.until, ban.reason),
            )

    async def lift(self, guild_id: int, user_id: int) -> bool:
        """Lifts a ban; False if none held."""
        held = await self.of(guild_id, user_id) is not None
        async with self._database.transaction() as connection:
            await connection.execute("DELETE FROM ban WHERE guild_id = ? AND user_id = ?", (guild_id, user_id))
        return held
