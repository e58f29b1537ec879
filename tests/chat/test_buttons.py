"""The buttons under a picture: what each does, and who may press it."""

import discord
import pytest

from bot.jobs.job import JobState, Origin
from tests.chat.harness import BotHarness
from tests.chat.reading import answer, card, labels, private, read_out


async def test_new_seed_makes_a_job_for_the_user_who_presses_it(harness: BotHarness) -> None:
    message = await harness.done(harness.ada, "a lighthouse", seed=1, negative="fog")
    await harness.press(harness.ben, message, "New seed")
    rerun = harness.channel.history()[-1]
    assert f"from #1001, for <@{harness.ben.id}>" in card(rerun)
    assert "without *fog*" in card(rerun)
    job = await harness.job(1002)
    assert (job.requester_id, job.parent_id, job.origin) == (harness.ben.id, 1001, Origin.BUTTON)
    assert job.request.seed != 1


async def test_new_seed_under_a_batch_makes_a_batch(harness: BotHarness) -> None:
    batch = await harness.done(harness.ada, "a lighthouse", count=3, seed=1)
    await harness.press(harness.ada, batch, "New seed")
    assert labels(harness.channel.history()[-1])[:3] == ["1", "2", "3"]
    assert [(await harness.job(number)).parent_id for number in (1004, 1005, 1006)] == [1001, 1002, 1003]


async def test_variations_are_four_from_the_picture(harness: BotHarness) -> None:
    message = await harness.done(harness.ada, "a lighthouse", spoiler=True)
    await harness.press(harness.ben, message, "Variations")
    batch = harness.channel.history()[-1]
    assert labels(batch)[:4] == ["1", "2", "3", "4"]
    assert f"from #1001, for <@{harness.ben.id}>" in card(batch)
    assert [file.filename for file in batch.attachments] == ["SPOILER_batch-1002.png"]
    assert (await harness.job(1002)).request.init == (await harness.job(1001)).picture


async def test_more_steps_continue_from_the_picture(harness: BotHarness) -> None:
    message = await harness.done(harness.ada, "a lighthouse", seed=1)
    await harness.press(harness.ben, message, "More steps")
    assert "from #1001" in card(harness.channel.history()[-1])
    job = await harness.job(1002)
    assert job.request.init == (await harness.job(1001)).picture
    assert len(job.request.span()) == 2


async def test_upscale_doubles_the_sides(harness: BotHarness) -> None:
    message = await harness.done(harness.ada, "a lighthouse")
    await harness.press(harness.ben, message, "Upscale")
    bigger = harness.channel.history()[-1]
    assert "192×192" in (bigger.embeds[0].footer.text or "")
    text = await harness.refuses(harness.ben.click(bigger, label="Upscale"))
    assert text == "This picture would be too large: the limit here is 36,864 pixels."


async def test_every_user_can_open_the_time_lapse(harness: BotHarness) -> None:
    message = await harness.done(harness.ada, "a lighthouse")
    covered = await harness.done(harness.ada, "a surprise", spoiler=True)
    for which, name in ((message, "job-1001.mp4"), (covered, "SPOILER_job-1002.mp4")):
        result = await harness.press(harness.ben, which, "Time-lapse")
        assert result.response is not None
        assert not result.ephemeral
        assert [file.filename for file in result.response.attachments] == [name]


async def test_without_a_time_lapse_there_is_no_time_lapse_button(harness: BotHarness) -> None:
    await harness.restart(progress={"timelapse": False, "interval_s": 0.5})
    assert "Time-lapse" not in labels(await harness.done(harness.ada, "a lighthouse"))


async def test_parameters_are_shown_only_to_the_user_who_presses_it_with_a_command_to_copy(harness: BotHarness) -> None:
    message = await harness.done(harness.ada, "a `lighthouse`", seed=7, negative="fog", style="pencil")
    result = await harness.press(harness.ben, message, "Parameters")
    text = answer(result)
    assert "Parameters #1001" in text
    assert r"Prompt: a \`lighthouse\`" in text
    assert "Negative prompt: fog" in text
    assert "Style: a pencil drawing of {}" in text
    assert "96×96 · steps 4 · seed 7 · model " in text
    assert "Prompt to make it again: ```\na 'lighthouse' --seed 7 --steps 4 --no fog\n```" in text
    assert "similarity 0.50 · 0.5 s" in text


async def test_the_command_in_the_parameters_makes_the_same_picture(harness: BotHarness) -> None:
    message = await harness.done(harness.ada, "a lighthouse::2 mist::0.5", seed=7, steps=6, negative="fog, rain")
    text = answer(await harness.press(harness.ben, message, "Parameters"))
    await harness.done(harness.ben, text.partition("```\n")[2].partition("\n```")[0])
    assert (await harness.job(1002)).request == (await harness.job(1001)).request


