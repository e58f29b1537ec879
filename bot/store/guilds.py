"""Settings of each server: one row each, cached in memory so that reading them needs no query."""

from bot.community.guild_settings import GuildSettings
from bot.store.database import Database


class Guilds:
    """Settings of the servers in one database. Call `load` once before use; no other process may change them."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: dict[int, GuildSettings] = {}

    async def load(self) -> None:
        """Fills the cache."""
        rows = await self._database.fetch("SELECT guild_id, settings FROM guild")
        self._known = {row["guild_id"]: GuildSettings.from_json(row["settings"]) for row in rows}

    def of(self, guild_id: int) -> GuildSettings:
        """A server's settings; all defaults if it has set none."""
        return self._known.get(guild_id, GuildSettings())

    def paused(self) -> frozenset[int]:
        """Ids of the servers that are paused."""
        return frozenset(guild_id for guild_id, settings in self._known.items() if settings.paused is not None)

    async def set(self, guild_id: int, settings: GuildSettings) -> None:
        """Replaces a server's settings."""
        async with self._database.transaction() as connection:
            await connection.execute(
                "INSERT OR REPLACE INTO guild (guild_id, settings) VALUES (?, ?)", (guild_id, settings.to_json())
            )
        self._known[guild_id] = settings
