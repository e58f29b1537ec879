"""Forms: edit a job, use an init image, report."""

from tests.chat.harness import BotHarness
from tests.chat.pictures import png
from tests.chat.reading import answer, card, fields, read_out


async def test_the_edit_form_is_filled_with_the_job(harness: BotHarness) -> None:
    message = await harness.done(harness.ada, "a lighthouse", seed=1, negative="fog", steps=6)
    opened = await harness.ben.click(message, label="Edit")
    assert opened.modal is not None
    assert opened.modal["title"] == "Edit and make again"
    assert {name: field.get("value") for name, field in fields(opened).items()} == {
        "prompt": "a lighthouse",
        "negative": "fog",
        "parameters": "--steps 6",
    }
    assert [row["label"] for row in opened.modal["components"]] == ["Prompt", "Negative prompt", "Parameters"]
    assert opened.modal["components"][2]["description"] == "Flags, such as --ar 3:2 --seed 7 --steps 80 --style pencil"


async def test_form_fields_limit_their_input(harness: BotHarness) -> None:
    await harness.olive.slash(harness.channel, "config log", channel=harness.channel)
    message = await harness.done(harness.ada, "a lighthouse")
    posted = await harness.ben.send(harness.channel, attachments=[("cat.png", png())])
    most: dict[str, tuple[int, bool]] = {}
    for opened in (
        await harness.ben.click(message, label="Edit"),
        await harness.ben.context_menu(harness.channel, "Use as init image", posted),
        await harness.ben.context_menu(harness.channel, "Report to moderators", message),
    ):
        most |= {name: (field["max_length"], field["required"]) for name, field in fields(opened).items()}
    assert most == {
        "prompt": (1000, True),
        "negative": (1000, False),
        "strength": (5, False),
        "parameters": (200, False),
        "reason": (500, True),
    }


async def test_an_edit_makes_a_picture_for_the_user_who_submits_it(harness: BotHarness) -> None:
    message = await harness.done(harness.ada, "a lighthouse", seed=1, spoiler=True)
    opened = await harness.ben.click(message, label="Edit")
    await harness.ben.submit_modal(
        opened, {"prompt": "a windmill --seed 4", "negative": "rain", "parameters": "--ar 3:2 --steps 9"}
    )
    await harness.wait_until_idle()
    edited = harness.channel.history()[-1]
    assert card(edited).startswith(f"**a windmill**\nwithout *rain*\nfrom #1001, for <@{harness.ben.id}>")
    assert [file.filename for file in edited.attachments] == ["SPOILER_job-1002.png"]
    job = await harness.job(1002)
    assert (job.request.seed, job.request.steps, job.request.width) == (4, 9, 112)


async def test_an_edit_uses_the_styles_of_the_user_who_submits_it(harness: BotHarness) -> None:
    await harness.ben.slash(harness.channel, "style save", name="dusk", words="at dusk")
    message = await harness.done(harness.ada, "a lighthouse")
    opened = await harness.ben.click(message, label="Edit")
    await harness.ben.submit_modal(opened, {"prompt": "a windmill", "parameters": "--style dusk"})
    await harness.wait_until_idle()
    assert (await harness.job(1002)).request.style == "at dusk"


async def test_an_invalid_edit_is_refused_with_a_message(harness: BotHarness) -> None:
    message = await harness.done(harness.ada, "a lighthouse")
    opened = await harness.ben.click(message, label="Edit")
    text = await harness.refuses(harness.ben.submit_modal(opened, {"prompt": "a windmill", "parameters": "--sed 4"}))
    assert "did you mean --seed?" in text


async def test_an_edit_passes_admission(harness: BotHarness) -> None:
    message = await harness.done(harness.ada, "a lighthouse")
    await harness.mo.slash(harness.channel, "mod blocklist add", pattern="kitten")
    opened = await harness.ben.click(message, label="Edit")
    text = await harness.refuses(harness.ben.submit_modal(opened, {"prompt": "a kitten"}))
    assert text == "Some of these words are on the blocklist."


async def test_editing_a_job_of_an_erased_user_is_refused(harness: BotHarness) -> None:
    message = await harness.done(harness.ada, "a lighthouse")
    opened = await harness.ben.click(message, label="Edit")
    # The bot has lost the right to delete, so the message stays.
    harness.env.inject_error("DELETE", "/channels/*/messages/*", status=403, code=50001)
    await harness.ada.slash(harness.channel, "privacy delete", sure=True)
    erased = "The member who made this had their data deleted, so it cannot be made again."
    assert await harness.refuses(harness.ben.submit_modal(opened, {"prompt": "a windmill"})) == erased
    for label in ("New seed", "Variations", "More steps", "Upscale"):
        assert await harness.refuses(harness.ben.click(message, label=label)) == erased