async def test_parameters_of_a_batch_with_the_longest_prompt_fit_a_message(harness: BotHarness) -> None:
    words = ("a*" * 500)[:1000]
    batch = await harness.done(harness.ada, words, negative=words, count=4, seed=1)
    page = private(await harness.press(harness.ben, batch, "Parameters"))
    assert [embed.title for embed in page.embeds] == [
        "Parameters #1001",
        "Parameters #1002",
        "Parameters #1003",
        "Parameters #1004",
    ]
    for number in range(4):
        assert f"seed {1 + number}" in read_out(page)


async def test_a_number_button_posts_that_picture_alone_with_its_buttons(harness: BotHarness) -> None:
    batch = await harness.done(harness.ada, "a lighthouse", count=4, seed=1)
    await harness.press(harness.ben, batch, "3")
    picked = harness.channel.history()[-1]
    assert picked.id != batch.id
    assert [(file.filename, file.description) for file in picked.attachments] == [("job-1003.png", "a lighthouse")]
    assert f"for <@{harness.ada.id}>" in card(picked)
    await harness.press(harness.ben, picked, "New seed")
    assert (await harness.job(1005)).parent_id == 1003


async def test_cancel_is_for_the_requester_and_moderators(harness: BotHarness) -> None:
    await harness.olive.slash(harness.channel, "config log", channel=harness.channel)
    await harness.running(harness.eve, "the first")
    mine = await harness.waiting(harness.ada, "a lighthouse")
    other = await harness.waiting(harness.ada, "a windmill")
    text = await harness.refuses(harness.ben.click(mine, label="Cancel"))
    assert text == "Only the person who asked for this picture, or a moderator, can cancel it."
    await harness.ada.click(mine, label="Cancel")
    assert "🚫 **Cancelled**" in card(await harness.showing("a lighthouse", "Cancelled"))
    await harness.mo.click(other, label="Cancel")
    await harness.showing("a windmill", "Cancelled")
    assert f"<@{harness.mo.id}> cancelled a job of <@{harness.ada.id}> · \\#1003" in harness.everything()
    assert harness.everything().count("cancelled a job of") == 1, "one's own is no action of a moderator's"


async def test_cancel_stops_the_running_job(harness: BotHarness) -> None:
    message = await harness.running(harness.ada, "a lighthouse")
    await harness.press(harness.ada, message, "Cancel")
    assert "🚫 **Cancelled**" in card(harness.now(message))
    assert labels(harness.now(message)) == ["New seed", "Edit", "Parameters", "Delete"]
    assert not harness.now(message).attachments


async def test_cancel_under_a_batch_cancels_the_unfinished_jobs(harness: BotHarness) -> None:
    message = await harness.running(harness.ada, "a lighthouse", count=3)
    await harness.press(harness.ada, message, "Cancel")
    assert card(harness.now(message)).count("🚫 **Cancelled**") == 3


async def test_a_late_cancel_is_answered_with_the_job_s_state(harness: BotHarness) -> None:
    message = await harness.running(harness.ada, "a lighthouse")
    stale = harness.env.backend.messages[harness.channel.id][message.id]
    before = list(stale.components)
    harness.engine.gates["a lighthouse"].set()
    await harness.wait_until_idle()
    stale.components = before
    text = await harness.refuses(harness.ada.click(message, label="Cancel"))
    assert text == "Too late to cancel: this job is done."
    assert await harness.refuses(harness.ada.click(message, label="Finish now")) == "This job is not running."


async def test_finish_now_ends_the_run_with_its_current_picture(harness: BotHarness) -> None:
    message = await harness.running(harness.ada, "a lighthouse")
    text = await harness.refuses(harness.ben.click(message, label="Finish now"))
    assert text == "Only the person who asked for this picture, or a moderator, can finish it early."
    await harness.press(harness.ada, message, "Finish now")
    assert "✅ **Done**" in card(harness.now(message))
    assert "· 1 step ·" in (harness.now(message).embeds[0].footer.text or "")


async def test_a_moderator_may_finish_a_running_job(harness: BotHarness) -> None:
    message = await harness.running(harness.ada, "a lighthouse")
    await harness.press(harness.mo, message, "Finish now")
    assert "✅ **Done**" in card(harness.now(message))


async def test_the_requester_and_moderators_can_delete_a_picture_and_its_files(harness: BotHarness) -> None:
    await harness.olive.slash(harness.channel, "config log", channel=harness.channel)
    mine = await harness.done(harness.ada, "a lighthouse")
    other = await harness.done(harness.ada, "a windmill")
    picture = (await harness.job(1001)).picture
    assert picture is not None
    text = await harness.refuses(harness.ben.click(mine, label="Delete"))
    assert text == "Only the person who asked for this picture, or a moderator, can delete it."
    await harness.press(harness.ada, mine, "Delete")
    assert harness.gone(mine)
    assert not await harness.app.pictures.has(picture)
    assert "deleted a picture" not in harness.everything()
    await harness.press(harness.mo, other, "Delete")
    assert harness.gone(other)
    assert f"<@{harness.mo.id}> deleted a picture of <@{harness.ada.id}> · \\#1002" in harness.everything()


