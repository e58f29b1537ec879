"""`/queue`, `/cancel`, `/history`, `/show`, `/stats`."""

import asyncio

from bot.jobs.job import JobState
from tests.chat.harness import BotHarness
from tests.chat.reading import answer, buttons, card, labels, private
from tests.harness.scripted_engine import ScriptedEngine


async def test_the_queue_lists_jobs_of_this_server_and_counts_the_others(harness: BotHarness) -> None:
    assert answer(await harness.ben.slash(harness.channel, "queue")) == (
        "The queue is empty. Your next picture starts right away."
    )
    await harness.running(harness.ada, "the *first*")
    await harness.waiting(harness.ben, "the second")
    await harness.waiting(harness.ada, "the third")
    await harness.other_server.vera.slash(harness.other_server.channel, "imagine", prompt="a barn")
    text = await harness.refuses(harness.ben.slash(harness.channel, "queue"))
    running, *waiting, elsewhere = text.splitlines()
    assert running == f"🎨 #1001 <@{harness.ada.id}> the \\*first\\*"
    assert waiting[0].startswith(f"`1` #1002 <@{harness.ben.id}> the second")
    assert any(f"#1003 <@{harness.ada.id}> the third" in line for line in waiting)
    assert elsewhere == "One picture is waiting in other servers."
    assert "a barn" not in text


async def test_the_queue_names_several_devices(harness: BotHarness) -> None:
    harness.engines = {"cuda:0": harness.engine, "cuda:1": ScriptedEngine()}
    await harness.restart()
    devices = [f"🖥️ cuda:{number}: free" for number in range(2)]
    idle = answer(await harness.ben.slash(harness.channel, "queue")).splitlines()
    assert idle == ["The queue is empty. Your next picture starts right away.", " · ".join(devices)]
    for engine in harness.engines.values():
        engine.gates["a barn"] = asyncio.Event()
    await harness.waiting(harness.ada, "a barn")
    await harness.until(lambda: any(engine.tasks for engine in harness.engines.values()))
    running, state = answer(await harness.ben.slash(harness.channel, "queue")).splitlines()
    device = running.split(" · ")[-1]
    assert running == f"🎨 #1001 <@{harness.ada.id}> a barn · {device}"
    assert sorted(state.split(" · ")) == sorted(
        f"🖥️ {name}: {'busy' if name == device else 'free'}" for name in harness.engines
    )


async def test_a_long_queue_of_long_prompts_fits_a_message(harness: BotHarness) -> None:
    await harness.running(harness.ada, "*" * 60)
    for member in (harness.ada, harness.ben, harness.chiyo):
        await harness.imagine(member, "*" * 60, count=4)
    assert answer(await harness.ben.slash(harness.channel, "queue")).count("\n") > 5
    await harness.mo.slash(harness.channel, "mod pause", reason="*" * 300)
    assert answer(await harness.mo.slash(harness.channel, "mod queue")).endswith("…")


async def test_the_queue_of_a_paused_server_lists_its_waiting_jobs(harness: BotHarness) -> None:
    await harness.running(harness.ada, "a lighthouse")
    for member in (harness.ben, harness.chiyo, harness.dan):
        await harness.imagine(member, "a windmill", count=4)
    await harness.mo.slash(harness.channel, "mod pause")
    lines = answer(await harness.ben.slash(harness.channel, "queue")).splitlines()
    assert lines[0] == "⏸️ Paused."
    assert lines[2] == f"`–` #1002 <@{harness.ben.id}> a windmill"
    assert lines[-1] == "… and 2 more"


async def test_the_queue_shows_a_pause_and_its_reason(harness: BotHarness) -> None:
    await harness.mo.slash(harness.channel, "mod pause")
    assert answer(await harness.ben.slash(harness.channel, "queue")) == "⏸️ Paused."
    await harness.mo.slash(harness.channel, "mod pause", reason="the *fan* is loud")
    assert answer(await harness.ben.slash(harness.channel, "queue")) == "⏸️ Paused: the \\*fan\\* is loud"


