"""After a restart (a new house and a new client on the same database) everything that is shown still works."""

from bot.job import JobState
from tests.chat.town import Town, answer, buttons, card, labels, private


async def test_every_button_of_an_old_message_works(place: Town) -> None:
    message = await place.done(place.ada, "a lighthouse", seed=1)
    await place.restart()
    for label in ("New seed", "Variations", "More steps", "Upscale"):
        before = await place.count()
        await place.press(place.ben, message, label)
        assert await place.count() > before
    assert (await place.press(place.ben, message, "Time-lapse")).response is not None
    assert "Parameters #1" in answer(await place.press(place.ben, message, "Parameters"))
    assert (await place.ben.click(message, label="Edit")).modal is not None
    await place.press(place.ada, message, "Delete")
    assert place.gone(message)


async def test_every_button_of_an_old_sheet_works(place: Town) -> None:
    sheet = await place.done(place.ada, "a lighthouse", count=2)
    await place.restart()
    await place.press(place.ben, sheet, "2")
    assert place.channel.history()[-1].attachments[0].filename == "job-2.png"
    await place.press(place.ben, sheet, "New seed")
    assert labels(place.channel.history()[-1])[:2] == ["1", "2"]
    await place.press(place.ada, sheet, "Delete")
    assert place.gone(sheet)


async def test_a_form_that_was_opened_before_is_taken_after(place: Town) -> None:
    message = await place.done(place.ada, "a lighthouse")
    shown = await place.ben.click(message, label="Edit")
    await place.restart()
    await place.ben.submit_modal(shown, {"prompt": "a windmill"})
    await place.rest()
    assert "**a windmill**" in card(place.channel.history()[-1])


async def test_a_report_that_was_begun_before_is_taken_after(place: Town) -> None:
    await place.olive.slash(place.channel, "config log", channel=place.channel)
    message = await place.done(place.ada, "a lighthouse")
    shown = await place.ben.context_menu(place.channel, "Report to moderators", message)
    await place.restart()
    result = await place.ben.submit_modal(shown, {"reason": "it is rude"})
    assert answer(result) == "Thank you. The moderators have it."


async def test_pages_turn(place: Town) -> None:
    for number in range(7):
        await place.done(place.ada, f"picture {number}")
    first = await place.ada.slash(place.channel, "history")
    await place.restart()
    await place.ada.click(private(first), label="▶")
    assert private(first).embeds[0].footer.text == "Page 2 of 2 · /show shows one again"


async def test_pages_are_turned_only_by_whom_they_are_about(place: Town) -> None:
    await place.done(place.ada, "a lighthouse")
    stored = place.env.backend.messages[place.channel.id][place.channel.history()[-1].id]
    stored.components[0]["components"][0]["custom_id"] = f"history:{place.ada.id}:0"
    name = buttons(place.channel.history()[-1])[0]["custom_id"]
    text = await place.refuses(place.ben.click(place.channel.history()[-1], custom_id=name))
    assert text == "This is somebody else's history; see yours with `/history`."


async def test_what_ran_is_made_again_and_shown_in_the_same_message(place: Town) -> None:
    message = await place.running(place.ada, "a lighthouse")
    waiting = await place.waiting(place.ben, "a windmill")
    place.engine.gates["a lighthouse"].set()
    place.engine.gates.clear()
    await place.restart()
    await place.rest()
    assert "✅ **Done**" in card(place.now(message))
    assert "✅ **Done**" in card(place.now(waiting))
    assert len(place.channel.history()) == 2


async def test_what_waits_can_be_cancelled(place: Town) -> None:
    await place.running(place.ada, "a lighthouse")
    waiting = await place.waiting(place.ben, "a windmill")
    await place.restart()
    await place.ben.click(waiting, label="Cancel")
    await place.until(lambda: "🚫 **Cancelled**" in card(place.now(waiting)))
    assert (await place.job(2)).state is JobState.CANCELLED


async def test_reactions_on_old_messages_count(place: Town) -> None:
    message = await place.done(place.ada, "a lighthouse")
    await place.restart()
    await place.ben.react(message, "🔁")
    await place.rest()
    assert "from #1" in card(place.channel.history()[-1])


async def test_settings_bans_blocklists_and_pauses_hold(place: Town) -> None:
    await place.olive.slash(place.channel, "config spoiler", covered=True)
    await place.mo.slash(place.channel, "mod blocklist add", pattern="kitten")
    await place.mo.slash(place.channel, "mod ban", member=place.ben.user)
    await place.village.mo.slash(place.village.channel, "mod pause")
    await place.restart()
    assert (await place.done(place.ada, "a lighthouse")).attachments[0].filename == "SPOILER_job-1.png"
    assert "some of these words" in await place.refuses(place.imagine(place.ada, "a kitten"))
    assert "You may not ask" in await place.refuses(place.imagine(place.ben, "a lighthouse"))
    there = place.village.vera.slash(place.village.channel, "imagine", prompt="a barn")
    assert "paused" in await place.refuses(there)


async def test_a_reply_about_a_reaction_twice_is_remembered(place: Town) -> None:
    message = await place.done(place.ada, "a lighthouse")
    await place.ben.react(message, "🔁")
    await place.rest()
    await place.restart()
    await place.ben.unreact(message, "🔁")
    await place.ben.react(message, "🔁")
    assert "by reaction before" in place.channel.history()[-1].content


async def test_commands_are_not_registered_again_when_they_are_the_same(place: Town) -> None:
    def registrations() -> int:
        return sum(entry.method == "PUT" and entry.path.endswith("/commands") for entry in place.env.http_requests)

    assert registrations() == 1
    await place.restart()
    assert registrations() == 1
    await place.restart(imagine={"size": "96x96", "steps": 4, "max_pixels": 192 * 192, "aspects": ["1:1"]})
    assert registrations() == 2
    assert "✅ **Done**" in card(await place.done(place.ada, "a lighthouse", aspect="1:1"))
