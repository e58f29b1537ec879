"""Forms: edit and make again, start from an image, report."""

from tests.chat.pictures import png
from tests.chat.town import Town, answer, card, fields, read_out


async def test_the_edit_form_is_filled_with_the_job(place: Town) -> None:
    message = await place.done(place.ada, "a lighthouse", seed=1, negative="fog", steps=6)
    shown = await place.ben.click(message, label="Edit")
    assert shown.modal is not None
    assert shown.modal["title"] == "Edit and make again"
    assert {name: field.get("value") for name, field in fields(shown).items()} == {
        "prompt": "a lighthouse",
        "negative": "fog",
        "parameters": "--steps 6",
    }
    assert [row["label"] for row in shown.modal["components"]] == ["Prompt", "Without", "Parameters"]
    assert shown.modal["components"][2]["description"] == "Flags such as --ar 3:2 --seed 7 --steps 80 --style pencil"


async def test_a_form_takes_no_more_than_is_read(place: Town) -> None:
    await place.olive.slash(place.channel, "config log", channel=place.channel)
    message = await place.done(place.ada, "a lighthouse")
    posted = await place.ben.send(place.channel, attachments=[("cat.png", png())])
    most: dict[str, tuple[int, bool]] = {}
    for shown in (
        await place.ben.click(message, label="Edit"),
        await place.ben.context_menu(place.channel, "Use as init image", posted),
        await place.ben.context_menu(place.channel, "Report to moderators", message),
    ):
        most |= {name: (field["max_length"], field["required"]) for name, field in fields(shown).items()}
    assert most == {
        "prompt": (1000, True),
        "negative": (1000, False),
        "strength": (5, False),
        "parameters": (200, False),
        "reason": (500, True),
    }


async def test_an_edit_makes_a_picture_for_whoever_sent_it(place: Town) -> None:
    message = await place.done(place.ada, "a lighthouse", seed=1, spoiler=True)
    shown = await place.ben.click(message, label="Edit")
    await place.ben.submit_modal(
        shown, {"prompt": "a windmill --seed 4", "negative": "rain", "parameters": "--ar 3:2 --steps 9"}
    )
    await place.rest()
    edited = place.channel.history()[-1]
    assert card(edited).startswith(f"**a windmill**\nwithout *rain*\nfrom #1, for <@{place.ben.id}>")
    assert [file.filename for file in edited.attachments] == ["SPOILER_job-2.png"]
    job = await place.job(2)
    assert (job.request.seed, job.request.steps, job.request.width) == (4, 9, 112)


async def test_an_edit_knows_the_styles_of_whoever_sent_it(place: Town) -> None:
    await place.ben.slash(place.channel, "style save", name="dusk", words="at dusk")
    message = await place.done(place.ada, "a lighthouse")
    shown = await place.ben.click(message, label="Edit")
    await place.ben.submit_modal(shown, {"prompt": "a windmill", "parameters": "--style dusk"})
    await place.rest()
    assert (await place.job(2)).request.style == "at dusk"


async def test_an_edit_that_cannot_be_read_is_refused_in_words(place: Town) -> None:
    message = await place.done(place.ada, "a lighthouse")
    shown = await place.ben.click(message, label="Edit")
    text = await place.refuses(place.ben.submit_modal(shown, {"prompt": "a windmill", "parameters": "--sed 4"}))
    assert "did you mean --seed?" in text


async def test_an_edit_passes_the_gate(place: Town) -> None:
    message = await place.done(place.ada, "a lighthouse")
    await place.mo.slash(place.channel, "mod blocklist add", pattern="kitten")
    shown = await place.ben.click(message, label="Edit")
    text = await place.refuses(place.ben.submit_modal(shown, {"prompt": "a kitten"}))
    assert text == "This server does not allow some of these words."


async def test_an_edit_of_somebody_who_was_erased_is_refused(place: Town) -> None:
    message = await place.done(place.ada, "a lighthouse")
    shown = await place.ben.click(message, label="Edit")
    # The bot has lost the right to delete, so the message stays.
    place.env.inject_error("DELETE", "/channels/*/messages/*", status=403, code=50001)
    await place.ada.slash(place.channel, "privacy delete", sure=True)
    erased = "The person who asked for this had their data erased, so it cannot be made again."
    assert await place.refuses(place.ben.submit_modal(shown, {"prompt": "a windmill"})) == erased
    for label in ("New seed", "Variations", "More steps", "Upscale"):
        assert await place.refuses(place.ben.click(message, label=label)) == erased


