"""`/config`: for members with the Manage Server permission."""

import discord

from bot.community.guild_settings import GuildSettings, RoleRule
from bot.store.guilds import Guilds
from tests.chat.harness import BotHarness
from tests.chat.reading import answer, card
from tests.chat.test_mod import everybody_may

SAVED = "Saved. See everything with `/config show`."
COMMANDS: list[tuple[str, dict[str, object]]] = [
    ("config show", {}),
    ("config channel", {"channel": "here", "allowed": True}),
    ("config limit", {"limit": "jobs_per_hour", "value": 5}),
    ("config role", {"role": "Moderator", "weight": 2}),
    ("config gallery", {"channel": "here"}),
    ("config log", {"channel": "here"}),
    ("config preview", {"seconds": 5.0}),
    ("config spoiler", {"covered": True}),
    ("config screening", {"mode": "hold"}),
    ("config canvas", {"canvas": "pyramid", "default": True}),
    ("config language", {"language": "de"}),
    ("config reset", {}),
]


async def config_lines(harness: BotHarness) -> list[str]:
    """The lines of `/config show`."""
    return answer(await harness.olive.slash(harness.channel, "config show")).splitlines()


async def test_config_refuses_members_and_moderators_even_if_its_permissions_are_opened(harness: BotHarness) -> None:
    everybody_may(harness, "config")
    known = {"here": harness.channel, "Moderator": harness.guild.roles["Moderator"]}
    for name, options in COMMANDS:
        given = {key: known.get(str(value), value) for key, value in options.items()}
        for member in (harness.ada, harness.mo):
            text = await harness.refuses(member.slash(harness.channel, name, **given))
            assert text == "You need the Manage Server permission to do this.", name


async def test_config_show_lists_all_settings_privately(harness: BotHarness) -> None:
    assert await config_lines(harness) == [
        "**Channels**: all",
        "unfinished pictures per member: 8",
        "unfinished pictures in the server: 100",
        "pictures per hour and member: 60",
        "steps per day and member: 20000",
        "minimum account age in days: 0",
        "minimum time in the server in hours: 0",
        "**Gallery**: none, from 3 ⭐",
        "**Log channel**: none",
        "**Preview**: every 0.5 s",
        "**Spoiler**: only on request",
        "**Screening**: off; in age-restricted channels: off",
        "**Language**: the server's language",
    ]


async def test_pictures_are_allowed_only_in_listed_channels_and_their_threads(harness: BotHarness) -> None:
    studio = harness.guild.create_text_channel("studio")
    assert answer(await harness.olive.slash(harness.channel, "config channel", channel=studio, allowed=True)) == SAVED
    assert (await config_lines(harness))[0] == f"**Channels**: <#{studio.id}>"
    text = await harness.refuses(harness.imagine(harness.ada, "a lighthouse"))
    assert text == f"Pictures can only be made in <#{studio.id}>."
    await harness.ada.slash(studio, "imagine", prompt="a lighthouse")
    await harness.wait_until_idle()
    assert "✅ **Done**" in card(studio.history()[-1])
    await harness.olive.slash(harness.channel, "config channel", channel=studio, allowed=False)
    assert "✅ **Done**" in card(await harness.done(harness.ada, "a windmill"))


async def test_a_server_sets_its_own_limit_within_the_host_s_ceiling(harness: BotHarness) -> None:
    assert answer(await harness.olive.slash(harness.channel, "config limit", limit="jobs_per_hour", value=1)) == SAVED
    assert "pictures per hour and member: 1" in await config_lines(harness)
    await harness.done(harness.ada, "a lighthouse")
    text = await harness.refuses(harness.imagine(harness.ada, "a windmill"))
    assert text.startswith("The limit is one picture per hour.")
    for value in (0, 241):
        text = await harness.refuses(
            harness.olive.slash(harness.channel, "config limit", limit="jobs_per_hour", value=value)
        )
        assert text == "The bot's host allows 1 to 240 for this limit."
    await harness.olive.slash(harness.channel, "config limit", limit="jobs_per_hour")
    assert "pictures per hour and member: 60" in await config_lines(harness)


async def test_a_minimum_age_cannot_be_lower_than_the_host_s(harness: BotHarness) -> None:
    await harness.restart(limits={"account_age_days": 7})
    text = await harness.refuses(
        harness.olive.slash(harness.channel, "config limit", limit="account_age_days", value=3)
    )
    assert text == "The bot's host allows 7 to 8,760 for this limit."
    assert (
        answer(await harness.olive.slash(harness.channel, "config limit", limit="account_age_days", value=9)) == SAVED
    )


async def test_a_role_s_limits_and_weight_apply_to_its_members(harness: BotHarness) -> None:
    role = harness.guild.roles["Moderator"]
    await harness.olive.slash(harness.channel, "config limit", limit="jobs_per_hour", value=1)
    saved = await harness.olive.slash(
        harness.channel, "config role", role=role, limit="jobs_per_hour", value=9, weight=2
    )
    assert answer(saved) == SAVED
    line = f"<@&{role.id}>: 2 turns per round, limits: pictures per hour and member 9"
    assert line in await config_lines(harness)
    await harness.done(harness.mo, "a lighthouse")
    assert "✅ **Done**" in card(await harness.done(harness.mo, "a windmill"))
    assert answer(await harness.olive.slash(harness.channel, "config role", role=role, reset=True)) == SAVED
    assert line not in await config_lines(harness)


