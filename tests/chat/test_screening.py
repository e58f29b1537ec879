"""Screening: a picture in which a concept is found is covered, or held until a moderator has looked."""

from bot.job import Flag, JobState
from tests.chat.pictures import png
from tests.chat.town import Town, answer, card, labels, private

IN_PICTURE = (Flag("spiders", "picture", 0.9),)
IN_PROMPT = (Flag("spiders", "prompt", 0.9),)


async def screened(place: Town, mode: str, flags: tuple[Flag, ...] = IN_PICTURE) -> None:
    """The server screens in that mode, and the engine finds a spider."""
    await place.olive.slash(place.channel, "config screening", mode=mode)
    place.engine.flags["a spider"] = flags


async def test_nothing_is_looked_for_unless_the_server_wants_it(place: Town) -> None:
    await place.done(place.ada, "a lighthouse")
    assert place.engine.orders[0].concepts == ()


async def test_what_is_found_is_covered(place: Town) -> None:
    await screened(place, "spoiler")
    message = await place.done(place.ada, "a spider")
    assert "✅ **Done**" in card(message)
    assert [file.filename for file in message.attachments] == ["SPOILER_job-1.png"]
    clean = await place.done(place.ada, "a lighthouse")
    assert [file.filename for file in clean.attachments] == ["job-2.png"]


async def test_what_is_held_is_shown_to_nobody_until_a_moderator_approves(place: Town) -> None:
    log = place.guild.create_text_channel("log")
    await place.olive.slash(place.channel, "config log", channel=log)
    await screened(place, "hold")
    message = await place.done(place.ada, "a spider")
    assert "🛡️ **Waiting for a moderator**, who looks at it before everybody does (spiders)" in card(message)
    assert not message.attachments
    assert labels(message) == ["Look", "Approve", "Reject"]
    await place.press(place.mo, message, "Approve")
    assert "✅ **Done**" in card(place.now(message))
    assert [file.filename for file in place.now(message).attachments] == ["SPOILER_job-1.png"]
    assert log.history()[-1].content.endswith(
        f"<@{place.mo.id}> approved a picture of <@{place.ada.id}> · \\#1 (spiders)"
    )


async def test_a_look_is_covered_and_for_the_moderators_eyes_only(place: Town) -> None:
    await screened(place, "hold")
    message = await place.done(place.ada, "a spider")
    result = await place.mo.click(message, label="Look")
    seen = private(result)
    assert [file.filename for file in seen.attachments] == ["SPOILER_job-1.png"]
    assert not place.now(message).attachments


async def test_only_moderators_look_approve_and_reject(place: Town) -> None:
    await screened(place, "hold")
    message = await place.done(place.ada, "a spider")
    for who in (place.ada, place.ben):
        for label in ("Look", "Approve", "Reject"):
            text = await place.refuses(who.click(message, label=label))
            assert text == "Only those who may manage messages here can do this."


async def test_what_is_rejected_is_never_shown(place: Town) -> None:
    await screened(place, "hold")
    message = await place.done(place.ada, "a spider")
    picture = (await place.job(1)).picture
    assert picture is not None
    await place.press(place.mo, message, "Reject")
    assert "🚫 **Not shown**: a moderator decided so." in card(place.now(message))
    assert not place.now(message).attachments
    assert not await place.house.parts.pictures.has(picture)
    assert "rejected a picture" in answer(await place.mo.slash(place.channel, "mod log"))


async def test_a_second_moderator_is_told_that_it_is_decided(place: Town) -> None:
    await screened(place, "hold")
    message = await place.done(place.ada, "a spider")
    stored = place.env.backend.messages[place.channel.id][message.id]
    before = list(stored.components)
    await place.press(place.mo, message, "Approve")
    stored.components = before
    for label in ("Look", "Approve", "Reject"):
        text = await place.refuses(place.mo.click(message, label=label))
        assert text == "This picture does not wait for a moderator any more."


async def test_a_held_picture_has_no_way_around(place: Town) -> None:
    await screened(place, "hold")
    await place.done(place.ada, "a spider")
    for who in (place.ada, place.ben, place.mo):
        text = await place.refuses(who.slash(place.channel, "show", job=1))
        assert text == "This picture waits for a moderator, who looks at it before everybody does."
    assert await place.ada.autocomplete(place.channel, "show", "job", "") == []
    assert not any(message.attachments for message in place.channel.history())


async def test_a_sheet_is_held_until_all_that_was_found_is_decided(place: Town) -> None:
    await screened(place, "hold")
    message = await place.done(place.ada, "a spider", count=2)
    assert card(message).count("🛡️ **Waiting for a moderator**") == 2
    result = await place.mo.click(message, label="Look")
    assert len(private(result).attachments) == 2
    await place.press(place.mo, message, "Approve")
    assert card(place.now(message)).count("✅ **Done**") == 2


async def test_words_that_are_flagged_are_covered_before_the_picture_is_there(place: Town) -> None:
    await screened(place, "spoiler", IN_PROMPT)
    message = await place.done(place.ada, "a spider")
    assert [file.filename for file in message.attachments] == ["SPOILER_job-1.png"]


async def test_the_requester_may_take_a_held_picture_back(place: Town) -> None:
    await screened(place, "hold")
    message = await place.done(place.ada, "a spider")
    assert answer(await place.ada.slash(place.channel, "cancel", job=1)) == "#1 is cancelled."
    await place.rest()
    assert "🚫 **Cancelled**" in card(place.now(message))


async def test_a_channel_for_adults_is_screened_as_such(place: Town) -> None:
    adults = place.age_restricted()
    await screened(place, "hold")
    await place.olive.slash(place.channel, "config screening", mode="off", restricted=True)
    await place.ada.slash(adults, "imagine", prompt="a spider")
    await place.rest()
    assert "✅ **Done**" in card(adults.history()[-1])


async def test_a_picture_that_somebody_brought_is_screened_too(place: Town) -> None:
    await screened(place, "hold")
    posted = await place.ben.send(place.channel, attachments=[("cat.png", png())])
    shown = await place.ada.context_menu(place.channel, "Use as init image", posted)
    await place.ada.submit_modal(shown, {"prompt": "a spider"})
    await place.rest()
    assert (await place.job(1)).state is JobState.HELD


async def test_a_held_picture_is_approved_after_a_restart(place: Town) -> None:
    await screened(place, "hold")
    message = await place.done(place.ada, "a spider")
    await place.restart()
    await place.press(place.mo, message, "Approve")
    assert "✅ **Done**" in card(place.now(message))
