"""`/imagine`, from the command to the picture."""

import re

import discord
import pytest

from guidance.io.picture import request_of
from guidance.request.style import STYLES
from tests.chat.harness import BotHarness
from tests.chat.reading import answer, buttons, card, labels, read_out

FINISHED = ["New seed", "Edit", "Variations", "More steps", "Upscale", "Time-lapse", "Parameters", "Delete"]


async def test_a_finished_picture_has_its_prompt_buttons_and_alt_text(harness: BotHarness) -> None:
    message = await harness.done(harness.ada, "a lighthouse", negative="fog", seed=7)
    assert card(message) == (
        f"**a lighthouse**\nwithout *fog*\nfor <@{harness.ada.id}>\n\n✅ **Done** · similarity 0.50"
    )
    footer = message.embeds[0].footer.text or ""
    assert re.fullmatch(r"#1001 · seed 7 · 96×96 · 4 steps · \S+ · 0\.5 s", footer)
    assert labels(message) == FINISHED
    (file,) = message.attachments
    assert (file.filename, file.description) == ("job-1001.png", "a lighthouse")
    assert request_of(await file.read()).prompt == "a lighthouse"


async def test_the_job_s_message_is_the_immediate_response_to_the_command(harness: BotHarness) -> None:
    await harness.running(harness.ada, "first")
    result = await harness.imagine(harness.ben, "second")
    assert result.response is not None
    assert not result.ephemeral
    assert "**second**" in read_out(result.response)
    third = await harness.imagine(harness.chiyo, "third")
    assert third.response is not None
    assert "⏳ **Queued**" in read_out(third.response)
    assert labels(third.response) == ["Cancel"]
    assert (await harness.showing("second", "⏳ **Queued**, next in line")).id == result.response.id
    assert (await harness.showing("third", "⏳ **Queued**, position 2")).id == third.response.id


async def test_a_running_job_shows_its_progress(harness: BotHarness) -> None:
    message = await harness.running(harness.ada, "a lighthouse")
    assert "🎨 `████░░░░░░░░░░░░` 1/4 · similarity 0.10" in card(message)
    assert labels(message) == ["Cancel", "Finish now"]
    (preview,) = message.attachments
    assert (preview.filename, preview.description) == ("job-1001-preview.jpg", "a lighthouse")
    harness.engine.gates["a lighthouse"].set()
    await harness.wait_until_idle()
    assert [file.filename for file in harness.now(message).attachments] == ["job-1001.png"]


@pytest.mark.parametrize("count", [2, 3, 4])
async def test_a_batch_has_one_message_and_consecutive_seeds(harness: BotHarness, count: int) -> None:
    message = await harness.done(harness.ada, "a lighthouse", count=count, seed=2**32 - 2)
    assert len(harness.cards("a lighthouse")) == 1
    assert card(message).count("✅ **Done**") == count
    numbers = [str(number + 1) for number in range(count)]
    assert labels(message) == [*numbers, "New seed", "Edit", "Parameters", "Delete"]
    seeds = ", ".join(str((2**32 - 2 + number) % 2**32) for number in range(count))
    assert f"seeds {seeds} " in (message.embeds[0].footer.text or "")
    assert [file.filename for file in message.attachments] == ["batch-1001.png"]
    assert message.attachments[0].description == "a lighthouse"


async def test_an_unfinished_batch_has_a_line_for_each_job(harness: BotHarness) -> None:
    await harness.running(harness.ada, "a lighthouse", count=3)
    message = await harness.showing("a lighthouse", "next in line")
    assert "`1` 🎨 `██░░░░░░` 1/4" in card(message)
    assert "`2` ⏳ **Queued**, next in line" in card(message)
    assert "`3` ⏳ Queued" in card(message)
    assert labels(message) == ["Cancel"]


async def test_an_option_overrides_a_flag_and_a_flag_overrides_the_default(harness: BotHarness) -> None:
    await harness.done(harness.ada, "a lighthouse --seed 3 --steps 9 --no fog --ar 3:2")
    job = await harness.job(1001)
    assert job.request.prompt == "a lighthouse"
    assert (job.request.seed, job.request.steps, job.request.negative) == (3, 9, "fog")
    assert (job.request.width, job.request.height) == (112, 72)
    await harness.done(
        harness.ada,
        "a windmill --seed 3 --steps 9 --no fog --ar 3:2 --style pencil",
        seed=5,
        steps=6,
        negative="rain",
        aspect="2:3",
        style="photo",
    )
    job = await harness.job(1002)
    assert (job.request.seed, job.request.steps, job.request.negative) == (5, 6, "rain")
    assert (job.request.width, job.request.height) == (72, 112)
    assert job.request.style == "a photograph of {}"