async def test_delete_while_discord_is_away_says_so_and_once_more_deletes(
    harness: BotHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = await harness.done(harness.ada, "a lighthouse")
    with monkeypatch.context() as away:
        away.setattr(discord.Client, "is_ready", lambda self: False)
        text = answer(await harness.ada.click(mine, label="Delete"))
    assert text == "Discord could not be reached for part of this. Please try again in a moment."
    await harness.press(harness.ada, mine, "Delete")
    assert harness.gone(mine)


async def test_delete_under_a_copy_removes_only_the_copy_and_under_the_original_all_copies(harness: BotHarness) -> None:
    batch = await harness.done(harness.ada, "a lighthouse", count=2)
    await harness.press(harness.ben, batch, "1")
    first = harness.channel.history()[-1]
    await harness.press(harness.ben, batch, "2")
    second = harness.channel.history()[-1]
    await harness.press(harness.ada, first, "Delete")
    assert harness.gone(first)
    assert not harness.gone(batch)
    await harness.press(harness.ada, batch, "Delete")
    assert harness.gone(batch)
    assert harness.gone(second)


async def test_a_button_that_needs_a_deleted_file_says_that_it_is_gone(harness: BotHarness) -> None:
    message = await harness.done(harness.ada, "a lighthouse")
    job = await harness.job(1001)
    await harness.app.pictures.drop({str(job.picture), str(job.timelapse)})
    for label in ("Variations", "More steps", "Upscale", "Time-lapse"):
        assert await harness.refuses(harness.ben.click(message, label=label)) == "This file has been deleted."


async def test_a_button_of_an_unknown_job_says_so(harness: BotHarness) -> None:
    message = await harness.done(harness.ada, "a lighthouse")
    stored = harness.env.backend.messages[harness.channel.id][message.id]
    for row in stored.components:
        for child in row["components"]:
            child["custom_id"] = child["custom_id"].replace("job:1001:", "job:999:")
    for label in labels(harness.now(message)):
        text = await harness.refuses(harness.ada.click(message, label=label))
        assert text == "I don't know this job any more."


async def test_a_job_of_another_server_is_unknown_here(harness: BotHarness) -> None:
    result = await harness.other_server.vera.slash(harness.other_server.channel, "imagine", prompt="a barn")
    await harness.wait_until_idle()
    assert result.response is not None
    message = await harness.done(harness.ada, "a lighthouse")
    stored = harness.env.backend.messages[harness.channel.id][message.id]
    for row in stored.components:
        for child in row["components"]:
            child["custom_id"] = child["custom_id"].replace("job:1002:", "job:1001:")
    for label in labels(harness.now(message)):
        text = await harness.refuses(harness.mo.click(message, label=label))
        assert text == "I don't know this job any more."
    assert not harness.gone(result.response)


async def test_a_button_s_job_passes_admission_and_counts_for_the_user_who_presses_it(harness: BotHarness) -> None:
    message = await harness.done(harness.ada, "a lighthouse")
    await harness.olive.slash(harness.channel, "config limit", limit="waiting_per_member", value=1)
    await harness.running(harness.ben, "the first")
    for label in ("New seed", "More steps", "Upscale"):
        text = await harness.refuses(harness.ben.click(message, label=label))
        assert text.startswith("You can have one unfinished picture at a time")
    assert "You can have one unfinished picture" in await harness.refuses(
        harness.ada.click(message, label="Variations")
    )


async def test_a_cancelled_job_can_be_rerun(harness: BotHarness) -> None:
    message = await harness.running(harness.ada, "a lighthouse")
    await harness.press(harness.ada, message, "Cancel")
    harness.engine.gates["a lighthouse"].set()
    await harness.press(harness.ben, message, "New seed")
    assert "✅ **Done**" in card(harness.channel.history()[-1])
    assert (await harness.job(1002)).state is JobState.DONE


async def test_an_internal_error_is_shown_with_a_number_that_is_also_in_the_log(harness: BotHarness) -> None:
    harness.expected.append("incident ")
    message = await harness.done(harness.ada, "a lighthouse")
    harness.env.inject_error("POST", "/interactions/*/callback", status=400, code=50035, message="no such thing")
    result = await harness.ben.click(message, label="Parameters")
    assert answer(result).startswith("Something went wrong. If it happens again, tell the bot's host this number:")
    assert "no such thing" not in answer(result)
