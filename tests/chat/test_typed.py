"""What belongs to another program is named in the member's language, and one press goes on without it."""

from tests.chat.harness import BotHarness
from tests.chat.pictures import png
from tests.chat.reading import answer, card, private


async def test_one_press_makes_the_picture_without_what_is_unknown(harness: BotHarness) -> None:
    result = await harness.imagine(harness.ada, "a castle --v 5 --tile --seed 7", count=2)
    text = answer(result)
    assert "--v (the model is chosen by whoever runs this); --tile (there is nothing like it here)" in text
    assert "**a castle --seed 7**" in text
    assert await harness.count() == 0
    await harness.ada.click(private(result), label="Go on without it")
    await harness.wait_until_idle()
    assert await harness.count() == 2
    assert (await harness.job(1001)).request.prompt == "a castle"
    assert (await harness.job(1001)).request.seed == 7


async def test_an_image_is_kept_for_the_press(harness: BotHarness) -> None:
    result = await harness.imagine(harness.ada, "a castle --iw 2", image=("cat.png", png()))
    await harness.ada.click(private(result), label="Go on without it")
    await harness.wait_until_idle()
    assert (await harness.job(1001)).request.init is not None


async def test_a_second_press_makes_no_second_picture(harness: BotHarness) -> None:
    result = await harness.imagine(harness.ada, "a castle --q 2")
    await harness.ada.click(private(result), label="Go on without it")
    await harness.wait_until_idle()
    await harness.ada.click(private(result), label="Go on without it")
    await harness.wait_until_idle()
    assert await harness.count() == 1


async def test_a_press_after_a_restart_is_answered_in_words(harness: BotHarness) -> None:
    result = await harness.imagine(harness.ada, "a castle --q 2")
    await harness.restart()
    text = await harness.refuses(harness.ada.click(private(result), label="Go on without it"))
    assert text == "This button no longer works. Send the text again without what the message names."
    assert await harness.count() == 0


async def test_the_text_says_once_what_the_button_does(harness: BotHarness) -> None:
    text = answer(await harness.imagine(harness.ada, "a castle --q 2"))
    assert text == (
        "This belongs to another program: --q (more --steps make finer pictures). What is left: **a castle**"
    )
    text = answer(await harness.imagine(harness.ada, "a castle --whatever 5"))
    assert text.startswith("--whatever is unknown; known: --ar")
    assert text.endswith(". What is left: **a castle**")


async def test_it_is_said_in_the_member_s_language(harness: BotHarness) -> None:
    harness.locales[harness.ada.id] = "de"
    text = answer(await harness.imagine(harness.ada, "a castle --chaos 20"))
    assert "--chaos (ein anderer --seed ergibt ein anderes Bild)" in text
    assert "Übrig bleibt: **a castle**" in text
    text = answer(await harness.imagine(harness.ada, "a castle --steps 0"))
    assert text == (
        "Das kann ich nicht erstellen: der Prompt ist ab Zeichen 18 nicht lesbar: --steps 0 ist falsch: "
        "eine ganze Zahl, 1 bis 2000 Schritte."
    )


async def test_weights_of_other_programs_and_emoji_are_shown_as_they_are_understood(harness: BotHarness) -> None:
    message = await harness.done(harness.ada, "castle:2|<:pepe:123456789012345678>:0.5")
    assert "castle::2 pepe::0.5" in card(message).replace("\\", "")