async def test_stop_weights_and_stages_are_parsed(harness: BotHarness) -> None:
    await harness.done(harness.ada, "a forest::2 fog::0.5 at 50 %: a burning forest --stop 50%")
    job = await harness.job(1001)
    assert job.request.stop == 0.5
    assert len(job.request.stages()) == 2


async def test_a_quality_is_a_share_of_the_default_steps_and_steps_override_it(harness: BotHarness) -> None:
    for quality, steps in (("draft", 2), ("normal", 4), ("high", 8)):
        message = await harness.done(harness.ada, f"of {quality}", quality=quality)
        assert f"· {steps} steps ·" in (message.embeds[0].footer.text or "")
    await harness.done(harness.ada, "exact", quality="high", steps=5)
    assert (await harness.job(1004)).request.steps == 5


async def test_built_in_and_personal_styles_are_applied_to_the_prompt(harness: BotHarness) -> None:
    await harness.ada.slash(harness.channel, "style save", name="dusk", words="at dusk")
    await harness.done(harness.ada, "a lighthouse", style="pencil")
    await harness.done(harness.ada, "a windmill --style dusk")
    await harness.done(harness.ada, "a barn", style="dusk")
    styles = [(await harness.job(number)).request.style for number in (1001, 1002, 1003)]
    assert styles == ["a pencil drawing of {}", "at dusk", "at dusk"]


async def test_another_user_s_style_is_unknown(harness: BotHarness) -> None:
    await harness.ada.slash(harness.channel, "style save", name="dusk", words="at dusk")
    assert "style 'dusk' is unknown" in await harness.refuses(
        harness.imagine(harness.ben, "a lighthouse", style="dusk")
    )


async def test_autocomplete_offers_built_in_and_personal_styles(harness: BotHarness) -> None:
    await harness.ada.slash(harness.channel, "style save", name="Pencil-soft", words="soft pencil")
    offered = await harness.ada.autocomplete(harness.channel, "imagine", "style", "penc", prompt="a lighthouse")
    assert [choice["value"] for choice in offered] == ["Pencil-soft", "pencil"]
    everything = await harness.ben.autocomplete(harness.channel, "imagine", "style", "", prompt="a lighthouse")
    assert [choice["value"] for choice in everything] == sorted(STYLES)


async def test_an_invalid_prompt_is_refused_with_a_message(harness: BotHarness) -> None:
    for prompt, words in (
        ("a lighthouse --sed 4", "did you mean --seed?"),
        ("a lighthouse --wobble 4", "known: --ar, --no"),
        ("a lighthouse --seed", "--seed needs a value"),
        ("a lighthouse --seed 4 --seed 5", "--seed is given twice"),
        ("a lighthouse::0", "is not a weight"),
        ("a lighthouse::-1", "every phrase has a negative weight"),
        ("--seed 4", "the prompt is empty; say what the picture should show"),
        ("a lighthouse --style pencl", "did you mean pencil?"),
        ("a lighthouse --ar 20:1", "choose a shape nearer to 1:1"),
        ("a lighthouse --steps 5000", "5000"),
    ):
        text = await harness.refuses(harness.imagine(harness.ada, prompt))
        assert text.startswith("I can't make that: ") or "What is left: **a lighthouse**" in text
        assert words in text
        assert not text.endswith("..")


async def test_everyone_and_markdown_in_a_prompt_are_escaped(harness: BotHarness) -> None:
    prompt = "@everyone **bold** `code` ||spoiler|| [a](b.example) [c](d.example)"
    await harness.imagine(harness.ada, f"{prompt} <@&123456789012345678> [e](https://f.example)")
    assert harness.channel.history() == [], "mentions and links are refused"
    await harness.imagine(harness.ada, prompt)
    await harness.wait_until_idle()
    (message,) = harness.channel.history()
    assert "@everyone" not in card(message)
    assert "@\u200beveryone" in card(message)
    assert r"\*\*bold\*\* \`code\` \|\|spoiler\|\|" in card(message)
    assert "](" not in card(message)
    assert not message.mentions
    assert not message.mention_everyone


async def test_the_longest_prompt_full_of_markdown_fits_a_message(harness: BotHarness) -> None:
    words = ("*_~|`" * 200)[:1000]
    await harness.imagine(harness.ada, words, negative=words, count=4)
    await harness.wait_until_idle()
    (message,) = harness.channel.history()
    assert message.embeds[0].description is not None
    assert len(message.embeds[0].description) <= 4096
    assert card(message).count("✅ **Done**") == 4
    assert len(message.attachments[0].description or "") <= 1024


