"""Which phrases are about two things, and where each thing belongs."""

import pytest

from guidance.request.phrase_map import split


@pytest.mark.parametrize(
    ("phrase", "parts"),
    [
        ("a cat and a dog", {"a cat": "left", "a dog": "right"}),
        ("Coffee Next To The Croissant", {"Coffee": "left", "The Croissant": "right"}),
        ("a boat on a lake", {"a boat": "middle", "a lake": "around"}),
        ("a horse in front of the barn", {"a horse": "middle", "the barn": "around"}),
        ("a balloon over the mountains", {"a balloon": "upper", "the mountains": "lower"}),
        ("a cabin under two moons", {"a cabin": "lower", "two moons": "upper"}),
        ("a fox in a forest, oil painting", {"a fox, oil painting": "middle", "a forest, oil painting": "around"}),
        ("a white church at Sunrise, photo", {"a white church, photo": "middle", "a sunset, photo": "around"}),
        ("a barn in autumn", {"a barn": "middle", "autumn": "around"}),
        ("a giraffe beside a truck on a road", {"a giraffe": "left", "a truck on a road": "right"}),
    ],
)
def test_a_phrase_about_two_things_says_where_each_belongs(phrase: str, parts: dict[str, str]) -> None:
    found = split(phrase)
    assert found is not None
    assert {part.text: str(part.region) for part in found} == parts


@pytest.mark.parametrize(
    "phrase",
    [
        *("a cat", "", "and a dog", "a black and white cat", "salt and pepper", "a castle at night", "a house on fire"),
        *("a tower in the fog", "a park in the rain", "a church in the style of a master", "a candle in the dark"),
        "sandcastle",
        "a horse in the snow",
        "a sunset",
        "a rooster from dusk",
    ],
)
def test_a_phrase_about_one_thing_stays_whole(phrase: str) -> None:
    assert split(phrase) is None
