"""`/mod blocklist`: words that may not be asked for in a server, and what those read who ask for them."""

import itertools

from bot import blocklist
from tests.chat.town import Town, answer, card

BLOCKED = "This server does not allow some of these words."


async def test_a_pattern_is_added_listed_tested_and_removed(place: Town) -> None:
    assert answer(await place.mo.slash(place.channel, "mod blocklist list")) == (
        "0 patterns of this server, 0 of the host.\nThis server blocks no words of its own."
    )
    assert (
        answer(await place.mo.slash(place.channel, "mod blocklist add", pattern="Kitten*")) == "`kitten*` is blocked."
    )
    again = await place.refuses(place.mo.slash(place.channel, "mod blocklist add", pattern="KITTEN*"))
    assert again == "That is blocked already."
    assert answer(await place.mo.slash(place.channel, "mod blocklist list")).endswith("\n`kitten*`")
    hit = answer(await place.mo.slash(place.channel, "mod blocklist test", text="two kittens"))
    assert hit == "This text is refused. Patterns of this server: `kitten*`. None of the host's."
    miss = answer(await place.mo.slash(place.channel, "mod blocklist test", text="a cat"))
    assert miss == "Nothing in this text is blocked."
    offered = await place.mo.autocomplete(place.channel, "mod blocklist remove", "pattern", "KIT")
    assert [choice["value"] for choice in offered] == ["kitten*"]
    removed = answer(await place.mo.slash(place.channel, "mod blocklist remove", pattern="kitten*"))
    assert removed == "It is allowed again."
    unknown = await place.refuses(place.mo.slash(place.channel, "mod blocklist remove", pattern="kitten*"))
    assert unknown == "That was not blocked."


async def test_what_is_no_pattern_is_refused_in_words(place: Town) -> None:
    for name, pattern in itertools.product(("mod blocklist add", "mod blocklist remove"), ("*", "a", "!!", "****a")):
        text = await place.refuses(place.mo.slash(place.channel, name, pattern=pattern))
        assert text.startswith("That is not a pattern: ")
        assert not text.endswith("..")


async def test_a_full_list_says_so_and_still_fits_a_message(place: Town) -> None:
    for number in range(blocklist.MOST):
        await place.house.parts.blocked.add(place.guild.id, f"word{number}")
    text = await place.refuses(place.mo.slash(place.channel, "mod blocklist add", pattern="kitten"))
    assert text == "The list is full: 500 patterns."
    assert answer(await place.mo.slash(place.channel, "mod blocklist list")).startswith("500 patterns of this server")
    offered = await place.mo.autocomplete(place.channel, "mod blocklist remove", "pattern", "word")
    assert len(offered) == 25


async def test_every_pattern_can_be_hit_at_once(place: Town) -> None:
    words = [f"abcdefghijkl{number:03}" for number in range(60)]
    for word in words:
        await place.house.parts.blocked.add(place.guild.id, f"{word}*")
        await place.house.parts.blocked.add(place.guild.id, word)
    text = answer(await place.mo.slash(place.channel, "mod blocklist test", text=" ".join(words)))
    assert text.startswith("This text is refused.")


async def test_blocked_words_are_refused_wherever_they_are_written_and_never_named(place: Town) -> None:
    message = await place.done(place.ada, "a lighthouse")
    await place.mo.slash(place.channel, "mod blocklist add", pattern="kitten")
    for asking in (
        place.imagine(place.ada, "a KITTEN"),
        place.imagine(place.ada, "a k\u200bitten"),
        place.imagine(place.ada, "a cat --no kitten"),
        place.imagine(place.ada, "a cat", negative="kitten"),
    ):
        assert await place.refuses(asking) == BLOCKED
    shown = await place.ada.click(message, label="Edit")
    assert await place.refuses(place.ada.submit_modal(shown, {"prompt": "a cat", "negative": "kitten"})) == BLOCKED
    assert "✅ **Done**" in card(await place.done(place.ada, "a kittenish cat"))


async def test_words_of_a_style_that_was_saved_elsewhere_are_refused_here(place: Town) -> None:
    await place.ada.slash(place.channel, "style save", name="cute", words="with a kitten")
    await place.mo.slash(place.channel, "mod blocklist add", pattern="kitten")
    assert await place.refuses(place.imagine(place.ada, "a cat", style="cute")) == BLOCKED


async def test_what_was_made_before_cannot_be_made_again_once_it_is_blocked(place: Town) -> None:
    message = await place.done(place.ada, "a kitten")
    await place.mo.slash(place.channel, "mod blocklist add", pattern="kitten")
    for label in ("New seed", "Variations", "More steps", "Upscale"):
        assert await place.refuses(place.ada.click(message, label=label)) == BLOCKED
    rerun = place.ada.context_menu(place.channel, "Rerun with a new seed", message)
    assert await place.refuses(rerun) == BLOCKED
    await place.ada.react(message, "🔁")
    assert place.channel.history()[-1].content == f"<@{place.ada.id}> {BLOCKED}"


async def test_the_hosts_patterns_hold_everywhere_and_are_not_named(place: Town) -> None:
    await place.restart(moderation={"blocklist": ["spider*"]})
    assert await place.refuses(place.imagine(place.ada, "a spiderweb")) == BLOCKED
    there = place.village.vera.slash(place.village.channel, "imagine", prompt="a spider")
    assert await place.refuses(there) == BLOCKED
    text = answer(await place.mo.slash(place.channel, "mod blocklist test", text="a spider"))
    assert text == "This text is refused. Patterns of this server: –. One of the host's."
    assert "spider" not in answer(await place.mo.slash(place.channel, "mod blocklist list"))


async def test_a_list_is_of_one_server(place: Town) -> None:
    await place.village.mo.slash(place.village.channel, "mod blocklist add", pattern="kitten")
    assert "✅ **Done**" in card(await place.done(place.ada, "a kitten"))
