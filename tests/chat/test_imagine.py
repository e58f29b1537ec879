"""`/imagine` from the ask to the picture."""

import re

import discord
import pytest

from guidance.picture import request_of
from tests.chat.town import Town, answer, buttons, card, labels, read_out

FINISHED = ["New seed", "Edit", "Variations", "More steps", "Upscale", "Time-lapse", "Parameters", "Delete"]


async def test_a_picture_is_asked_for_and_comes_with_its_words_buttons_and_alt_text(place: Town) -> None:
    message = await place.done(place.ada, "a lighthouse", negative="fog", seed=7)
    assert card(message) == (f"**a lighthouse**\nwithout *fog*\nfor <@{place.ada.id}>\n\n✅ **Done** · similarity 0.50")
    footer = message.embeds[0].footer.text or ""
    assert re.fullmatch(r"#1 · seed 7 · 96×96 · 4 steps · \S+ · 0\.5 s", footer)
    assert labels(message) == FINISHED
    (file,) = message.attachments
    assert (file.filename, file.description) == ("job-1.png", "a lighthouse")
    assert request_of(await file.read()).prompt == "a lighthouse"


async def test_the_message_is_the_answer_and_says_at_once_what_comes(place: Town) -> None:
    await place.running(place.ada, "first")
    result = await place.imagine(place.ben, "second")
    assert result.response is not None
    assert not result.ephemeral
    assert "**second**" in read_out(result.response)
    assert "⏳ **Queued**, next in line" in read_out(result.response)
    third = await place.imagine(place.chiyo, "third")
    assert third.response is not None
    assert "⏳ **Queued**, position 2" in read_out(third.response)
    assert labels(third.response) == ["Cancel"]


async def test_a_picture_in_the_making_shows_how_far_it_is(place: Town) -> None:
    message = await place.running(place.ada, "a lighthouse")
    assert "🎨 `████░░░░░░░░░░░░` 1/4 · similarity 0.10" in card(message)
    assert labels(message) == ["Cancel", "Finish now"]
    (preview,) = message.attachments
    assert (preview.filename, preview.description) == ("job-1-preview.jpg", "a lighthouse")
    place.engine.gates["a lighthouse"].set()
    await place.rest()
    assert [file.filename for file in place.now(message).attachments] == ["job-1.png"]


@pytest.mark.parametrize("count", [2, 3, 4])
async def test_several_at_once_share_one_message_with_consecutive_seeds(place: Town, count: int) -> None:
    message = await place.done(place.ada, "a lighthouse", count=count, seed=2**32 - 2)
    assert len(place.cards("a lighthouse")) == 1
    assert card(message).count("✅ **Done**") == count
    numbers = [str(number + 1) for number in range(count)]
    assert labels(message) == [*numbers, "New seed", "Edit", "Parameters", "Delete"]
    seeds = ", ".join(str((2**32 - 2 + number) % 2**32) for number in range(count))
    assert f"seeds {seeds} " in (message.embeds[0].footer.text or "")
    assert [file.filename for file in message.attachments] == ["sheet-1.png"]
    assert message.attachments[0].description == "a lighthouse"


async def test_a_sheet_in_the_making_has_a_line_for_each(place: Town) -> None:
    message = await place.running(place.ada, "a lighthouse", count=3)
    assert "`1` 🎨 `██░░░░░░` 1/4" in card(message)
    assert "`2` ⏳ **Queued**, next in line" in card(message)
    assert "`3` ⏳ Queued" in card(message)
    assert labels(message) == ["Cancel"]


async def test_an_option_beats_a_flag_and_a_flag_beats_the_usual(place: Town) -> None:
    await place.done(place.ada, "a lighthouse --seed 3 --steps 9 --no fog --ar 3:2")
    job = await place.job(1)
    assert job.request.prompt == "a lighthouse"
    assert (job.request.seed, job.request.steps, job.request.negative) == (3, 9, "fog")
    assert (job.request.width, job.request.height) == (112, 72)
    await place.done(
        place.ada,
        "a windmill --seed 3 --steps 9 --no fog --ar 3:2 --style pencil",
        seed=5,
        steps=6,
        negative="rain",
        aspect="2:3",
        style="photo",
    )
    job = await place.job(2)
    assert (job.request.seed, job.request.steps, job.request.negative) == (5, 6, "rain")
    assert (job.request.width, job.request.height) == (72, 112)
    assert job.request.style == "a photograph of {}"


