"""Reactions on the bot's messages: 🔁 reruns, ❌ cancels or deletes; others do nothing. See test_gallery for ⭐."""

from bot.jobs.job import Origin
from tests.chat.harness import BotHarness
from tests.chat.reading import card, labels, read_out


async def test_a_rerun_by_reaction_sends_a_message_of_its_own(harness: BotHarness) -> None:
    message = await harness.done(harness.ada, "a lighthouse", seed=1)
    await harness.ben.react(message, "🔁")
    await harness.wait_until_idle()
    rerun = harness.channel.history()[-1]
    assert rerun.id != message.id
    assert f"from #1001, for <@{harness.ben.id}>" in card(rerun)
    assert "✅ **Done**" in card(rerun)
    assert (await harness.job(1002)).origin is Origin.REACTION


async def test_a_rerun_of_a_batch_makes_a_batch(harness: BotHarness) -> None:
    batch = await harness.done(harness.ada, "a lighthouse", count=2)
    await harness.ada.react(batch, "🔁")
    await harness.wait_until_idle()
    assert labels(harness.channel.history()[-1])[:2] == ["1", "2"]


async def test_a_second_rerun_by_the_same_user_is_refused_in_a_reply_that_is_deleted(harness: BotHarness) -> None:
    message = await harness.done(harness.ada, "a lighthouse")
    await harness.ben.react(message, "🔁")
    await harness.wait_until_idle()
    await harness.ben.unreact(message, "🔁")
    await harness.ben.react(message, "🔁")
    reply = harness.channel.history()[-1]
    assert reply.content == (
        f"<@{harness.ben.id}> You have already rerun this picture with a reaction. "
        "Use the button or `/imagine` to make more."
    )
    assert reply.reference is not None
    assert reply.reference.message_id == message.id
    assert (
        not harness.env.http_requests[-1].json or harness.env.http_requests[-1].json["allowed_mentions"]["parse"] == []
    )
    await harness.env.advance_time(16)
    assert harness.gone(reply)
    assert await harness.count() == 2


async def test_a_rerun_by_a_banned_user_is_refused_in_the_server_s_language(harness: BotHarness) -> None:
    message = await harness.done(harness.ada, "a lighthouse")
    await harness.olive.slash(harness.channel, "config language", language="de")
    await harness.mo.slash(harness.channel, "mod ban", member=harness.ben.user)
    await harness.ben.react(message, "🔁")
    assert "Du darfst auf diesem Server" in harness.channel.history()[-1].content
    assert await harness.count() == 1


async def test_a_cross_by_the_requester_cancels_and_then_deletes(harness: BotHarness) -> None:
    message = await harness.running(harness.ada, "a lighthouse")
    await harness.ada.react(message, "❌")
    await harness.wait_until_idle()
    assert "🚫 **Cancelled**" in card(harness.now(message))
    await harness.ada.unreact(message, "❌")
    await harness.ada.react(message, "❌")
    await harness.wait_until_idle()
    assert harness.gone(message)


async def test_a_cross_by_a_moderator_does_the_same_and_is_in_the_audit_log(harness: BotHarness) -> None:
    await harness.olive.slash(harness.channel, "config log", channel=harness.channel)
    message = await harness.running(harness.ada, "a lighthouse")
    await harness.mo.react(message, "❌")
    await harness.wait_until_idle()
    assert "🚫 **Cancelled**" in card(harness.now(message))
    await harness.mo.unreact(message, "❌")
    await harness.mo.react(message, "❌")
    await harness.wait_until_idle()
    assert harness.gone(message)
    assert f"<@{harness.mo.id}> cancelled a job of <@{harness.ada.id}> · \\#1001" in harness.everything()
    assert f"<@{harness.mo.id}> deleted a picture of <@{harness.ada.id}> · \\#1001" in harness.everything()


async def test_a_cross_by_anybody_else_does_nothing(harness: BotHarness) -> None:
    message = await harness.running(harness.ada, "a lighthouse")
    rows, text = harness.rows(), read_out(harness.now(message))
    await harness.ben.react(message, "❌")
    assert harness.rows() == rows
    assert read_out(harness.now(message)) == text
    harness.engine.gates["a lighthouse"].set()
    await harness.wait_until_idle()
    await harness.chiyo.react(message, "❌")
    assert not harness.gone(message)


async def test_other_reactions_and_reactions_on_other_messages_do_nothing(harness: BotHarness) -> None:
    message = await harness.done(harness.ada, "a lighthouse")
    rows = harness.rows()
    await harness.ada.react(message, "👎")
    by_ben = await harness.ben.send(harness.channel, "look at this")
    for emoji in ("🔁", "❌", "⭐"):
        await harness.ben.react(by_ben, emoji)
    assert harness.rows() == rows
    assert len(harness.channel.history()) == 2
