"""Removes invisible characters from a text, except where what is seen depends on them.

Joiners (U+200C, U+200D) stay between emoji, and between letters of scripts that change their shape with them, such as
Arabic and Devanagari. Between other letters they would only hide words from a blocklist. Tags (U+E0030 and following)
stay in the flags of regions, such as that of Scotland.
"""

import re
import unicodedata
from typing import Final

JOINERS: Final = "\u200c\u200d"
_INVISIBLE: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
# Letters and marks of the property Default_Ignorable_Code_Point, and selectors of variants.
_FILLERS: Final = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u3164\uffa0\ufe00-\ufe0e\U000e0100-\U000e01ef]"
    # The one that makes an emoji of a sign has no use after a letter, a mark or nothing.
    "|(?:(?<=[^\\W\\d_])|(?<![\\S]))\ufe0f|(?<=\ufe0f)\ufe0f"
)
_TAGS: Final = re.compile(
    "(\U0001f3f4[\U000e0030-\U000e0039\U000e0061-\U000e007a]{3,6}\U000e007f)|[\U000e0000-\U000e007f]"
)
_JOINER: Final = re.compile(f"[{JOINERS}]+")
_AFTER_EMOJI: Final = "\ufe0f\U000e007f"
_JOINING_SCRIPTS: Final = frozenset({
    "ARABIC", "SYRIAC", "MONGOLIAN", "NKO", "MANDAIC", "DEVANAGARI", "BENGALI", "GURMUKHI", "GUJARATI", "ORIYA",
    "TAMIL", "TELUGU", "KANNADA", "MALAYALAM", "SINHALA", "MYANMAR", "KHMER",
})  # fmt: skip
"""First words of the names of their letters."""


def without_invisible(text: str) -> str:
    """The text without control, format, private and unassigned characters and fillers, but see above."""
    kept = "".join(
        letter
        for letter in text
        if unicodedata.category(letter) not in _INVISIBLE or letter in JOINERS or "\U000e0000" <= letter <= "\U000e007f"
    )
    kept = _FILLERS.sub("", kept)
    kept = _TAGS.sub(lambda match: match[1] or "", kept)
    return _JOINER.sub(lambda match: _joiner(match, kept), kept)


def _joiner(match: re.Match[str], text: str) -> str:
    before, after = text[match.start() - 1 : match.start()], text[match.end() : match.end() + 1]
    if not (before and after):
        return ""
    if _joins(before) and _joins(after):
        return match[0][0]
    emoji = before in _AFTER_EMOJI or unicodedata.category(before) in ("So", "Sk")
    return "\u200d" if "\u200d" in match[0] and emoji and unicodedata.category(after) == "So" else ""


def _joins(letter: str) -> bool:
    return unicodedata.category(letter)[0] in "LM" and unicodedata.name(letter, "").split(" ")[0] in _JOINING_SCRIPTS
