"""Blocked patterns of each server. `bot.community.blocklist` does the matching."""

from bot.store.database import Database


class Blocked:
    """The blocked patterns in one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, guild_id: int) -> list[str]:
        """A server's patterns, sorted."""
        rows = await self._database.fetch(
            "SELECT pattern FROM blocked WHERE guild_id = ? ORDER BY pattern", (guild_id,)
        )
        return [row["pattern"] for row in rows]

    async def add(self, guild_id: int, pattern: str) -> bool:
        """Adds a pattern; returns False if it was blocked already."""
        async with self._database.transaction() as connection:
            cursor = await connection.execute(
                "INSERT OR IGNORE INTO blocked (guild_id, pattern) VALUES (?, ?)", (guild_id, pattern)
            )
            return cursor.rowcount == 1

    async def remove(self, guild_id: int, pattern: str) -> bool:
        """Removes a pattern; returns False if it was not blocked."""
        async with self._database.transaction() as connection:
            cursor = await connection.execute(
                "DELETE FROM blocked WHERE guild_id = ? AND pattern = ?", (guild_id, pattern)
            )
            return cursor.rowcount == 1
