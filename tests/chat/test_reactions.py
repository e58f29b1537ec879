"""Reactions on the bot's messages: 🔁 again, ❌ cancel or delete, ⭐ the gallery; others mean nothing."""

from bot.job import Origin
from tests.chat.town import Town, card, labels, read_out


async def test_again_by_reaction_is_a_message_of_its_own(place: Town) -> None:
    message = await place.done(place.ada, "a lighthouse", seed=1)
    await place.ben.react(message, "🔁")
    await place.rest()
    again = place.channel.history()[-1]
    assert again.id != message.id
    assert f"from #1, for <@{place.ben.id}>" in card(again)
    assert "✅ **Done**" in card(again)
    assert (await place.job(2)).origin is Origin.REACTION


async def test_again_on_a_sheet_makes_a_sheet(place: Town) -> None:
    sheet = await place.done(place.ada, "a lighthouse", count=2)
    await place.ada.react(sheet, "🔁")
    await place.rest()
    assert labels(place.channel.history()[-1])[:2] == ["1", "2"]


async def test_again_twice_by_the_same_person_is_refused_in_a_reply_that_goes_away(place: Town) -> None:
    message = await place.done(place.ada, "a lighthouse")
    await place.ben.react(message, "🔁")
    await place.rest()
    await place.ben.unreact(message, "🔁")
    await place.ben.react(message, "🔁")
    reply = place.channel.history()[-1]
    assert reply.content == (
        f"<@{place.ben.id}> You have rerun this picture by reaction before; use the button or `/imagine` for more."
    )
    assert reply.reference is not None
    assert reply.reference.message_id == message.id
    assert not place.env.http_requests[-1].json or place.env.http_requests[-1].json["allowed_mentions"]["parse"] == []
    await place.env.advance_time(16)
    assert place.gone(reply)
    assert await place.count() == 2


async def test_again_by_somebody_who_is_banned_is_refused_in_the_servers_language(place: Town) -> None:
    message = await place.done(place.ada, "a lighthouse")
    await place.olive.slash(place.channel, "config language", language="de")
    await place.mo.slash(place.channel, "mod ban", member=place.ben.user)
    await place.ben.react(message, "🔁")
    assert "Du darfst auf diesem Server" in place.channel.history()[-1].content
    assert await place.count() == 1


async def test_a_cross_by_the_requester_cancels_and_then_deletes(place: Town) -> None:
    message = await place.running(place.ada, "a lighthouse")
    await place.ada.react(message, "❌")
    await place.rest()
    assert "🚫 **Cancelled**" in card(place.now(message))
    await place.ada.unreact(message, "❌")
    await place.ada.react(message, "❌")
    await place.rest()
    assert place.gone(message)


async def test_a_cross_by_a_moderator_does_the_same_and_is_written_down(place: Town) -> None:
    await place.olive.slash(place.channel, "config log", channel=place.channel)
    message = await place.running(place.ada, "a lighthouse")
    await place.mo.react(message, "❌")
    await place.rest()
    assert "🚫 **Cancelled**" in card(place.now(message))
    await place.mo.unreact(message, "❌")
    await place.mo.react(message, "❌")
    await place.rest()
    assert place.gone(message)
    assert f"<@{place.mo.id}> cancelled a job of <@{place.ada.id}> · \\#1" in place.everything()
    assert f"<@{place.mo.id}> deleted a picture of <@{place.ada.id}> · \\#1" in place.everything()


async def test_a_cross_by_anybody_else_is_an_opinion(place: Town) -> None:
    message = await place.running(place.ada, "a lighthouse")
    rows, said = place.rows(), read_out(place.now(message))
    await place.ben.react(message, "❌")
    assert place.rows() == rows
    assert read_out(place.now(message)) == said
    place.engine.gates["a lighthouse"].set()
    await place.rest()
    await place.chiyo.react(message, "❌")
    assert not place.gone(message)


async def test_other_reactions_and_other_messages_mean_nothing(place: Town) -> None:
    message = await place.done(place.ada, "a lighthouse")
    rows = place.rows()
    await place.ada.react(message, "👎")
    by_ben = await place.ben.send(place.channel, "look at this")
    for emoji in ("🔁", "❌", "⭐"):
        await place.ben.react(by_ben, emoji)
    assert place.rows() == rows
    assert len(place.channel.history()) == 2
