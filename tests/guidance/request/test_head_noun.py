"""What a phrase is about is its head noun."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guidance.request.head_noun import head_noun, stems


@pytest.mark.parametrize(
    ("phrase", "noun"),
    [
        ("a vintage car", "car"),
        ("The Old Fishing Boat in a harbour", "Boat"),
        ("fox", ""),
        ("a brown bear wearing a scarf", "bear"),
        ("a steam train, 1950s photo", "train"),
        ("a pair of brown shoes", "shoes"),
        ("a red dog and a cat", "dog"),
        ("an owl on a branch", ""),
        ("a pair of , shoes", "of"),
        ("a horse running on a beach", ""),
        ("a wedding ring ", "ring"),
        ("a wedding ring, watercolour", "ring"),
        ("", ""),
    ],
)
def test_it_is_the_last_of_the_first_words_unless_it_is_the_only_one(phrase: str, noun: str) -> None:
    assert head_noun(phrase) == noun


@given(st.lists(st.sampled_from(["a", "the", "of", ",", " ", "fox", "riding", "in", "\n"]), max_size=12).map(" ".join))
def test_whatever_is_typed_has_one_word_as_its_head_or_none(phrase: str) -> None:
    assert len(head_noun(phrase).split()) <= 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("two cherries", "Two Cherry"),
        ("the axes", "an axe"),
        ("glasses", "a glass"),
        ("dresses", "dress"),
        ("the old houses", "old house"),
        ("keys", "key"),
        ("some buses", "some bus"),
    ],
)
def test_a_singular_and_its_plural_have_one_stem(one: str, other: str) -> None:
    assert stems(one) == stems(other)


def test_other_words_have_other_stems() -> None:
    assert len({stems(word) for word in ("cow", "ox", "boat", "boot", "bus", "bush", "grape", "grapefruit")}) == 8
