"""What a phrase is about is its head noun."""

import pytest

from guidance.request.head_noun import head_noun


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
        ("", ""),
    ],
)
def test_it_is_the_last_of_the_first_words_unless_it_is_the_only_one(phrase: str, noun: str) -> None:
    assert head_noun(phrase) == noun
