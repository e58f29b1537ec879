"""Screening: a picture in which a concept is found is posted as a spoiler, or held for a moderator."""

from bot.jobs.job import Flag, JobState
from tests.chat.harness import BotHarness
from tests.chat.pictures import png
from tests.chat.reading import answer, card, labels, private

IN_PICTURE = (Flag("spiders", "picture", 0.9),)
IN_PROMPT = (Flag("spiders", "prompt", 0.9),)


async def screened(harness: BotHarness, mode: str, flags: tuple[Flag, ...] = IN_PICTURE) -> None:
    """The server screens in that mode, and the engine finds a spider."""
    await harness.olive.slash(harness.channel, "config screening", mode=mode)
    harness.engine.flags["a spider"] = flags


async def test_screening_is_off_by_default(harness: BotHarness) -> None:
    await harness.done(harness.ada, "a lighthouse")
    assert harness.engine.tasks[0].concepts == ()


async def test_a_flagged_picture_is_posted_as_a_spoiler(harness: BotHarness) -> None:
    await screened(harness, "spoiler")
    message = await harness.done(harness.ada, "a spider")
    assert "✅ **Done**" in card(message)
    assert [file.filename for file in message.attachments] == ["SPOILER_job-1001.png"]
    clean = await harness.done(harness.ada, "a lighthouse")
    assert [file.filename for file in clean.attachments] == ["job-1002.png"]


async def test_a_held_picture_is_not_posted_until_a_moderator_approves_it(harness: BotHarness) -> None:
    log = harness.guild.create_text_channel("log")
    await harness.olive.slash(harness.channel, "config log", channel=log)
    await screened(harness, "hold")
    message = await harness.done(harness.ada, "a spider")
    assert "🛡️ **Waiting for a moderator's approval** (spiders)" in card(message)
    assert not message.attachments
    assert labels(message) == ["View", "Approve", "Reject"]
    await harness.press(harness.mo, message, "Approve")
    assert "✅ **Done**" in card(harness.now(message))
    assert [file.filename for file in harness.now(message).attachments] == ["SPOILER_job-1001.png"]
    assert log.history()[-1].content.endswith(
        f"<@{harness.mo.id}> approved a picture of <@{harness.ada.id}> · \\#1001 (spiders)"
    )


async def test_a_held_picture_is_shown_privately_to_a_moderator_as_a_spoiler(harness: BotHarness) -> None:
    await screened(harness, "hold")
    message = await harness.done(harness.ada, "a spider")
    result = await harness.mo.click(message, label="View")
    seen = private(result)
    assert [file.filename for file in seen.attachments] == ["SPOILER_job-1001.png"]
    assert not harness.now(message).attachments


async def test_only_moderators_view_approve_and_reject(harness: BotHarness) -> None:
    await screened(harness, "hold")
    message = await harness.done(harness.ada, "a spider")
    for member in (harness.ada, harness.ben):
        for label in ("View", "Approve", "Reject"):
            text = await harness.refuses(member.click(message, label=label))
            assert text == "You need the Manage Messages permission to do this."


async def test_a_rejected_picture_is_never_posted(harness: BotHarness) -> None:
    await screened(harness, "hold")
    message = await harness.done(harness.ada, "a spider")
    picture = (await harness.job(1001)).picture
    assert picture is not None
    await harness.press(harness.mo, message, "Reject")
    assert "🚫 **Not shown**: a moderator rejected it." in card(harness.now(message))
    assert not harness.now(message).attachments
    assert not await harness.app.pictures.has(picture)
    assert "rejected a picture" in answer(await harness.mo.slash(harness.channel, "mod log"))


async def test_a_second_moderator_sees_that_it_is_already_decided(harness: BotHarness) -> None:
    await screened(harness, "hold")
    message = await harness.done(harness.ada, "a spider")
    stored = harness.env.backend.messages[harness.channel.id][message.id]
    before = list(stored.components)
    await harness.press(harness.mo, message, "Approve")
    stored.components = before
    for label in ("View", "Approve", "Reject"):
        text = await harness.refuses(harness.mo.click(message, label=label))
        assert text == "This picture is not waiting for approval any more."


async def test_a_held_picture_cannot_be_shown(harness: BotHarness) -> None:
    await screened(harness, "hold")
    await harness.done(harness.ada, "a spider")
    for member in (harness.ada, harness.ben, harness.mo):
        text = await harness.refuses(member.slash(harness.channel, "show", job=1001))
        assert text == "This picture is waiting for a moderator's approval."
    assert await harness.ada.autocomplete(harness.channel, "show", "job", "") == []
    assert not any(message.attachments for message in harness.channel.history())


async def test_a_batch_is_held_until_all_its_flagged_pictures_are_decided(harness: BotHarness) -> None:
    await screened(harness, "hold")
    message = await harness.done(harness.ada, "a spider", count=2)
    assert card(message).count("🛡️ **Waiting for a moderator's approval**") == 2
    result = await harness.mo.click(message, label="View")
    assert len(private(result).attachments) == 2
    await harness.press(harness.mo, message, "Approve")
    assert card(harness.now(message)).count("✅ **Done**") == 2


async def test_a_picture_with_a_flagged_prompt_is_posted_as_a_spoiler(harness: BotHarness) -> None:
    await screened(harness, "spoiler", IN_PROMPT)
    message = await harness.done(harness.ada, "a spider")
    assert [file.filename for file in message.attachments] == ["SPOILER_job-1001.png"]


async def test_the_requester_can_cancel_a_held_job(harness: BotHarness) -> None:
    await screened(harness, "hold")
    message = await harness.done(harness.ada, "a spider")
    assert answer(await harness.ada.slash(harness.channel, "cancel", job=1001)) == "Cancelled #1001."
    await harness.wait_until_idle()
    assert "🚫 **Cancelled**" in card(harness.now(message))


async def test_a_restricted_channel_uses_its_own_screening(harness: BotHarness) -> None:
    adults = harness.age_restricted()
    await screened(harness, "hold")
    await harness.olive.slash(harness.channel, "config screening", mode="off", restricted=True)
    await harness.ada.slash(adults, "imagine", prompt="a spider")
    await harness.wait_until_idle()
    assert "✅ **Done**" in card(adults.history()[-1])


async def test_an_uploaded_picture_is_screened_too(harness: BotHarness) -> None:
    await screened(harness, "hold")
    posted = await harness.ben.send(harness.channel, attachments=[("cat.png", png())])
    opened = await harness.ada.context_menu(harness.channel, "Use as init image", posted)
    await harness.ada.submit_modal(opened, {"prompt": "a spider"})
    await harness.wait_until_idle()
    assert (await harness.job(1001)).state is JobState.HELD


async def test_a_held_picture_is_approved_after_a_restart(harness: BotHarness) -> None:
    await screened(harness, "hold")
    message = await harness.done(harness.ada, "a spider")
    await harness.restart()
    await harness.press(harness.mo, message, "Approve")
    assert "✅ **Done**" in card(harness.now(message))
