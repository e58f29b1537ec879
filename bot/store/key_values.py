"""Single values that the bot keeps about itself, such as the digest of its registered commands."""

from bot.store.database import Database


class KeyValueStore:
    """Texts by name in one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, name: str) -> str | None:
        """The text, or None if it was never set."""
        rows = await self._database.fetch("SELECT value FROM key_value WHERE name = ?", (name,))
        return rows[0]["value"] if rows else None

    async def set(self, name: str, value: str) -> None:
        """Sets or replaces the text."""
        async with self._database.transaction() as connection:
            await connection.execute("INSERT OR REPLACE INTO key_value (name, value) VALUES (?, ?)", (name, value))
