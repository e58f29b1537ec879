"""Styles: words for prompts that a user saved under a name."""

from bot.store.database import Database


class Styles:
    """The styles in one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, owner_id: int) -> dict[str, str]:
        """A user's styles: words by name, sorted by name."""
        rows = await self._database.fetch("SELECT name, words FROM style WHERE owner_id = ? ORDER BY name", (owner_id,))
        return {row["name"]: row["words"] for row in rows}

    async def save(self, owner_id: int, name: str, words: str) -> None:
        """Adds a style, or replaces the user's style with that name."""
        async with self._database.transaction() as connection:
            await connection.execute(
                "INSERT OR REPLACE INTO style (owner_id, name, words) VALUES (?, ?, ?)", (owner_id, name, words)
            )

    async def delete(self, owner_id: int, name: str) -> bool:
        """Deletes a style; returns False if there was none."""
        async with self._database.transaction() as connection:
            cursor = await connection.execute("DELETE FROM style WHERE owner_id = ? AND name = ?", (owner_id, name))
            return cursor.rowcount == 1
