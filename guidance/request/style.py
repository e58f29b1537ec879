"""Styles: a name for words that go with every phrase and the settings that suit them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from guidance.request.parameters import Settings


@dataclass(frozen=True, slots=True)
class Style:
    """Words and settings.

    Attributes:
        words: The phrase takes the place of "{}"; without "{}", the words follow the phrase after a comma.
        settings: Values for the parameters that were not chosen.
    """

    words: str
    settings: Settings = field(default_factory=dict)


STYLES: Final[Mapping[str, Style]] = {
    "photo": Style("a photograph of {}"),
    "painting": Style("an oil painting of {}"),
    "watercolour": Style("a watercolour of {}", {"smoothness": 4.0}),
    "pencil": Style("a pencil drawing of {}", {"saturation": 200.0}),
    "poster": Style("a poster of {}", {"canvas": "palette", "colours": 6}),
    "pixel-art": Style("pixel art of {}", {"canvas": "palette", "colours": 16, "pixel": 4}),
}
"""The styles that come with guidance."""


def dressed(phrase: str, words: str) -> str:
    """A phrase with a style's words; "" leaves the phrase as it is."""
    if not words:
        return phrase
    return words.replace("{}", phrase) if "{}" in words else f"{phrase}, {words}"