async def test_stop_and_weights_and_stages_are_understood(place: Town) -> None:
    await place.done(place.ada, "a forest::2 fog::0.5 at 50 %: a burning forest --stop 50%")
    job = await place.job(1)
    assert job.request.stop == 0.5
    assert len(job.request.stages()) == 2


async def test_a_quality_is_a_share_of_the_usual_steps_and_steps_beat_it(place: Town) -> None:
    for quality, steps in (("draft", 2), ("normal", 4), ("high", 8)):
        message = await place.done(place.ada, f"of {quality}", quality=quality)
        assert f"· {steps} steps ·" in (message.embeds[0].footer.text or "")
    await place.done(place.ada, "exact", quality="high", steps=5)
    assert (await place.job(4)).request.steps == 5


async def test_styles_that_come_with_the_bot_and_ones_own_dress_the_prompt(place: Town) -> None:
    await place.ada.slash(place.channel, "style save", name="dusk", words="at dusk")
    await place.done(place.ada, "a lighthouse", style="pencil")
    await place.done(place.ada, "a windmill --style dusk")
    await place.done(place.ada, "a barn", style="dusk")
    styles = [(await place.job(number)).request.style for number in (1, 2, 3)]
    assert styles == ["a pencil drawing of {}", "at dusk", "at dusk"]


async def test_another_persons_style_is_not_known(place: Town) -> None:
    await place.ada.slash(place.channel, "style save", name="dusk", words="at dusk")
    assert "style 'dusk' is unknown" in await place.refuses(place.imagine(place.ben, "a lighthouse", style="dusk"))


async def test_styles_are_completed_from_both(place: Town) -> None:
    await place.ada.slash(place.channel, "style save", name="Pencil-soft", words="soft pencil")
    offered = await place.ada.autocomplete(place.channel, "imagine", "style", "penc", prompt="a lighthouse")
    assert [choice["value"] for choice in offered] == ["Pencil-soft", "pencil"]
    everything = await place.ben.autocomplete(place.channel, "imagine", "style", "", prompt="a lighthouse")
    assert [choice["value"] for choice in everything] == [
        "painting",
        "pencil",
        "photo",
        "pixel-art",
        "poster",
        "watercolour",
    ]


async def test_what_cannot_be_read_is_refused_in_words(place: Town) -> None:
    for prompt, words in (
        ("a lighthouse --sed 4", "did you mean --seed?"),
        ("a lighthouse --wobble 4", "known: --ar, --seed"),
        ("a lighthouse --seed", "--seed needs a value"),
        ("a lighthouse --seed 4 --seed 5", "--seed is given twice"),
        ("a lighthouse::0", "is no weight"),
        ("a lighthouse::-1", "every phrase has a negative weight"),
        ("--seed 4", "the prompt is empty; say what the picture should show"),
        ("a lighthouse --style pencl", "did you mean pencil?"),
        ("a lighthouse --ar 20:1", "choose a shape nearer to 1:1"),
        ("a lighthouse --steps 5000", "5000"),
    ):
        text = await place.refuses(place.imagine(place.ada, prompt))
        assert text.startswith("That cannot be made: ")
        assert words in text
        assert not text.endswith("..")


async def test_everyone_and_markdown_in_a_prompt_are_shown_and_not_obeyed(place: Town) -> None:
    prompt = (
        "@everyone <@&123456789012345678> **bold** `code` ||spoiler|| [a](https://b.example) [c](https://d.example)"
    )
    await place.imagine(place.ada, prompt)
    await place.rest()
    (message,) = place.channel.history()
    assert "@everyone" not in card(message)
    assert "@\u200beveryone" in card(message)
    assert "<@&123456789012345678>" not in card(message)
    assert r"\*\*bold\*\* \`code\` \|\|spoiler\|\|" in card(message)
    assert "](" not in card(message)
    assert not message.mentions
    assert not message.mention_everyone


async def test_the_longest_words_full_of_markdown_still_make_a_message(place: Town) -> None:
    words = ("*_~|`" * 200)[:1000]
    await place.imagine(place.ada, words, negative=words, count=4)
    await place.rest()
    (message,) = place.channel.history()
    assert message.embeds[0].description is not None
    assert len(message.embeds[0].description) <= 4096
    assert card(message).count("✅ **Done**") == 4
    assert len(message.attachments[0].description or "") <= 1024


