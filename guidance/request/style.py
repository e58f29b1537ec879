"""Styles: a name for words that go with every phrase and the settings that suit them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from guidance.request.medium import NONE
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
    "photo": Style("a photograph of {}", {"medium": NONE}),
    "painting": Style("an oil painting of {}", {"medium": "oil"}),
    "watercolour": Style("a watercolour of {}", {"medium": "watercolour"}),
    "pencil": Style("a pencil drawing of {}", {"medium": "pencil"}),
    "woodcut": Style("a woodcut of {}", {"medium": "woodcut"}),
    "cartoon": Style("a cartoon of {}", {"medium": "cartoon"}),
    "sepia": Style("a sepia photograph of {}", {"medium": "sepia"}),
    "black-and-white": Style("a black and white photograph of {}", {"medium": "black-and-white"}),
    "low-poly": Style("low poly art of {}", {"medium": "low-poly"}),
    "stained-glass": Style("stained glass of {}", {"medium": "stained-glass"}),
    "pixel-art": Style("pixel art of {}", {"medium": "pixel-art"}),
    "poster": Style("a poster of {}", {"canvas": "palette", "colours": 6}),
}
"""The styles that come with guidance."""


def dressed(phrase: str, words: str) -> str:
    """A phrase with a style's words; "" leaves the phrase as it is."""
    if not words:
        return phrase
    return words.replace("{}", phrase) if "{}" in words else f"{phrase}, {words}"
