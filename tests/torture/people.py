"""Many people in one sandbox, who ask without looking at the whole page each time."""

import time

from bot.sandbox.models import snowflake
from bot.sandbox.models.guild import GuildData, Member, User
from bot.sandbox.models.seed import default_guild
from tests.sandbox.person import Person

DAY_S = 86400.0


def crowded_guild(people: int) -> GuildData:
    """The sandbox's guild with so many more members, "P0" and so on."""
    now = time.time()
    guild = default_guild(now)
    for number in range(people):
        user = User(snowflake.at(now - 900 * DAY_S, number), f"p{number}", f"P{number}", avatar=f"a{number % 6}")
        guild.members[user.id] = Member(user, [], joined_at=now - 800 * DAY_S)
    return guild


class QuickPerson(Person):
    """A person who remembers the ids of commands, which do not change while a sandbox runs."""

    def __init__(self, page_url: str, name: str, known: dict[str, str]) -> None:
        super().__init__(page_url, name)
        self._known = known

    async def command_id(self, name: str) -> str:
        """The id of a command."""
        if name not in self._known:
            self._known[name] = await super().command_id(name)
        return self._known[name]

    def at(self, channel_id: str) -> "QuickPerson":
        """The same person in another channel, or in a thread."""
        there = object.__new__(QuickPerson)
        there.__dict__ |= self.__dict__ | {"channel_id": str(channel_id)}
        return there
