"""Patterns that a server's moderators have blocked; what they match is `bot.community.blocklist`'s to say."""

from bot.store.database import Database


class Blocked:
    """The patterns of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, guild_id: int) -> list[str]:
        """A server's, in order."""
        rows = await self._database.fetch(
            "SELECT pattern FROM blocked WHERE guild_id = ? ORDER BY pattern", (guild_id,)
        )
        return [row["pattern"] for row in rows]

    async def add(self, guild_id: int, pattern: str) -> bool:
        """Adds one; False if it was there."""
        async with self._database.transaction() as connection:
            cursor = await connection.execute(
                "INSERT OR IGNORE INTO blocked (guild_id, pattern) VALUES (?, ?)", (guild_id, pattern)
            )
            return cursor.rowcount == 1

    async def remove(self, guild_id: int, pattern: str) -> bool:
        """Removes one; False if it was not there."""
        async with self._database.transaction() as connection:
            cursor = await connection.execute(
                "DELETE FROM blocked WHERE guild_id = ? AND pattern = ?", (guild_id, pattern)
            )
            return cursor.rowcount == 1