async def test_the_image_form_makes_a_picture_from_it(place: Town) -> None:
    posted = await place.ben.send(place.channel, attachments=[("cat.png", png())])
    shown = await place.ada.context_menu(place.channel, "Use as init image", posted)
    assert shown.modal is not None
    assert shown.modal["title"] == "Start from this image"
    assert list(fields(shown)) == ["prompt", "strength", "parameters"]
    await place.ada.submit_modal(shown, {"prompt": "a tiger", "strength": "0,8", "parameters": "--seed 3"})
    await place.rest()
    job = await place.job(1)
    assert (job.request.strength, job.request.seed, job.requester_id) == (0.8, 3, place.ada.id)
    assert job.request.init is not None
    assert "✅ **Done**" in card(place.channel.history()[-1])


async def test_a_strength_that_is_none_is_refused(place: Town) -> None:
    posted = await place.ben.send(place.channel, attachments=[("cat.png", png())])
    for strength in ("much", "1.5", "-1", "nan"):
        shown = await place.ada.context_menu(place.channel, "Use as init image", posted)
        text = await place.refuses(place.ada.submit_modal(shown, {"prompt": "a tiger", "strength": strength}))
        assert text == "A strength is a number from 0 to 1, such as 0.6.", strength


async def test_an_image_that_is_not_kept_any_more_is_refused(place: Town) -> None:
    posted = await place.ben.send(place.channel, attachments=[("cat.png", png())])
    shown = await place.ada.context_menu(place.channel, "Use as init image", posted)
    assert shown.modal is not None
    await place.house.parts.pictures.drop({shown.modal["custom_id"].removeprefix("init:")})
    text = await place.refuses(place.ada.submit_modal(shown, {"prompt": "a tiger"}))
    assert text == "This file is not kept any more."


async def test_a_report_reaches_the_log_channel_and_the_record(place: Town) -> None:
    log = place.guild.create_text_channel("log")
    await place.olive.slash(place.channel, "config log", channel=log)
    message = await place.done(place.ada, "a lighthouse")
    shown = await place.ben.context_menu(place.channel, "Report to moderators", message)
    assert shown.modal is not None
    assert shown.modal["title"] == "Report to the moderators"
    result = await place.ben.submit_modal(shown, {"reason": "@everyone it is *rude*"})
    assert answer(result) == "Thank you. The moderators have it."
    assert read_out(log.history()[-1]) == (
        f"🚩 <@{place.ben.id}> reports {message.jump_url}: @\u200beveryone it is \\*rude\\*"
    )
    assert not log.history()[-1].mention_everyone
    text = answer(await place.mo.slash(place.channel, "mod log"))
    assert f"<@{place.ben.id}> reported a message" in text


async def test_without_a_log_channel_a_report_is_refused_before_anything_is_typed(place: Town) -> None:
    message = await place.done(place.ada, "a lighthouse")
    text = await place.refuses(place.ben.context_menu(place.channel, "Report to moderators", message))
    assert text == "This server has no channel for reports; tell a moderator."


async def test_a_report_whose_channel_went_meanwhile_says_so(place: Town) -> None:
    log = place.guild.create_text_channel("log")
    await place.olive.slash(place.channel, "config log", channel=log)
    message = await place.done(place.ada, "a lighthouse")
    shown = await place.ben.context_menu(place.channel, "Report to moderators", message)
    place.env.backend.delete_channel(log.id)
    text = await place.refuses(place.ben.submit_modal(shown, {"reason": "it is rude"}))
    assert text == "This server has no channel for reports; tell a moderator."


async def test_the_longest_report_fits_a_message(place: Town) -> None:
    await place.olive.slash(place.channel, "config log", channel=place.channel)
    message = await place.done(place.ada, "a lighthouse")
    shown = await place.ben.context_menu(place.channel, "Report to moderators", message)
    result = await place.ben.submit_modal(shown, {"reason": "*" * 500})
    assert answer(result) == "Thank you. The moderators have it."
