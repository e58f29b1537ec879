"""Splits a phrase about two things, such as "a boat on a lake", and says where in the picture each belongs.

One direction in a CLIP's space cannot hold two things: their picture is a mixture. So each is also sought in a part of
the picture of its own (`guidance.clip.regions`). The words are English, as the texts of every CLIP that is offered are.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Region(StrEnum):
    """A part of the picture with a soft edge."""

    WHOLE = "whole"
    LEFT = "left"
    RIGHT = "right"
    UPPER = "upper"
    LOWER = "lower"
    MIDDLE = "middle"
    AROUND = "around"


@dataclass(frozen=True, slots=True)
class Part:
    """A thing or a place, and where it is sought."""

    text: str
    region: Region


_LINKS: Final = {
    ("and", "next to", "beside", "alongside"): (Region.LEFT, Region.RIGHT),
    ("over", "above", "on top of"): (Region.UPPER, Region.LOWER),
    ("under", "below", "beneath"): (Region.LOWER, Region.UPPER),
    ("in front of", "in", "on", "at", "by", "near", "inside", "behind", "among", "through", "across", "against"): (
        Region.MIDDLE,
        Region.AROUND,
    ),
}
_REGIONS: Final = {link: regions for links, regions in _LINKS.items() for link in links}
# An article or a number shows that a thing follows: not "black and white", "at night", "on fire". What concerns the
# whole picture is not split off either: "in the fog", "in the style of".
_SPLIT: Final = re.compile(
    rf"(?P<first>\S.*?)\s+(?P<link>{'|'.join(sorted(_REGIONS, key=len, reverse=True))})\s+"
    r"(?P<second>(?:an?|the|one|two|three|four|five|some|many|several)\s+"
    r"(?!(?:style|background|foreground|distance|middle|dark|fog|mist|rain|snow|night|sun)\b)[^,]+)(?P<rest>,.*)?",
    re.IGNORECASE | re.DOTALL,
)


# These lights colour the sky and the ground, and not the thing, as "at night" does. A low sun is the same at either end
# of the day, and pictures of it are mostly called sunsets.
_LIGHTS: Final = {"autumn": "autumn"} | dict.fromkeys(("sunset", "sunrise", "dawn", "dusk", "golden hour"), "a sunset")
_LIT: Final = re.compile(
    rf"(?P<first>\S.*?)\s+(?:at|in|during)\s+(?:the\s+)?(?P<light>{'|'.join(_LIGHTS)})(?P<rest>,.*)?",
    re.IGNORECASE | re.DOTALL,
)


def split(phrase: str) -> tuple[Part, Part] | None:
    """The two parts of a phrase, each with what follows the first comma after them; None if it is about one thing."""
    if (found := _SPLIT.fullmatch(phrase.strip())) is not None:
        (first, second), other = _REGIONS[found["link"].lower()], found["second"]
    elif (found := _LIT.fullmatch(phrase.strip())) is not None:
        (first, second), other = (Region.MIDDLE, Region.AROUND), _LIGHTS[found["light"].lower()]
    else:
        return None
    rest = found["rest"] or ""
    return Part(found["first"] + rest, first), Part(other + rest, second)
