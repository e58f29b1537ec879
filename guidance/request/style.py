"""Styles: words that go with every phrase, and settings that suit them, under one name."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from guidance.request.settings import Settings


@dataclass(frozen=True, slots=True)
class Style:
    """What a name stands for.

    Attributes:
        words: What a phrase becomes, with the phrase at "{}"; without "{}", the words follow it after a comma.
        settings: What the request takes where nothing was chosen.
    """

    words: str
    settings: Settings = field(default_factory=Settings)


STYLES: Final[Mapping[str, Style]] = {
    "photo": Style("a photograph of {}"),
    "painting": Style("an oil painting of {}"),
    "watercolour": Style("a watercolour of {}", {"smoothness": 4.0}),
    "pencil": Style("a pencil drawing of {}", {"saturation": 200.0}),
    "poster": Style("a poster of {}", {"canvas": "palette", "colours": 6}),
    "pixel-art": Style("pixel art of {}", {"canvas": "palette", "colours": 16, "pixel": 4}),
}
"""Those that need no one to save them first."""


def dressed(phrase: str, words: str) -> str:
    """A phrase in a style's words; "" changes nothing."""
    if not words:
        return phrase
    return words.replace("{}", phrase) if "{}" in words else f"{phrase}, {words}"
