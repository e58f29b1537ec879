"""The buttons under a picture: what each does, who may press it, and what others read."""

from bot.job import JobState, Origin
from tests.chat.town import Town, answer, card, labels, private, read_out


async def test_new_seed_makes_the_same_for_whoever_presses(place: Town) -> None:
    message = await place.done(place.ada, "a lighthouse", seed=1, negative="fog")
    await place.press(place.ben, message, "New seed")
    again = place.channel.history()[-1]
    assert f"from #1, for <@{place.ben.id}>" in card(again)
    assert "without *fog*" in card(again)
    job = await place.job(2)
    assert (job.requester_id, job.parent_id, job.origin) == (place.ben.id, 1, Origin.BUTTON)
    assert job.request.seed != 1


async def test_new_seed_under_a_sheet_makes_a_sheet(place: Town) -> None:
    sheet = await place.done(place.ada, "a lighthouse", count=3, seed=1)
    await place.press(place.ada, sheet, "New seed")
    assert labels(place.channel.history()[-1])[:3] == ["1", "2", "3"]
    assert [(await place.job(number)).parent_id for number in (4, 5, 6)] == [1, 2, 3]


async def test_variations_are_four_from_the_picture(place: Town) -> None:
    message = await place.done(place.ada, "a lighthouse", spoiler=True)
    await place.press(place.ben, message, "Variations")
    sheet = place.channel.history()[-1]
    assert labels(sheet)[:4] == ["1", "2", "3", "4"]
    assert f"from #1, for <@{place.ben.id}>" in card(sheet)
    assert [file.filename for file in sheet.attachments] == ["SPOILER_sheet-2.png"]
    assert (await place.job(2)).request.init == (await place.job(1)).picture


async def test_more_steps_go_on_from_the_picture(place: Town) -> None:
    message = await place.done(place.ada, "a lighthouse", seed=1)
    await place.press(place.ben, message, "More steps")
    assert "from #1" in card(place.channel.history()[-1])
    job = await place.job(2)
    assert job.request.init == (await place.job(1)).picture
    assert len(job.request.span()) == 2


async def test_upscale_doubles_the_sides(place: Town) -> None:
    message = await place.done(place.ada, "a lighthouse")
    await place.press(place.ben, message, "Upscale")
    bigger = place.channel.history()[-1]
    assert "192×192" in (bigger.embeds[0].footer.text or "")
    text = await place.refuses(place.ben.click(bigger, label="Upscale"))
    assert text == "That picture would be too large: at most 36,864 pixels are allowed here."


async def test_time_lapse_is_a_film_for_everybody(place: Town) -> None:
    message = await place.done(place.ada, "a lighthouse")
    covered = await place.done(place.ada, "a surprise", spoiler=True)
    for which, name in ((message, "job-1.mp4"), (covered, "SPOILER_job-2.mp4")):
        result = await place.press(place.ben, which, "Time-lapse")
        assert result.response is not None
        assert not result.ephemeral
        assert [file.filename for file in result.response.attachments] == [name]


async def test_without_a_film_there_is_no_button_for_it(place: Town) -> None:
    await place.restart(progress={"film": False, "interval_s": 0.5})
    assert "Time-lapse" not in labels(await place.done(place.ada, "a lighthouse"))


async def test_parameters_are_told_to_the_presser_alone_with_what_to_type_again(place: Town) -> None:
    message = await place.done(place.ada, "a `lighthouse`", seed=7, negative="fog", style="pencil")
    result = await place.press(place.ben, message, "Parameters")
    text = answer(result)
    assert "Parameters #1" in text
    assert r"Prompt: a \`lighthouse\`" in text
    assert "Without: fog" in text
    assert "Style: a pencil drawing of {}" in text
    assert "96×96 · steps 4 · seed 7 · model " in text
    assert "To make it again: ```\na 'lighthouse' --seed 7 --steps 4 --no fog\n```" in text
    assert "similarity 0.50 · 0.5 s" in text


async def test_what_parameters_say_to_type_makes_the_same_picture(place: Town) -> None:
    message = await place.done(place.ada, "a lighthouse::2 mist::0.5", seed=7, steps=6, negative="fog, rain")
    text = answer(await place.press(place.ben, message, "Parameters"))
    await place.done(place.ben, text.partition("```\n")[2].partition("\n```")[0])
    assert (await place.job(2)).request == (await place.job(1)).request


