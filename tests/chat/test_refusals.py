"""Refusals by admission: private answers that change nothing. See also test_mod and test_blocklist."""

import time

import discord
import pytest

from tests.chat.harness import BotHarness
from tests.chat.reading import card


async def test_too_many_unfinished_jobs(harness: BotHarness) -> None:
    await harness.restart(limits={"waiting_per_member": 2})
    await harness.running(harness.ada, "one")
    await harness.waiting(harness.ada, "two")
    text = await harness.refuses(harness.imagine(harness.ada, "three"))
    assert text == ("You can have 2 unfinished pictures at a time. Wait for one to finish, or cancel one.")
    assert "⏳" in card(await harness.waiting(harness.ben, "three"))


async def test_a_full_server(harness: BotHarness) -> None:
    await harness.restart(limits={"waiting_per_server": 1})
    await harness.running(harness.ada, "one")
    text = await harness.refuses(harness.imagine(harness.ben, "two"))
    assert text == ("This server can have one unfinished picture at a time. Please try again in a few minutes.")
    result = await harness.other_server.vera.slash(harness.other_server.channel, "imagine", prompt="elsewhere")
    assert not result.ephemeral


async def test_a_full_queue(harness: BotHarness) -> None:
    await harness.restart(limits={"waiting_in_all": 2})
    await harness.running(harness.ada, "one")
    await harness.other_server.vera.slash(harness.other_server.channel, "imagine", prompt="elsewhere")
    text = await harness.refuses(harness.imagine(harness.ben, "three"))
    assert text == "The queue is full: 2 pictures are waiting. Please try again in a few minutes."


async def test_too_many_within_an_hour(harness: BotHarness) -> None:
    await harness.restart(limits={"jobs_per_hour": 2})
    await harness.done(harness.ada, "one")
    await harness.done(harness.ada, "two")
    text = await harness.refuses(harness.imagine(harness.ada, "three"))
    assert text.startswith("The limit is 2 pictures per hour. You can try again <t:")
    harness.clock.ahead = 3601
    assert "✅ **Done**" in card(await harness.done(harness.ada, "three"))


async def test_a_batch_that_would_be_too_many_is_refused_as_a_whole(harness: BotHarness) -> None:
    await harness.restart(limits={"jobs_per_hour": 3})
    text = await harness.refuses(harness.imagine(harness.ada, "four", count=4))
    assert text == "The limit is 3 pictures per hour."


async def test_too_many_steps_within_a_day(harness: BotHarness) -> None:
    await harness.restart(limits={"steps_per_day": 10})
    await harness.done(harness.ada, "one", steps=8)
    text = await harness.refuses(harness.imagine(harness.ada, "two"))
    assert text.startswith("The limit is 10 steps per day. You can try again <t:")
    harness.clock.ahead = 86401
    assert "✅ **Done**" in card(await harness.done(harness.ada, "two"))


async def test_too_many_steps_in_one_request(harness: BotHarness) -> None:
    text = await harness.refuses(harness.imagine(harness.ada, "one --steps 301"))
    assert text == "The limit here is 300 steps."


async def test_an_account_that_is_too_young(harness: BotHarness) -> None:
    await harness.restart(limits={"account_age_days": 3})
    born = discord.utils.snowflake_time(harness.ada.id).timestamp()
    harness.clock.ahead = born + 86400 - time.time()
    text = await harness.refuses(harness.imagine(harness.ada, "one"))
    end = int(born + 3 * 86400) + 1
    assert text == f"Your account must be at least 3 days old to make pictures here. You can try again <t:{end}:R>."
    harness.clock.ahead += 2 * 86400
    assert "✅ **Done**" in card(await harness.done(harness.ada, "one"))


async def test_a_member_who_is_too_new(harness: BotHarness) -> None:
    await harness.restart(limits={"membership_age_hours": 5})
    harness.clock.ahead = discord.utils.snowflake_time(harness.ada.id).timestamp() + 3600 - time.time()
    text = await harness.refuses(harness.imagine(harness.ada, "one"))
    assert text.startswith(
        "You must have been in this server for at least 5 hours to make pictures. You can try again <t:"
    )
    harness.clock.ahead += 4 * 3600 + 60
    assert "✅ **Done**" in card(await harness.done(harness.ada, "one"))


@pytest.mark.parametrize("paused", ["", "the fan is loud"])
async def test_a_pause_refuses_every_kind_of_submission(harness: BotHarness, paused: str) -> None:
    message = await harness.done(harness.ada, "one")
    opened = await harness.ada.click(message, label="Edit")
    await harness.mo.slash(harness.channel, "mod pause", reason=paused)
    refusal = (
        f"Pictures are paused in this server: {paused}"
        if paused
        else "Pictures are paused in this server. Try again later."
    )
    for asking in (
        harness.imagine(harness.ada, "two"),
        harness.ada.click(message, label="New seed"),
        harness.ada.click(message, label="Variations"),
        harness.ada.context_menu(harness.channel, "Rerun with a new seed", message),
        harness.ada.submit_modal(opened, {"prompt": "two"}),
        harness.ada.slash(harness.channel, "session start", theme="ruins", minutes=9),
    ):
        assert await harness.refuses(asking) == refusal
    await harness.ada.react(message, "🔁")
    assert harness.channel.history()[-1].content == f"<@{harness.ada.id}> {refusal}"


async def test_a_moderators_reason_mentions_nobody(harness: BotHarness) -> None:
    message = await harness.done(harness.ada, "one")
    await harness.mo.slash(harness.channel, "mod pause", reason="@everyone go home")
    await harness.ada.react(message, "🔁")
    reply = harness.channel.history()[-1]
    assert "@\u200beveryone go home" in reply.content
    assert not reply.mention_everyone


async def test_a_refusal_is_in_the_users_language(harness: BotHarness) -> None:
    harness.locales[harness.ada.id] = "de"
    await harness.mo.slash(harness.channel, "mod pause")
    text = await harness.refuses(harness.imagine(harness.ada, "eins"))
    assert text == "Bilder sind auf diesem Server pausiert. Versuch es später noch einmal."


async def test_a_full_or_broken_disk(harness: BotHarness) -> None:
    harness.expected.append("could not be stored")
    await harness.database.fetch("PRAGMA query_only = ON")
    text = await harness.refuses(harness.imagine(harness.ada, "one"))
    assert text == "The bot's disk is full or has a problem, so nothing can be stored right now. Try again later."
    await harness.database.fetch("PRAGMA query_only = OFF")
    assert "✅ **Done**" in card(await harness.done(harness.ada, "one"))