async def test_a_spoiler_s_preview_and_picture_are_covered(harness: BotHarness) -> None:
    message = await harness.running(harness.ada, "a surprise", spoiler=True)
    assert [file.filename for file in message.attachments] == ["SPOILER_job-1001-preview.jpg"]
    harness.engine.gates["a surprise"].set()
    await harness.wait_until_idle()
    assert [file.filename for file in harness.now(message).attachments] == ["SPOILER_job-1001.png"]
    batch = await harness.done(harness.ada, "two surprises", spoiler=True, count=2)
    assert [file.filename for file in batch.attachments] == ["SPOILER_batch-1002.png"]


async def test_a_failed_job_shows_its_reason_and_can_be_rerun(harness: BotHarness) -> None:
    from bot.engine import RunFailedError

    harness.engine.faults["a bad one"] = RunFailedError("the GPU has no memory left")
    message = await harness.done(harness.ada, "a bad one")
    assert "⚠️ **Failed.** the GPU has no memory left" in card(message)
    assert labels(message) == ["New seed", "Edit", "Parameters", "Delete"]
    del harness.engine.faults["a bad one"]
    await harness.press(harness.ada, message, "New seed")
    assert "✅ **Done**" in card(harness.cards("a bad one")[-1])


async def test_a_job_that_crashes_the_engine_twice_says_so(harness: BotHarness) -> None:
    from bot.engine import EngineCrashedError

    harness.engine.faults["poison"] = EngineCrashedError("gone")
    message = await harness.done(harness.ada, "poison")
    assert "The engine crashed twice on this request." in card(message)
    assert "✅ **Done**" in card(await harness.done(harness.ben, "the next"))


async def test_a_job_with_an_internal_error_shows_its_id(harness: BotHarness) -> None:
    harness.expected.append("job 1001 failed unexpectedly")
    harness.engine.faults["odd"] = ValueError("never thought of")
    message = await harness.done(harness.ada, "odd")
    assert "The bot's host can find it in the log under job 1001." in card(message)
    assert "never thought of" not in harness.everything()


async def test_a_slow_job_mentions_only_its_requester(harness: BotHarness) -> None:
    await harness.restart(discord={"mention_after_s": 0.0})
    message = await harness.done(harness.ada, "a lighthouse")
    await harness.until(lambda: len(harness.channel.history()) == 2)
    reply = harness.channel.history()[-1]
    assert reply.content == f"<@{harness.ada.id}> your picture is ready."
    assert [user.id for user in reply.mentions] == [harness.ada.id]
    assert reply.reference is not None
    assert reply.reference.message_id == message.id


async def test_each_button_of_a_message_has_a_different_custom_id(harness: BotHarness) -> None:
    for message in (await harness.done(harness.ada, "one"), await harness.done(harness.ada, "four", count=4)):
        names = [button["custom_id"] for button in buttons(message)]
        assert len(set(names)) == len(names) == len(labels(message))


async def test_public_texts_use_the_server_s_language_and_private_ones_the_user_s(harness: BotHarness) -> None:
    await harness.olive.slash(harness.channel, "config language", language="de")
    message = await harness.done(harness.ada, "ein Leuchtturm")
    assert f"für <@{harness.ada.id}>" in card(message)
    assert "✅ **Fertig**" in card(message)
    assert "Neuer Seed" in labels(message)
    assert "The queue is empty." in answer(await harness.ada.slash(harness.channel, "queue"))
    harness.locales[harness.ben.id] = "de"
    assert "Die Warteschlange ist leer." in answer(await harness.ben.slash(harness.channel, "queue"))


async def test_a_lost_interaction_response_does_not_lose_the_picture(harness: BotHarness) -> None:
    harness.env.inject_error("POST", "/interactions/*/callback", status=404, code=10062, message="Unknown interaction")
    await harness.imagine(harness.ada, "a lighthouse")
    await harness.wait_until_idle()
    (message,) = harness.channel.history()
    assert "✅ **Done**" in card(message)
    for record in harness.env.backend.interactions.values():
        record.responded = True  # Discord lost it, not the bot


async def test_missing_channel_permissions_are_named(harness: BotHarness) -> None:
    assert harness.guild.me is not None
    mute = harness.guild.create_text_channel(
        "mute", overwrites={harness.guild.me: discord.PermissionOverwrite(attach_files=False, embed_links=False)}
    )
    text = await harness.refuses(harness.ada.slash(mute, "imagine", prompt="a lighthouse"))
    assert text == (
        "I can't post pictures in this channel. "
        "Ask an admin to give me these permissions here: Embed Links, Attach Files."
    )