async def test_parameters_of_a_sheet_with_the_longest_words_fit_a_message(place: Town) -> None:
    words = ("a*" * 500)[:1000]
    sheet = await place.done(place.ada, words, negative=words, count=4, seed=1)
    page = private(await place.press(place.ben, sheet, "Parameters"))
    assert [embed.title for embed in page.embeds] == [
        "Parameters #1",
        "Parameters #2",
        "Parameters #3",
        "Parameters #4",
    ]
    for number in range(4):
        assert f"seed {1 + number}" in read_out(page)


async def test_a_number_posts_that_picture_alone_to_be_worked_with(place: Town) -> None:
    sheet = await place.done(place.ada, "a lighthouse", count=4, seed=1)
    await place.press(place.ben, sheet, "3")
    picked = place.channel.history()[-1]
    assert picked.id != sheet.id
    assert [(file.filename, file.description) for file in picked.attachments] == [("job-3.png", "a lighthouse")]
    assert f"for <@{place.ada.id}>" in card(picked)
    await place.press(place.ben, picked, "New seed")
    assert (await place.job(5)).parent_id == 3


async def test_cancel_is_for_the_requester_and_moderators(place: Town) -> None:
    await place.olive.slash(place.channel, "config log", channel=place.channel)
    await place.running(place.eve, "the first")
    mine = await place.waiting(place.ada, "a lighthouse")
    other = await place.waiting(place.ada, "a windmill")
    text = await place.refuses(place.ben.click(mine, label="Cancel"))
    assert text == "Only the person who asked, or a moderator, can cancel this."
    await place.ada.click(mine, label="Cancel")
    assert "🚫 **Cancelled**" in card(await place.showing("a lighthouse", "Cancelled"))
    await place.mo.click(other, label="Cancel")
    await place.showing("a windmill", "Cancelled")
    assert f"<@{place.mo.id}> cancelled a job of <@{place.ada.id}> · \\#3" in place.everything()
    assert place.everything().count("cancelled a job of") == 1, "one's own is no deed of a moderator's"


async def test_cancel_stops_what_runs(place: Town) -> None:
    message = await place.running(place.ada, "a lighthouse")
    await place.press(place.ada, message, "Cancel")
    assert "🚫 **Cancelled**" in card(place.now(message))
    assert labels(place.now(message)) == ["New seed", "Edit", "Parameters", "Delete"]
    assert not place.now(message).attachments


async def test_cancel_under_a_sheet_cancels_what_is_not_finished(place: Town) -> None:
    message = await place.running(place.ada, "a lighthouse", count=3)
    await place.press(place.ada, message, "Cancel")
    assert card(place.now(message)).count("🚫 **Cancelled**") == 3


async def test_a_cancel_that_comes_too_late_says_what_became_of_it(place: Town) -> None:
    message = await place.running(place.ada, "a lighthouse")
    stale = place.env.backend.messages[place.channel.id][message.id]
    before = list(stale.components)
    place.engine.gates["a lighthouse"].set()
    await place.rest()
    stale.components = before
    text = await place.refuses(place.ada.click(message, label="Cancel"))
    assert text == "Too late to cancel: this job is done."
    assert await place.refuses(place.ada.click(message, label="Finish now")) == "This job does not run now."


async def test_finish_now_ends_with_the_picture_that_is_there(place: Town) -> None:
    message = await place.running(place.ada, "a lighthouse")
    text = await place.refuses(place.ben.click(message, label="Finish now"))
    assert text == "Only the person who asked, or a moderator, can finish this early."
    await place.press(place.ada, message, "Finish now")
    assert "✅ **Done**" in card(place.now(message))
    assert "· 1 step ·" in (place.now(message).embeds[0].footer.text or "")


async def test_a_moderator_may_finish_what_runs(place: Town) -> None:
    message = await place.running(place.ada, "a lighthouse")
    await place.press(place.mo, message, "Finish now")
    assert "✅ **Done**" in card(place.now(message))


