"""The prompt language: from what a person typed to the weighted phrases that CLIP is asked about.

Knows no torch: chat and admission read prompts too.
"""

import unicodedata
from dataclasses import dataclass
from typing import Final

NEGATIVE_WEIGHT: Final = -0.3
"""Weight of a negative phrase; Direct Ascent Synthesis (2025) settled on it, see shared GUIDANCE notes."""

_INVISIBLE: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})


@dataclass(frozen=True, slots=True)
class Phrase:
    """Something to move towards (weight above 0) or away from (below 0)."""

    text: str
    weight: float


def clean(text: str) -> str:
    """Returns the text that is stored, shown, matched and encoded.

    NFKC makes look-alike spellings equal; control, format (zero-width, bidirectional) and unassigned characters go,
    so that nothing invisible reaches a blocklist, a channel or an encoder; white space becomes single spaces.
    """
    spaced = "".join(" " if character.isspace() else character for character in unicodedata.normalize("NFKC", text))
    visible = "".join(character for character in spaced if unicodedata.category(character) not in _INVISIBLE)
    return " ".join(unicodedata.normalize("NFKC", visible).split())


def phrases(prompt: str, negative: str) -> tuple[Phrase, ...]:
    """The prompt with weight 1, then the negative, if there is one."""
    return (Phrase(prompt, 1.0), *([Phrase(negative, NEGATIVE_WEIGHT)] if negative else []))
