"""A prompt that says what its picture looks made of gets it, and says the same without these words."""

from typing import Any

import pytest

from guidance.request import derive
from guidance.request.medium import NONE, said
from guidance.request.request import Request
from guidance.request.style import STYLES, Style, dressed


@pytest.mark.parametrize(
    ("phrase", "medium", "rest"),
    [
        ("fox, watercolor", "watercolour", "fox"),
        ("Watercolour painting of a fox and a hen", "watercolour", "a fox and a hen"),
        ("fox, watercolour, soft light", "watercolour", "fox, soft light"),
        ("pixel art castle", "pixel-art", "castle"),
        ("owl pencil sketch", "pencil", "owl"),
        ("a sketch of an owl", "pencil", "an owl"),
        ("cow, in black and white", "black-and-white", "cow"),
        ("low-poly deer", "low-poly", "deer"),
        ("panda, cartoon style", "cartoon", "panda"),
        ("anime cat", "cartoon", "cat"),
        ("a bear as an oil painting", "oil", "a bear"),
        ("pixel art", "pixel-art", ""),
    ],
)
def test_a_medium_is_said_before_of_between_commas_or_at_an_end(phrase: str, medium: str, rest: str) -> None:
    assert said(phrase) == (medium, rest)


@pytest.mark.parametrize(
    "phrase", ["a man painting a wall", "a woman with a pencil", "a black and white cow", "a comic shop", "a fox"]
)
def test_things_that_share_a_word_with_a_medium_are_things(phrase: str) -> None:
    assert said(phrase) == (NONE, phrase)


@pytest.mark.parametrize(("name", "style"), STYLES.items())
def test_a_style_s_words_ask_for_the_medium_that_it_sets_and_for_nothing_else(name: str, style: Style) -> None:
    medium, rest = said(dressed("a fox", style.words))
    assert medium == style.settings.get("medium", NONE), name
    assert medium == NONE or rest == "a fox"


def test_words_ask_for_a_medium_unless_somebody_chose_one() -> None:
    def medium(text: str, **chosen: Any) -> str:
        return Request.resolve(text, seed=1, **chosen).medium

    assert medium("fox, watercolour") == "watercolour"
    assert medium("a fox::2 ink drawing of a hen") == "pencil"
    assert medium("a fox, woodcut::-1 a hen") == NONE
    assert medium("fox, watercolour --style photo") == NONE
    assert medium("fox, watercolour --style painting") == "oil"
    assert medium("fox, watercolour", medium=NONE) == NONE
    assert Request.resolve("fox, watercolour", host={"medium": "oil"}).medium == "watercolour"
    assert Request.resolve("fox", host={"medium": "oil"}).medium == "oil"
    assert Request.resolve("fox", style="mine", styles={"mine": Style("watercolour, soft")}).medium == "watercolour"


def test_another_prompt_asks_for_its_own_medium_and_keeps_one_that_was_chosen() -> None:
    said_by_words, chosen = Request.resolve("fox, watercolour"), Request.resolve("fox", style="pencil")
    assert derive.revised(said_by_words, "fox").medium == NONE
    assert derive.revised(said_by_words, "fox, oil painting").medium == "oil"
    assert derive.revised(chosen, "hen").medium == "pencil"
    assert derive.revised(chosen, "hen, watercolour").medium == "watercolour"