async def test_delete_is_for_the_requester_and_moderators_and_takes_the_files(place: Town) -> None:
    await place.olive.slash(place.channel, "config log", channel=place.channel)
    mine = await place.done(place.ada, "a lighthouse")
    other = await place.done(place.ada, "a windmill")
    picture = (await place.job(1)).picture
    assert picture is not None
    text = await place.refuses(place.ben.click(mine, label="Delete"))
    assert text == "Only the person who asked, or a moderator, can delete this."
    await place.press(place.ada, mine, "Delete")
    assert place.gone(mine)
    assert not await place.house.parts.pictures.has(picture)
    assert "deleted a picture" not in place.everything()
    await place.press(place.mo, other, "Delete")
    assert place.gone(other)
    assert f"<@{place.mo.id}> deleted a picture of <@{place.ada.id}> · \\#2" in place.everything()


async def test_delete_under_a_copy_takes_only_the_copy_and_under_the_original_every_copy(place: Town) -> None:
    sheet = await place.done(place.ada, "a lighthouse", count=2)
    await place.press(place.ben, sheet, "1")
    first = place.channel.history()[-1]
    await place.press(place.ben, sheet, "2")
    second = place.channel.history()[-1]
    await place.press(place.ada, first, "Delete")
    assert place.gone(first)
    assert not place.gone(sheet)
    await place.press(place.ada, sheet, "Delete")
    assert place.gone(sheet)
    assert place.gone(second)


async def test_a_file_that_is_not_kept_any_more_is_said_to_be_gone(place: Town) -> None:
    message = await place.done(place.ada, "a lighthouse")
    job = await place.job(1)
    await place.house.parts.pictures.drop({str(job.picture), str(job.film)})
    for label in ("Variations", "More steps", "Upscale", "Time-lapse"):
        assert await place.refuses(place.ben.click(message, label=label)) == "This file is not kept any more."


async def test_a_button_of_a_job_that_is_not_known_says_so(place: Town) -> None:
    message = await place.done(place.ada, "a lighthouse")
    stored = place.env.backend.messages[place.channel.id][message.id]
    for row in stored.components:
        for child in row["components"]:
            child["custom_id"] = child["custom_id"].replace("job:1:", "job:999:")
    for label in labels(place.now(message)):
        text = await place.refuses(place.ada.click(message, label=label))
        assert text == "This job is not known here any more."


async def test_buttons_of_another_servers_job_are_not_known_here(place: Town) -> None:
    result = await place.village.vera.slash(place.village.channel, "imagine", prompt="a barn")
    await place.rest()
    assert result.response is not None
    message = await place.done(place.ada, "a lighthouse")
    stored = place.env.backend.messages[place.channel.id][message.id]
    for row in stored.components:
        for child in row["components"]:
            child["custom_id"] = child["custom_id"].replace("job:2:", "job:1:")
    for label in labels(place.now(message)):
        text = await place.refuses(place.mo.click(message, label=label))
        assert text == "This job is not known here any more."
    assert not place.gone(result.response)


async def test_a_press_passes_the_same_gate_on_the_quota_of_the_presser(place: Town) -> None:
    message = await place.done(place.ada, "a lighthouse")
    await place.olive.slash(place.channel, "config limit", limit="waiting_per_member", value=1)
    await place.running(place.ben, "the first")
    for label in ("New seed", "More steps", "Upscale"):
        text = await place.refuses(place.ben.click(message, label=label))
        assert text.startswith("You can have one picture under way at a time")
    assert "You can have one picture" in await place.refuses(place.ada.click(message, label="Variations"))


async def test_what_was_cancelled_can_be_made_after_all(place: Town) -> None:
    message = await place.running(place.ada, "a lighthouse")
    await place.press(place.ada, message, "Cancel")
    place.engine.gates["a lighthouse"].set()
    await place.press(place.ben, message, "New seed")
    assert "✅ **Done**" in card(place.channel.history()[-1])
    assert (await place.job(2)).state is JobState.DONE


async def test_an_error_of_ours_is_told_with_a_number_that_the_log_has_too(place: Town) -> None:
    place.expected.append("incident ")
    message = await place.done(place.ada, "a lighthouse")
    place.env.inject_error("POST", "/interactions/*/callback", status=400, code=50035, message="no such thing")
    result = await place.ben.click(message, label="Parameters")
    assert answer(result).startswith(
        "Something went wrong on this side. If it happens again, tell the host this number:"
    )
    assert "no such thing" not in answer(result)
