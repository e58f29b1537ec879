"""The guild that a new sandbox starts with."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from bot.sandbox.clock import ManualClock
from bot.sandbox.models import snowflake
from bot.sandbox.models.permissions import Permission, in_channel
from bot.sandbox.models.seed import default_guild
from bot.sandbox.models.snowflake import Snowflakes
from bot.sandbox.server import Sandbox

if TYPE_CHECKING:
    from pathlib import Path

    from tests.sandbox.person import Person

NOW = dt.datetime(2027, 2, 3, 4, 5, 6, tzinfo=dt.UTC).timestamp()


def test_ids_of_people_never_change() -> None:
    """Bots store ids, so the fixed ids must not change."""
    ids = {member.user.username: member.user.id for member in default_guild(NOW).members.values()}
    assert (ids["ada"], ids["ben"], ids["chiyo"]) == (840196266393600000, 851430290227200000, 862301926195200000)
    assert (ids["mo"], ids["olive"]) == (873535950028800000, 884769973862400000)
    guild_data = default_guild(NOW)
    assert guild_data.members[guild_data.guild.owner_id].user.username == "olive"


def test_new_ids_have_19_digits_as_on_discord() -> None:
    made = Snowflakes(ManualClock(NOW)).next()
    guild_data = default_guild(NOW)
    ids = [made, guild_data.guild.id, guild_data.bot.id, *guild_data.channels, *guild_data.roles]
    assert {len(str(number)) for number in ids} == {19}


def test_eves_account_is_15_days_old_and_she_joined_5_days_ago() -> None:
    eve = next(member for member in default_guild(NOW).members.values() if member.user.username == "eve")
    created = dt.datetime.fromtimestamp(snowflake.time_of(eve.user.id), dt.UTC)
    joined = dt.datetime.fromtimestamp(eve.joined_at, dt.UTC)
    now = dt.datetime.fromtimestamp(NOW, dt.UTC)
    assert (now - created, now - joined) == (dt.timedelta(days=15), dt.timedelta(days=5))


def test_eve_is_the_same_after_a_restart(tmp_path: Path) -> None:
    first, second = (Sandbox(clock=ManualClock(now), data=tmp_path).guild_data for now in (NOW, NOW + 86400))
    assert first.members == second.members


async def test_the_moderators_log_is_for_moderators_the_owner_and_the_bot(
    ada: Person, mo: Person, olive: Person
) -> None:
    assert "mod-log" not in [channel["name"] for channel in await ada.channels()]
    for person in (mo, olive):
        assert "mod-log" in [channel["name"] for channel in await person.channels()]
    guild_data = default_guild(NOW)
    log = next(channel for channel in guild_data.channels.values() if channel.name == "mod-log")
    assert in_channel(guild_data, guild_data.bot.id, log) & Permission.SEND_MESSAGES


def test_the_bot_may_not_manage_messages() -> None:
    guild_data = default_guild(NOW)
    for channel in guild_data.channels.values():
        assert not in_channel(guild_data, guild_data.bot.id, channel) & Permission.MANAGE_MESSAGES