async def test_a_role_rule_that_is_empty_or_too_high_is_refused(harness: BotHarness) -> None:
    role = harness.guild.roles["Moderator"]
    text = await harness.refuses(harness.olive.slash(harness.channel, "config role", role=role))
    assert text == "Choose a weight, a limit, or reset."
    text = await harness.refuses(harness.olive.slash(harness.channel, "config role", role=role, value=9))
    assert text == "Choose the limit that this value is for."
    text = await harness.refuses(
        harness.olive.slash(harness.channel, "config role", role=role, limit="waiting_per_member", value=33)
    )
    assert text == "The bot's host allows 1 to 32 for this limit."


async def test_too_many_channels_or_roles_are_refused(harness: BotHarness) -> None:
    role = harness.guild.roles["Moderator"]
    full = GuildSettings(channels=tuple(range(1, 51)), roles={number: RoleRule(2) for number in range(1, 26)})
    await Guilds(harness.database).set(harness.guild.id, full)
    await harness.restart()
    one_more = harness.olive.slash(harness.channel, "config channel", channel=harness.channel, allowed=True)
    assert await harness.refuses(one_more) == "The limit is 50."
    one_more = harness.olive.slash(harness.channel, "config role", role=role, weight=2)
    assert await harness.refuses(one_more) == "The limit is 25."
    assert await config_lines(harness), "all of it still fits one message"


async def test_gallery_and_log_channels_must_be_writable_for_the_bot(harness: BotHarness) -> None:
    assert harness.guild.me is not None
    mute = harness.guild.create_text_channel(
        "mute", overwrites={harness.guild.me: discord.PermissionOverwrite(send_messages=False)}
    )
    for name in ("config gallery", "config log"):
        text = await harness.refuses(harness.olive.slash(harness.channel, name, channel=mute))
        assert text == (
            f"I can't post in <#{mute.id}>. Give me these permissions there first: "
            "Send Messages, Embed Links, Attach Files."
        )
        assert answer(await harness.olive.slash(harness.channel, name, channel=harness.channel)) == SAVED
    lines = await config_lines(harness)
    assert f"**Gallery**: <#{harness.channel.id}>, from 3 ⭐" in lines
    assert f"**Log channel**: <#{harness.channel.id}>" in lines
    await harness.olive.slash(harness.channel, "config gallery")
    await harness.olive.slash(harness.channel, "config log")
    assert "**Gallery**: none, from 3 ⭐" in await config_lines(harness)
    assert "**Log channel**: none" in await config_lines(harness)


async def test_the_preview_interval_cannot_be_shorter_than_the_host_s(harness: BotHarness) -> None:
    await harness.restart(progress={"interval_s": 3.0})
    text = await harness.refuses(harness.olive.slash(harness.channel, "config preview", seconds=1.0))
    assert text == "The bot's host allows an interval of at least 3 s."
    assert answer(await harness.olive.slash(harness.channel, "config preview", seconds=5.0)) == SAVED
    assert "**Preview**: every 5 s" in await config_lines(harness)
    await harness.olive.slash(harness.channel, "config preview")
    assert "**Preview**: every 3 s" in await config_lines(harness)


async def test_a_server_can_post_all_pictures_as_spoilers(harness: BotHarness) -> None:
    assert answer(await harness.olive.slash(harness.channel, "config spoiler", covered=True)) == SAVED
    assert "**Spoiler**: every picture" in await config_lines(harness)
    message = await harness.done(harness.ada, "a lighthouse")
    assert message.attachments[0].filename == "SPOILER_job-1001.png"


async def test_screening_is_set_for_one_channel_for_restricted_channels_and_for_the_rest(harness: BotHarness) -> None:
    studio = harness.guild.create_text_channel("studio")
    await harness.olive.slash(harness.channel, "config screening", mode="spoiler")
    await harness.olive.slash(harness.channel, "config screening", mode="hold", restricted=True)
    await harness.olive.slash(harness.channel, "config screening", mode="off", channel=studio)
    lines = await config_lines(harness)
    assert "**Screening**: mark as spoiler; in age-restricted channels: hold for a moderator's approval" in lines
    assert f"<#{studio.id}>: off" in lines


async def test_without_concepts_screening_is_refused(harness: BotHarness) -> None:
    await harness.restart(concept=[])
    text = await harness.refuses(harness.olive.slash(harness.channel, "config screening", mode="hold"))
    assert text.startswith("Screening is not available")


async def test_the_server_s_language_applies_to_public_messages(harness: BotHarness) -> None:
    assert answer(await harness.olive.slash(harness.channel, "config language", language="de")) == SAVED
    assert "**Language**: Deutsch" in await config_lines(harness)
    assert "✅ **Fertig**" in card(await harness.done(harness.ada, "ein Leuchtturm"))
    await harness.olive.slash(harness.channel, "config language", language="server")
    assert "✅ **Done**" in card(await harness.done(harness.ada, "a lighthouse"))


async def test_reset_restores_all_defaults_except_a_pause(harness: BotHarness) -> None:
    before = await config_lines(harness)
    await harness.olive.slash(harness.channel, "config spoiler", covered=True)
    await harness.olive.slash(harness.channel, "config limit", limit="jobs_per_hour", value=5)
    await harness.mo.slash(harness.channel, "mod pause")
    assert answer(await harness.olive.slash(harness.channel, "config reset")) == SAVED
    assert await config_lines(harness) == [*before, "⏸️ **Paused**"]


async def test_settings_belong_to_one_server(harness: BotHarness) -> None:
    await harness.other_server.olive.slash(harness.other_server.channel, "config spoiler", covered=True)
    assert "**Spoiler**: only on request" in await config_lines(harness)


async def test_a_change_is_posted_in_the_log_channel(harness: BotHarness) -> None:
    log = harness.guild.create_text_channel("log")
    await harness.olive.slash(harness.channel, "config log", channel=log)
    await harness.olive.slash(harness.channel, "config spoiler", covered=True)
    assert f"<@{harness.olive.id}> changed the settings · spoiler True" in log.history()[-1].content