async def test_a_spoiler_is_covered_before_and_after(place: Town) -> None:
    message = await place.running(place.ada, "a surprise", spoiler=True)
    assert [file.filename for file in message.attachments] == ["SPOILER_job-1-preview.jpg"]
    place.engine.gates["a surprise"].set()
    await place.rest()
    assert [file.filename for file in place.now(message).attachments] == ["SPOILER_job-1.png"]
    sheet = await place.done(place.ada, "two surprises", spoiler=True, count=2)
    assert [file.filename for file in sheet.attachments] == ["SPOILER_sheet-2.png"]


async def test_a_picture_that_fails_says_why_and_can_be_tried_again(place: Town) -> None:
    from bot.engine import RunFailedError

    place.engine.faults["a bad one"] = RunFailedError("the GPU has no memory left")
    message = await place.done(place.ada, "a bad one")
    assert "⚠️ **Failed.** the GPU has no memory left" in card(message)
    assert labels(message) == ["New seed", "Edit", "Parameters", "Delete"]
    del place.engine.faults["a bad one"]
    await place.press(place.ada, message, "New seed")
    assert "✅ **Done**" in card(place.cards("a bad one")[-1])


async def test_an_engine_that_crashes_twice_is_said_to_have(place: Town) -> None:
    from bot.engine import EngineCrashedError

    place.engine.faults["poison"] = EngineCrashedError("gone")
    message = await place.done(place.ada, "poison")
    assert "The engine crashed twice on this request." in card(message)
    assert "✅ **Done**" in card(await place.done(place.ben, "the next"))


async def test_a_job_that_breaks_names_its_number_for_the_host(place: Town) -> None:
    place.expected.append("job 1 broke")
    place.engine.faults["odd"] = ValueError("never thought of")
    message = await place.done(place.ada, "odd")
    assert "Its host finds it in the log under job 1." in card(message)
    assert "never thought of" not in place.everything()


async def test_a_picture_that_took_long_is_announced_to_its_requester_alone(place: Town) -> None:
    await place.restart(discord={"mention_after_s": 0.0})
    message = await place.done(place.ada, "a lighthouse")
    await place.until(lambda: len(place.channel.history()) == 2)
    said = place.channel.history()[-1]
    assert said.content == f"<@{place.ada.id}> your picture is ready."
    assert [user.id for user in said.mentions] == [place.ada.id]
    assert said.reference is not None
    assert said.reference.message_id == message.id


async def test_each_button_of_a_message_has_a_custom_id_of_its_own(place: Town) -> None:
    for message in (await place.done(place.ada, "one"), await place.done(place.ada, "four", count=4)):
        names = [button["custom_id"] for button in buttons(message)]
        assert len(set(names)) == len(names) == len(labels(message))


async def test_public_words_follow_the_servers_language_and_private_ones_the_persons(place: Town) -> None:
    await place.olive.slash(place.channel, "config language", language="de")
    message = await place.done(place.ada, "ein Leuchtturm")
    assert f"für <@{place.ada.id}>" in card(message)
    assert "✅ **Fertig**" in card(message)
    assert "Neuer Seed" in labels(message)
    assert "Nothing waits." in answer(await place.ada.slash(place.channel, "queue"))
    place.locales[place.ben.id] = "de"
    assert "Nichts wartet." in answer(await place.ben.slash(place.channel, "queue"))


async def test_an_answer_that_discord_loses_does_not_lose_the_picture(place: Town) -> None:
    place.env.inject_error("POST", "/interactions/*/callback", status=404, code=10062, message="Unknown interaction")
    await place.imagine(place.ada, "a lighthouse")
    await place.rest()
    (message,) = place.channel.history()
    assert "✅ **Done**" in card(message)
    for record in place.env.backend.interactions.values():
        record.responded = True  # Discord lost it, not the bot


async def test_without_the_permissions_to_show_pictures_it_says_which_are_missing(place: Town) -> None:
    assert place.guild.me is not None
    mute = place.guild.create_text_channel(
        "mute", overwrites={place.guild.me: discord.PermissionOverwrite(attach_files=False, embed_links=False)}
    )
    text = await place.refuses(place.ada.slash(mute, "imagine", prompt="a lighthouse"))
    assert text == (
        "I can't show pictures in this channel: a server admin must allow me Embed Links, Attach Files here."
    )
