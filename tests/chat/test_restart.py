"""After a restart (a new app and a new client on the same database) all messages still work."""

from bot.jobs.job import JobState
from tests.chat.harness import BotHarness
from tests.chat.reading import answer, buttons, card, labels, private


async def test_every_button_of_an_old_message_works(harness: BotHarness) -> None:
    message = await harness.done(harness.ada, "a lighthouse", seed=1)
    await harness.restart()
    for label in ("New seed", "Variations", "More steps", "Upscale"):
        before = await harness.count()
        await harness.press(harness.ben, message, label)
        assert await harness.count() > before
    assert (await harness.press(harness.ben, message, "Time-lapse")).response is not None
    assert "Parameters #1001" in answer(await harness.press(harness.ben, message, "Parameters"))
    assert (await harness.ben.click(message, label="Edit")).modal is not None
    await harness.press(harness.ada, message, "Delete")
    assert harness.gone(message)


async def test_every_button_of_an_old_batch_works(harness: BotHarness) -> None:
    batch = await harness.done(harness.ada, "a lighthouse", count=2)
    await harness.restart()
    await harness.press(harness.ben, batch, "2")
    assert harness.channel.history()[-1].attachments[0].filename == "job-1002.png"
    await harness.press(harness.ben, batch, "New seed")
    assert labels(harness.channel.history()[-1])[:2] == ["1", "2"]
    await harness.press(harness.ada, batch, "Delete")
    assert harness.gone(batch)


async def test_a_form_opened_before_the_restart_can_be_submitted_after_it(harness: BotHarness) -> None:
    message = await harness.done(harness.ada, "a lighthouse")
    opened = await harness.ben.click(message, label="Edit")
    await harness.restart()
    await harness.ben.submit_modal(opened, {"prompt": "a windmill"})
    await harness.wait_until_idle()
    assert "**a windmill**" in card(harness.channel.history()[-1])


async def test_a_report_form_opened_before_the_restart_can_be_submitted_after_it(harness: BotHarness) -> None:
    await harness.olive.slash(harness.channel, "config log", channel=harness.channel)
    message = await harness.done(harness.ada, "a lighthouse")
    opened = await harness.ben.context_menu(harness.channel, "Report to moderators", message)
    await harness.restart()
    result = await harness.ben.submit_modal(opened, {"reason": "it is rude"})
    assert answer(result) == "Thank you. The moderators have your report."


async def test_history_pages_can_be_turned(harness: BotHarness) -> None:
    for number in range(7):
        await harness.done(harness.ada, f"picture {number}")
    first = await harness.ada.slash(harness.channel, "history")
    await harness.restart()
    await harness.ada.click(private(first), label="▶")
    assert private(first).embeds[0].footer.text == "Page 2 of 2 · /show posts a picture again"


async def test_only_the_user_whose_history_it_is_can_turn_its_pages(harness: BotHarness) -> None:
    await harness.done(harness.ada, "a lighthouse")
    stored = harness.env.backend.messages[harness.channel.id][harness.channel.history()[-1].id]
    stored.components[0]["components"][0]["custom_id"] = f"history:{harness.ada.id}:0"
    name = buttons(harness.channel.history()[-1])[0]["custom_id"]
    text = await harness.refuses(harness.ben.click(harness.channel.history()[-1], custom_id=name))
    assert text == "This is somebody else's history. Use `/history` to see yours."


async def test_a_job_that_was_running_runs_again_and_updates_the_same_message(harness: BotHarness) -> None:
    message = await harness.running(harness.ada, "a lighthouse")
    waiting = await harness.waiting(harness.ben, "a windmill")
    harness.engine.gates["a lighthouse"].set()
    harness.engine.gates.clear()
    await harness.restart()
    await harness.wait_until_idle()
    assert "✅ **Done**" in card(harness.now(message))
    assert "✅ **Done**" in card(harness.now(waiting))
    assert len(harness.channel.history()) == 2


async def test_waiting_jobs_can_be_cancelled(harness: BotHarness) -> None:
    await harness.running(harness.ada, "a lighthouse")
    waiting = await harness.waiting(harness.ben, "a windmill")
    await harness.restart()
    await harness.ben.click(waiting, label="Cancel")
    await harness.until(lambda: "🚫 **Cancelled**" in card(harness.now(waiting)))
    assert (await harness.job(1002)).state is JobState.CANCELLED


async def test_reactions_on_old_messages_work(harness: BotHarness) -> None:
    message = await harness.done(harness.ada, "a lighthouse")
    await harness.restart()
    await harness.ben.react(message, "🔁")
    await harness.wait_until_idle()
    assert "from #1001" in card(harness.channel.history()[-1])


async def test_settings_bans_blocklists_and_pauses_persist(harness: BotHarness) -> None:
    await harness.olive.slash(harness.channel, "config spoiler", covered=True)
    await harness.mo.slash(harness.channel, "mod blocklist add", pattern="kitten")
    await harness.mo.slash(harness.channel, "mod ban", member=harness.ben.user)
    await harness.other_server.mo.slash(harness.other_server.channel, "mod pause")
    await harness.restart()
    assert (await harness.done(harness.ada, "a lighthouse")).attachments[0].filename == "SPOILER_job-1001.png"
    assert "on the blocklist" in await harness.refuses(harness.imagine(harness.ada, "a kitten"))
    assert "You are banned" in await harness.refuses(harness.imagine(harness.ben, "a lighthouse"))
    there = harness.other_server.vera.slash(harness.other_server.channel, "imagine", prompt="a barn")
    assert "paused" in await harness.refuses(there)


async def test_a_second_rerun_by_reaction_is_still_refused(harness: BotHarness) -> None:
    message = await harness.done(harness.ada, "a lighthouse")
    await harness.ben.react(message, "🔁")
    await harness.wait_until_idle()
    await harness.restart()
    await harness.ben.unreact(message, "🔁")
    await harness.ben.react(message, "🔁")
    assert "with a reaction" in harness.channel.history()[-1].content


async def test_unchanged_commands_are_not_registered_again(harness: BotHarness) -> None:
    def registrations() -> int:
        return sum(entry.method == "PUT" and entry.path.endswith("/commands") for entry in harness.env.http_requests)

    assert registrations() == 1
    await harness.restart()
    assert registrations() == 1
    await harness.restart(imagine={"size": "96x96", "steps": 4, "max_pixels": 192 * 192, "aspects": ["1:1"]})
    assert registrations() == 2
    assert "✅ **Done**" in card(await harness.done(harness.ada, "a lighthouse", aspect="1:1"))
