"""What a picture looks made of, by name, and how prompts say it: "fox, watercolour", "an oil painting of a bear".

`guidance.media` has what each does.
"""

import re
from collections.abc import Mapping
from typing import Final

NONE: Final = "none"
_SAID: Final[Mapping[str, tuple[str, str]]] = {
    "watercolour": ("watercolou?r(?: painting)?", "aquarelle"),
    "oil": (
        "oil painting|oil on canvas|acrylic painting|impressionist (?:painting|style)",
        "painting|impressionis[mt]",
    ),
    "pencil": ("(?:pencil|charcoal|ink) (?:drawing|sketch)", "pencil|charcoal|drawing|sketch"),
    "woodcut": ("(?:(?:japanese )?woodblock|woodcut|linocut)(?: print)?", "engraving|etching"),
    "cartoon": ("(?:cartoon|anime|manga)(?: style| drawing)?|comic(?: book)? (?:style|drawing)", "comic"),
    "sepia": ("sepia(?: photo(?:graph)?)?", ""),
    "black-and-white": ("black[- ]and[- ]white photo(?:graph)?", "black[- ]and[- ]white|monochrome"),
    "low-poly": ("low[- ]?poly(?: art| style)?", "polygons"),
    "stained-glass": ("stained[- ]glass", "mosaic"),
    "pixel-art": ("pixel[- ]?art|(?:8|16)[- ]?bit(?: pixel art)?", "pixels"),
}
"""For each, what says it anywhere at an end of a phrase, and what does only before "of" or between commas: somebody
who paints is no painting."""
MEDIA: Final = (NONE, *_SAID)


def _patterns(anywhere: str, apart: str) -> tuple[re.Pattern[str], ...]:
    either = f"(?:{anywhere}|{apart})" if apart else f"(?:{anywhere})"
    ends = (
        rf"(?:an? )?{either} of (?P<rest>.+)",
        rf"(?P<before>(?:.+,)?)\s*(?:(?:in|as) )?(?:an? )?{either}(?: style)?(?P<after>(?:,.+)?)",
        rf"(?:an? )?(?:{anywhere}) (?P<rest>.+)",
        rf"(?P<rest>.+?) (?:(?:in|as) )?(?:an? )?(?:{anywhere})",
    )
    return tuple(re.compile(end, re.IGNORECASE | re.DOTALL) for end in ends)


_PATTERNS: Final = {medium: _patterns(*ways) for medium, ways in _SAID.items()}


def said(phrase: str) -> tuple[str, str]:
    """The medium that a phrase asks for, NONE if it asks for none, and what else it says."""
    for medium, patterns in _PATTERNS.items():
        for pattern in patterns:
            if (found := pattern.fullmatch(phrase.strip())) is not None:
                rest = ",".join(part for part in found.groupdict("").values() if part)
                return medium, re.sub(r"\s*,[\s,]*", ", ", rest).strip(" ,")
    return NONE, phrase
