"""`/mod blocklist`, and the answer to a blocked prompt."""

import itertools

from bot.community import blocklist
from bot.store.blocklist import Blocked
from tests.chat.harness import BotHarness
from tests.chat.reading import answer, card

BLOCKED = "Some of these words are on the blocklist."


async def test_a_pattern_is_added_listed_tested_and_removed(harness: BotHarness) -> None:
    assert answer(await harness.mo.slash(harness.channel, "mod blocklist list")) == (
        "Patterns: 0 of this server, 0 of the host.\nThis server's blocklist is empty."
    )
    assert (
        answer(await harness.mo.slash(harness.channel, "mod blocklist add", pattern="Kitten*"))
        == "Added `kitten*` to the blocklist."
    )
    refusal = await harness.refuses(harness.mo.slash(harness.channel, "mod blocklist add", pattern="KITTEN*"))
    assert refusal == "This pattern is already on the blocklist."
    assert answer(await harness.mo.slash(harness.channel, "mod blocklist list")).endswith("\n`kitten*`")
    hit = answer(await harness.mo.slash(harness.channel, "mod blocklist test", text="two kittens"))
    assert (
        hit == "This text is blocked. Matching patterns of this server: `kitten*`. Matching patterns of the host: none."
    )
    miss = answer(await harness.mo.slash(harness.channel, "mod blocklist test", text="a cat"))
    assert miss == "This text matches no pattern."
    offered = await harness.mo.autocomplete(harness.channel, "mod blocklist remove", "pattern", "KIT")
    assert [choice["value"] for choice in offered] == ["kitten*"]
    removed = answer(await harness.mo.slash(harness.channel, "mod blocklist remove", pattern="kitten*"))
    assert removed == "Removed the pattern from the blocklist."
    unknown = await harness.refuses(harness.mo.slash(harness.channel, "mod blocklist remove", pattern="kitten*"))
    assert unknown == "This pattern is not on the blocklist."


async def test_an_invalid_pattern_is_refused_with_a_message(harness: BotHarness) -> None:
    words = {
        "*": ("`*` would match too much.", "`*` würde auf zu viel passen."),
        "a": ("`a` would match too much.", "`a` würde auf zu viel passen."),
        "!!": ("This pattern has no word.", "In diesem Muster steht kein Wort."),
        "****a": ("`****a` has more than three *.", "In `****a` stehen mehr als drei *."),
        ".*bad.*": ("`.*` has no meaning in a pattern", "`.*` hat in einem Muster keine Bedeutung"),
        "bad, worse": ("`,` separates several patterns.", "`,` trennt mehrere Muster."),
        "ab" * 40 + "c": ("This pattern is too long", "Dieses Muster ist zu lang"),
    }
    for name, pattern in itertools.product(("mod blocklist add", "mod blocklist remove"), words):
        if name.endswith("add") and len(pattern) > blocklist.MAX_LENGTH:
            continue  # Discord refuses it
        for locale, said in zip(("en-US", "de"), words[pattern], strict=True):
            harness.locales[harness.mo.id] = locale
            text = await harness.refuses(harness.mo.slash(harness.channel, name, pattern=pattern))
            assert text.startswith(said)


async def test_a_full_blocklist_refuses_more_and_fits_a_message(harness: BotHarness) -> None:
    for number in range(blocklist.MAX_PATTERNS):
        await Blocked(harness.database).add(harness.guild.id, f"word{number}")
    text = await harness.refuses(harness.mo.slash(harness.channel, "mod blocklist add", pattern="kitten"))
    assert text == "The blocklist is full: the limit is 500 patterns."
    listed = answer(await harness.mo.slash(harness.channel, "mod blocklist list"))
    left_out = blocklist.MAX_PATTERNS - listed.count("`word")
    assert listed.endswith(f"` … (+{left_out})")
    assert answer(await harness.mo.slash(harness.channel, "mod blocklist list")).startswith(
        "Patterns: 500 of this server"
    )
    offered = await harness.mo.autocomplete(harness.channel, "mod blocklist remove", "pattern", "word")
    assert len(offered) == 25


async def test_the_answer_for_a_text_that_matches_many_patterns_fits_a_message(harness: BotHarness) -> None:
    words = [f"abcdefghijkl{number:03}" for number in range(60)]
    for word in words:
        await Blocked(harness.database).add(harness.guild.id, f"{word}*")
        await Blocked(harness.database).add(harness.guild.id, word)
    text = answer(await harness.mo.slash(harness.channel, "mod blocklist test", text=" ".join(words)))
    assert text.startswith("This text is blocked.")


async def test_blocked_words_are_refused_wherever_they_are_written_and_never_named(harness: BotHarness) -> None:
    message = await harness.done(harness.ada, "a lighthouse")
    await harness.mo.slash(harness.channel, "mod blocklist add", pattern="kitten")
    for asking in (
        harness.imagine(harness.ada, "a KITTEN"),
        harness.imagine(harness.ada, "a k\u200bitten"),
        harness.imagine(harness.ada, "a cat --no kitten"),
        harness.imagine(harness.ada, "a cat", negative="kitten"),
    ):
        assert await harness.refuses(asking) == BLOCKED
    opened = await harness.ada.click(message, label="Edit")
    assert await harness.refuses(harness.ada.submit_modal(opened, {"prompt": "a cat", "negative": "kitten"})) == BLOCKED
    assert "✅ **Done**" in card(await harness.done(harness.ada, "a kittenish cat"))


async def test_blocked_words_in_a_style_saved_in_another_server_are_refused(harness: BotHarness) -> None:
    await harness.ada.slash(harness.channel, "style save", name="cute", words="with a kitten")
    await harness.mo.slash(harness.channel, "mod blocklist add", pattern="kitten")
    assert await harness.refuses(harness.imagine(harness.ada, "a cat", style="cute")) == BLOCKED


async def test_a_job_cannot_be_rerun_after_its_prompt_is_blocked(harness: BotHarness) -> None:
    message = await harness.done(harness.ada, "a kitten")
    await harness.mo.slash(harness.channel, "mod blocklist add", pattern="kitten")
    for label in ("New seed", "Variations", "More steps", "Upscale"):
        assert await harness.refuses(harness.ada.click(message, label=label)) == BLOCKED
    rerun = harness.ada.context_menu(harness.channel, "Rerun with a new seed", message)
    assert await harness.refuses(rerun) == BLOCKED
    await harness.ada.react(message, "🔁")
    assert harness.channel.history()[-1].content == f"<@{harness.ada.id}> {BLOCKED}"


async def test_the_host_s_patterns_apply_in_every_server_and_are_not_named(harness: BotHarness) -> None:
    await harness.restart(moderation={"blocklist": ["spider*"]})
    assert await harness.refuses(harness.imagine(harness.ada, "a spiderweb")) == BLOCKED
    there = harness.other_server.vera.slash(harness.other_server.channel, "imagine", prompt="a spider")
    assert await harness.refuses(there) == BLOCKED
    text = answer(await harness.mo.slash(harness.channel, "mod blocklist test", text="a spider"))
    assert text == "This text is blocked. Matching patterns of this server: –. Matching patterns of the host: 1."
    assert "spider" not in answer(await harness.mo.slash(harness.channel, "mod blocklist list"))


async def test_a_blocklist_belongs_to_one_server(harness: BotHarness) -> None:
    await harness.other_server.mo.slash(harness.other_server.channel, "mod blocklist add", pattern="kitten")
    assert "✅ **Done**" in card(await harness.done(harness.ada, "a kitten"))
