"""What servers decide: one row each, kept in memory too, so that whoever paints a message need not wait."""

from bot.community.guild_settings import GuildSettings
from bot.store.database import Database


class Guilds:
    """The servers of one database, which this process alone changes. `load` it once before use."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: dict[int, GuildSettings] = {}

    async def load(self) -> None:
        """Reads every row."""
        rows = await self._database.fetch("SELECT guild_id, settings FROM guild")
        self._known = {row["guild_id"]: GuildSettings.from_json(row["settings"]) for row in rows}

    def of(self, guild_id: int) -> GuildSettings:
        """A server's decisions; where it made none, the host's defaults hold."""
        return self._known.get(guild_id, GuildSettings())

    def paused(self) -> frozenset[int]:
        """Servers whose jobs wait."""
        return frozenset(guild_id for guild_id, settings in self._known.items() if settings.paused is not None)

    async def set(self, guild_id: int, settings: GuildSettings) -> None:
        """Replaces a server's decisions."""
        async with self._database.transaction() as connection:
            await connection.execute(
                "INSERT OR REPLACE INTO guild (guild_id, settings) VALUES (?, ?)", (guild_id, settings.to_json())
            )
        self._known[guild_id] = settings
