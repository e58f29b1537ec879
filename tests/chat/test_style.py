"""`/style`: a member's own styles."""

from bot.store.styles import Styles
from tests.chat.harness import BotHarness
from tests.chat.reading import answer


async def test_a_style_is_saved_listed_replaced_and_deleted(harness: BotHarness) -> None:
    text = answer(await harness.ada.slash(harness.channel, "style save", name="dusk", words="at *dusk*"))
    assert text == "Saved `dusk`: at \\*dusk\\*"
    listed = answer(await harness.ada.slash(harness.channel, "style list"))
    assert "**Built-in styles**" in listed
    assert "`pencil` a pencil drawing of {}" in listed
    assert listed.endswith("**Your styles**\n`dusk` at \\*dusk\\*")
    await harness.ada.slash(harness.channel, "style save", name="dusk", words="after sunset")
    assert answer(await harness.ada.slash(harness.channel, "style list")).endswith("`dusk` after sunset")
    assert answer(await harness.ada.slash(harness.channel, "style delete", name="dusk")) == "Deleted `dusk`."
    assert "Your styles" not in answer(await harness.ada.slash(harness.channel, "style list"))


async def test_styles_belong_to_a_user(harness: BotHarness) -> None:
    await harness.ada.slash(harness.channel, "style save", name="dusk", words="at dusk")
    assert "dusk" not in answer(await harness.ben.slash(harness.channel, "style list"))
    text = await harness.refuses(harness.ben.slash(harness.channel, "style delete", name="dusk"))
    assert text == "You have no style called dusk."


async def test_delete_autocompletes_the_user_s_styles(harness: BotHarness) -> None:
    await harness.ada.slash(harness.channel, "style save", name="dusk", words="at dusk")
    await harness.ada.slash(harness.channel, "style save", name="dawn", words="at dawn")
    offered = await harness.ada.autocomplete(harness.channel, "style delete", "name", "us")
    assert [choice["value"] for choice in offered] == ["dusk"]
    assert await harness.ben.autocomplete(harness.channel, "style delete", "name", "") == []


async def test_an_invalid_style_is_refused(harness: BotHarness) -> None:
    for name, words, text in (
        ("two words", "at dusk", "The name of a style can only contain letters, digits, - and _."),
        ("`code`", "at dusk", "The name of a style can only contain letters, digits, - and _."),
        ("pencil", "at dusk", "`pencil` is a built-in style. Choose another name."),
        ("dusk", "\u200b \u200b", "Please enter the words of the style."),
    ):
        assert await harness.refuses(harness.ada.slash(harness.channel, "style save", name=name, words=words)) == text


async def test_a_style_with_blocked_words_is_refused(harness: BotHarness) -> None:
    await harness.mo.slash(harness.channel, "mod blocklist add", pattern="kitten")
    for name, words in (("cute", "with a kitten"), ("kitten", "soft")):
        text = await harness.refuses(harness.ada.slash(harness.channel, "style save", name=name, words=words))
        assert text == "Some of these words are on the blocklist."


async def test_a_user_has_at_most_fifty_styles(harness: BotHarness) -> None:
    for number in range(50):
        await Styles(harness.database).save(harness.ada.id, f"s{number}", "*" * 200)
    text = await harness.refuses(harness.ada.slash(harness.channel, "style save", name="dusk", words="at dusk"))
    assert text == "You have 50 styles, which is the limit. Delete one first."
    assert answer(await harness.ada.slash(harness.channel, "style save", name="s3", words="at dusk")).startswith(
        "Saved `s3`"
    )
    assert "`s0`" in answer(await harness.ada.slash(harness.channel, "style list"))


async def test_a_style_with_the_longest_text_is_shown(harness: BotHarness) -> None:
    text = answer(await harness.ada.slash(harness.channel, "style save", name="d" * 32, words="*" * 200))
    assert text.startswith(f"Saved `{'d' * 32}`: \\*")