async def test_the_cancel_command_is_only_for_one_s_own_jobs(harness: BotHarness) -> None:
    await harness.running(harness.ada, "a lighthouse")
    await harness.waiting(harness.ada, "a windmill")
    others = await harness.refuses(harness.ben.slash(harness.channel, "cancel", job=1002))
    assert others == "Only the person who asked for this picture, or a moderator, can cancel it."
    moderators = await harness.refuses(harness.mo.slash(harness.channel, "cancel", job=1002))
    assert moderators == "This job is somebody else's. As a moderator, use `/mod remove`."
    assert answer(await harness.ada.slash(harness.channel, "cancel", job=1002)) == "Cancelled #1002."
    await harness.showing("a windmill", "🚫 **Cancelled**")
    refusal = await harness.refuses(harness.ada.slash(harness.channel, "cancel", job=1002))
    assert refusal == "Too late to cancel: this job is cancelled."
    assert answer(await harness.ada.slash(harness.channel, "cancel", job=1001)) == "Cancelled #1001."
    await harness.wait_until_idle()


async def test_cancel_of_a_finished_or_unknown_job_says_so(harness: BotHarness) -> None:
    await harness.done(harness.ada, "a lighthouse")
    done = await harness.refuses(harness.ada.slash(harness.channel, "cancel", job=1001))
    assert done == "Too late to cancel: this job is done."
    unknown = "I don't know this job any more."
    assert await harness.refuses(harness.ada.slash(harness.channel, "cancel", job=99)) == unknown
    await harness.other_server.vera.slash(harness.other_server.channel, "imagine", prompt="a barn")
    await harness.wait_until_idle()
    assert await harness.refuses(harness.mo.slash(harness.channel, "cancel", job=1002)) == unknown
    assert await harness.refuses(harness.ada.slash(harness.channel, "show", job=1002)) == unknown


async def test_cancel_autocompletes_the_user_s_unfinished_jobs(harness: BotHarness) -> None:
    await harness.running(harness.ada, "a lighthouse")
    await harness.waiting(harness.ada, "a windmill")
    await harness.waiting(harness.ben, "a barn")
    offered = await harness.ada.autocomplete(harness.channel, "cancel", "job", "")
    assert [(choice["name"], choice["value"]) for choice in offered] == [
        ("#1001 a lighthouse", 1001),
        ("#1002 a windmill", 1002),
    ]
    offered = await harness.ada.autocomplete(harness.channel, "cancel", "job", "WIND")
    assert [choice["value"] for choice in offered] == [1002]


async def test_history_pages_through_the_user_s_pictures_with_thumbnails(harness: BotHarness) -> None:
    for number in range(8):
        await harness.done(harness.ada, f"picture *{number}*")
    await harness.done(harness.ben, "somebody else's")
    first = await harness.ada.slash(harness.channel, "history")
    page = private(first)
    assert page.embeds[0].title == "Your 8 pictures"
    assert page.embeds[0].footer.text == "Page 1 of 2 · /show posts a picture again"
    lines = (page.embeds[0].description or "").splitlines()
    assert len(lines) == 6
    assert lines[0].startswith("**1** · #1008 · picture \\*7\\* · [↗](https://discord.com/channels/")
    assert [file.filename for file in page.attachments] == ["history.png"]
    assert [(button["label"], button.get("disabled", False)) for button in buttons(page)] == [
        ("◀", True),
        ("▶", False),
    ]
    await harness.ada.click(page, label="▶")
    page = private(first)
    assert page.embeds[0].footer.text == "Page 2 of 2 · /show posts a picture again"
    assert len((page.embeds[0].description or "").splitlines()) == 2
    assert "somebody else's" not in (page.embeds[0].description or "")
    assert [(button["label"], button.get("disabled", False)) for button in buttons(page)] == [
        ("◀", False),
        ("▶", True),
    ]
    await harness.ada.click(page, label="◀")
    assert private(first).embeds[0].footer.text == "Page 1 of 2 · /show posts a picture again"