async def test_the_image_form_makes_a_picture_from_it(harness: BotHarness) -> None:
    posted = await harness.ben.send(harness.channel, attachments=[("cat.png", png())])
    opened = await harness.ada.context_menu(harness.channel, "Use as init image", posted)
    assert opened.modal is not None
    assert opened.modal["title"] == "Start from this image"
    assert list(fields(opened)) == ["prompt", "strength", "parameters"]
    await harness.ada.submit_modal(opened, {"prompt": "a tiger", "strength": "0,8", "parameters": "--seed 3"})
    await harness.wait_until_idle()
    job = await harness.job(1001)
    assert (job.request.strength, job.request.seed, job.requester_id) == (0.8, 3, harness.ada.id)
    assert job.request.init is not None
    assert "✅ **Done**" in card(harness.channel.history()[-1])


async def test_an_invalid_strength_is_refused(harness: BotHarness) -> None:
    posted = await harness.ben.send(harness.channel, attachments=[("cat.png", png())])
    for strength in ("much", "1.5", "-1", "nan"):
        opened = await harness.ada.context_menu(harness.channel, "Use as init image", posted)
        text = await harness.refuses(harness.ada.submit_modal(opened, {"prompt": "a tiger", "strength": strength}))
        assert text == "Strength must be a number from 0 to 1, such as 0.6.", strength


async def test_an_image_that_was_deleted_is_refused(harness: BotHarness) -> None:
    posted = await harness.ben.send(harness.channel, attachments=[("cat.png", png())])
    opened = await harness.ada.context_menu(harness.channel, "Use as init image", posted)
    assert opened.modal is not None
    await harness.app.pictures.drop({opened.modal["custom_id"].removeprefix("init:")})
    text = await harness.refuses(harness.ada.submit_modal(opened, {"prompt": "a tiger"}))
    assert text == "This file has been deleted."


async def test_a_report_is_posted_in_the_log_channel_and_the_audit_log(harness: BotHarness) -> None:
    log = harness.guild.create_text_channel("log")
    await harness.olive.slash(harness.channel, "config log", channel=log)
    message = await harness.done(harness.ada, "a lighthouse")
    opened = await harness.ben.context_menu(harness.channel, "Report to moderators", message)
    assert opened.modal is not None
    assert opened.modal["title"] == "Report to the moderators"
    result = await harness.ben.submit_modal(opened, {"reason": "@everyone it is *rude*"})
    assert answer(result) == "Thank you. The moderators have your report."
    assert read_out(log.history()[-1]) == (
        f"🚩 <@{harness.ben.id}> reported {message.jump_url}: @\u200beveryone it is \\*rude\\*"
    )
    assert not log.history()[-1].mention_everyone
    text = answer(await harness.mo.slash(harness.channel, "mod log"))
    assert f"<@{harness.ben.id}> reported a message" in text


async def test_without_a_log_channel_a_report_is_refused_before_its_form_opens(harness: BotHarness) -> None:
    message = await harness.done(harness.ada, "a lighthouse")
    text = await harness.refuses(harness.ben.context_menu(harness.channel, "Report to moderators", message))
    assert text == "This server has no channel for reports. Please tell a moderator."


async def test_a_report_to_a_deleted_log_channel_says_so(harness: BotHarness) -> None:
    log = harness.guild.create_text_channel("log")
    await harness.olive.slash(harness.channel, "config log", channel=log)
    message = await harness.done(harness.ada, "a lighthouse")
    opened = await harness.ben.context_menu(harness.channel, "Report to moderators", message)
    harness.env.backend.delete_channel(log.id)
    text = await harness.refuses(harness.ben.submit_modal(opened, {"reason": "it is rude"}))
    assert text == "This server has no channel for reports. Please tell a moderator."


async def test_the_longest_report_fits_a_message(harness: BotHarness) -> None:
    await harness.olive.slash(harness.channel, "config log", channel=harness.channel)
    message = await harness.done(harness.ada, "a lighthouse")
    opened = await harness.ben.context_menu(harness.channel, "Report to moderators", message)
    result = await harness.ben.submit_modal(opened, {"reason": "*" * 500})
    assert answer(result) == "Thank you. The moderators have your report."
