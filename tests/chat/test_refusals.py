"""Refusals by the gate: what the asker alone reads, and nothing is written. See also test_mod and test_blocklist."""

import time

import discord
import pytest

from tests.chat.town import Town, card


async def test_too_many_under_way(place: Town) -> None:
    await place.restart(limits={"waiting_per_member": 2})
    await place.running(place.ada, "one")
    await place.waiting(place.ada, "two")
    text = await place.refuses(place.imagine(place.ada, "three"))
    assert text == (
        "You can have 2 pictures under way, which is as many as one person may have. Wait for one, or cancel one."
    )
    assert "⏳" in card(await place.waiting(place.ben, "three"))


async def test_a_full_server(place: Town) -> None:
    await place.restart(limits={"waiting_per_server": 1})
    await place.running(place.ada, "one")
    text = await place.refuses(place.imagine(place.ben, "two"))
    assert text == (
        "This server has one picture under way, which is as many as it may have. Please try again in a few minutes."
    )
    result = await place.village.vera.slash(place.village.channel, "imagine", prompt="elsewhere")
    assert not result.ephemeral


async def test_a_full_queue(place: Town) -> None:
    await place.restart(limits={"waiting_in_all": 2})
    await place.running(place.ada, "one")
    await place.village.vera.slash(place.village.channel, "imagine", prompt="elsewhere")
    text = await place.refuses(place.imagine(place.ben, "three"))
    assert text == "The queue is full: 2 pictures are waiting. Please try again in a few minutes."


async def test_too_many_within_an_hour(place: Town) -> None:
    await place.restart(limits={"jobs_per_hour": 2})
    await place.done(place.ada, "one")
    await place.done(place.ada, "two")
    text = await place.refuses(place.imagine(place.ada, "three"))
    assert text.startswith(
        "That would be more than 2 pictures within an hour, which is the limit. It is possible again <t:"
    )
    place.clock.ahead = 3601
    assert "✅ **Done**" in card(await place.done(place.ada, "three"))


async def test_a_sheet_that_would_be_too_many_is_refused_as_a_whole(place: Town) -> None:
    await place.restart(limits={"jobs_per_hour": 3})
    text = await place.refuses(place.imagine(place.ada, "four", count=4))
    assert text == "That would be more than 3 pictures within an hour, which is the limit."


async def test_too_many_steps_within_a_day(place: Town) -> None:
    await place.restart(limits={"steps_per_day": 10})
    await place.done(place.ada, "one", steps=8)
    text = await place.refuses(place.imagine(place.ada, "two"))
    assert text.startswith(
        "That would be more than 10 steps within a day, which is the limit. It is possible again <t:"
    )
    place.clock.ahead = 86401
    assert "✅ **Done**" in card(await place.done(place.ada, "two"))


async def test_too_many_steps_in_one(place: Town) -> None:
    text = await place.refuses(place.imagine(place.ada, "one --steps 301"))
    assert text == "At most 300 steps are allowed here."


async def test_an_account_that_is_too_young(place: Town) -> None:
    await place.restart(limits={"account_age_days": 3})
    born = discord.utils.snowflake_time(place.ada.id).timestamp()
    place.clock.ahead = born + 86400 - time.time()
    text = await place.refuses(place.imagine(place.ada, "one"))
    end = int(born + 3 * 86400) + 1
    assert text == f"Your account must be 3 days old to ask for pictures here. It is possible again <t:{end}:R>."
    place.clock.ahead += 2 * 86400
    assert "✅ **Done**" in card(await place.done(place.ada, "one"))


async def test_a_member_who_is_too_new(place: Town) -> None:
    await place.restart(limits={"membership_age_hours": 5})
    place.clock.ahead = discord.utils.snowflake_time(place.ada.id).timestamp() + 3600 - time.time()
    text = await place.refuses(place.imagine(place.ada, "one"))
    assert text.startswith(
        "You must have been in this server for 5 hours to ask for pictures. It is possible again <t:"
    )
    place.clock.ahead += 4 * 3600 + 60
    assert "✅ **Done**" in card(await place.done(place.ada, "one"))


@pytest.mark.parametrize("paused", ["", "the fan is loud"])
async def test_a_pause_refuses_every_way_in(place: Town, paused: str) -> None:
    message = await place.done(place.ada, "one")
    shown = await place.ada.click(message, label="Edit")
    await place.mo.slash(place.channel, "mod pause", reason=paused)
    sentence = (
        f"Pictures are paused in this server: {paused}"
        if paused
        else "Pictures are paused in this server. Try again later."
    )
    for asking in (
        place.imagine(place.ada, "two"),
        place.ada.click(message, label="New seed"),
        place.ada.click(message, label="Variations"),
        place.ada.context_menu(place.channel, "Rerun with a new seed", message),
        place.ada.submit_modal(shown, {"prompt": "two"}),
        place.ada.slash(place.channel, "session start", theme="ruins", minutes=9),
    ):
        assert await place.refuses(asking) == sentence
    await place.ada.react(message, "🔁")
    assert place.channel.history()[-1].content == f"<@{place.ada.id}> {sentence}"


async def test_a_moderators_reason_mentions_nobody(place: Town) -> None:
    message = await place.done(place.ada, "one")
    await place.mo.slash(place.channel, "mod pause", reason="@everyone go home")
    await place.ada.react(message, "🔁")
    reply = place.channel.history()[-1]
    assert "@\u200beveryone go home" in reply.content
    assert not reply.mention_everyone


async def test_a_refusal_is_in_the_askers_language(place: Town) -> None:
    place.locales[place.ada.id] = "de"
    await place.mo.slash(place.channel, "mod pause")
    text = await place.refuses(place.imagine(place.ada, "eins"))
    assert text == "Bilder pausieren auf diesem Server. Versuch es später noch einmal."
