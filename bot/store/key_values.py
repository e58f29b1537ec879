"""Rows of `key_value`: single facts that the bot remembers about itself."""

from bot.store.database import Database


class KeyValueStore:
    """Named texts."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, name: str) -> str | None:
        """The text, if it was ever set."""
        rows = await self._database.fetch("SELECT value FROM key_value WHERE name = ?", (name,))
        return rows[0]["value"] if rows else None

    async def set(self, name: str, value: str) -> None:
        """Replaces it."""
        async with self._database.transaction() as connection:
            await connection.execute("INSERT OR REPLACE INTO key_value (name, value) VALUES (?, ?)", (name, value))