async def test_history_without_pictures_says_how_to_make_one(harness: BotHarness) -> None:
    text = await harness.refuses(harness.ada.slash(harness.channel, "history"))
    assert text == "You have no pictures here yet. Make one with `/imagine`."


async def test_history_in_german(harness: BotHarness) -> None:
    harness.locales[harness.ada.id] = "de"
    await harness.done(harness.ada, "ein Leuchtturm")
    page = private(await harness.ada.slash(harness.channel, "history"))
    assert page.embeds[0].title == "Dein Bild"


async def test_history_covers_spoilers_and_hides_held_pictures(harness: BotHarness) -> None:
    from bot.jobs.job import Flag

    await harness.done(harness.ada, "a surprise", spoiler=True)
    await harness.olive.slash(harness.channel, "config screening", mode="hold")
    harness.engine.flags["a spider"] = (Flag("spiders", "picture", 0.9),)
    await harness.done(harness.ada, "a spider")
    page = private(await harness.ada.slash(harness.channel, "history"))
    assert page.embeds[0].title == "Your picture"
    assert [file.filename for file in page.attachments] == ["SPOILER_history.png"]


async def test_show_posts_a_picture_again_with_its_buttons(harness: BotHarness) -> None:
    await harness.done(harness.ada, "a lighthouse")
    result = await harness.ben.slash(harness.channel, "show", job=1001)
    assert result.response is not None
    assert not result.ephemeral
    opened = harness.now(result.response)
    assert f"for <@{harness.ada.id}>" in card(opened)
    assert [(file.filename, file.description) for file in opened.attachments] == [("job-1001.png", "a lighthouse")]
    assert labels(opened)[0] == "New seed"


async def test_show_autocompletes_the_user_s_pictures(harness: BotHarness) -> None:
    await harness.done(harness.ada, "a lighthouse")
    await harness.done(harness.ada, "a windmill")
    await harness.done(harness.ben, "a barn")
    offered = await harness.ada.autocomplete(harness.channel, "show", "job", "")
    assert [choice["name"] for choice in offered] == ["#1002 a windmill", "#1001 a lighthouse"]


async def test_show_of_a_job_without_a_picture_says_so(harness: BotHarness) -> None:
    await harness.running(harness.ada, "a lighthouse")
    assert await harness.refuses(harness.ada.slash(harness.channel, "show", job=1001)) == "This file has been deleted."
    assert (
        await harness.refuses(harness.ada.slash(harness.channel, "show", job=1007)) == "I don't know this job any more."
    )


async def test_a_picture_from_a_restricted_channel_is_shown_only_in_one(harness: BotHarness) -> None:
    adults = harness.age_restricted()
    await harness.ada.slash(adults, "imagine", prompt="a nude")
    await harness.wait_until_idle()
    text = await harness.refuses(harness.ada.slash(harness.channel, "show", job=1001))
    assert text == "This picture was made in an age-restricted channel and can only be shown in one."
    await harness.ada.slash(adults, "show", job=1001)
    assert len(adults.history()) == 2


async def test_stats_count_pictures_and_people_of_this_server(harness: BotHarness) -> None:
    assert answer(await harness.ben.slash(harness.channel, "stats")).startswith("No pictures have been made here yet.")
    await harness.done(harness.ada, "a lighthouse")
    assert answer(await harness.ben.slash(harness.channel, "stats")).startswith("One picture has been made here")
    await harness.done(harness.ben, "a windmill")
    await harness.other_server.vera.slash(harness.other_server.channel, "imagine", prompt="a barn")
    await harness.wait_until_idle()
    text = answer(await harness.ben.slash(harness.channel, "stats"))
    assert text.startswith("2 pictures by 2 members, 2 of them in the last 24 hours")
    assert "Model: pocket." in text
    assert (await harness.job(1003)).state is JobState.DONE
