"""Flags as people type and paste them, rewritten as `--name value`.

    —ar 16:9, –ar, −−ar, ---ar    telephones and word processors make a dash of two hyphens
    -ar 16:9, - -ar, -- ar        one hyphen, or spaces that were pasted
    castle--ar 16:9, --v6, --ar: 16:9, --ar "16:9", --ar 9 :16

A dash is punctuation too. What follows it is a flag if it is the name of one, and either is no English word, or a
number, an address, another flag or the end comes after it.
"""

import re
from collections.abc import Iterable
from typing import Final

from guidance.request.foreign_flags import ALIASES, FOREIGN_FLAGS
from guidance.request.parameters import PARAMETERS

_OWN: Final = ("ar", "style", *(known.flag for known in PARAMETERS.values() if known.flag))
_ALONE: Final = (
    "ar", "aspect-ratio", "no", "np", "neg", "negative", "negative-prompt", "seed", "niji", "sref", "cref", "oref",
    "stylize",
)  # fmt: skip
"""Names that are flags whatever follows them."""
_PASTED: Final = ("ar", "aspect", "seed", "steps", "niji", "stylize", "chaos", "v", "s", "q", "c", "iw")
"""Names that are flags after a dash and a space, if a number follows."""
_JOINED: Final = ("v", "s", "q", "c", "w", "iw", "ar", "niji", "seed", "steps", "stylize", "chaos")
"""Names that are found before a number without a space."""
_SHAPES: Final = ("ar", *(name for name, flag in ALIASES.items() if flag == "ar"))


def _names(names: Iterable[str]) -> str:
    found = sorted(names, key=len, reverse=True)
    return "(?:" + "|".join(re.escape(name).replace(r"\-", "[-_]") for name in found) + r")(?![\w-])"


FLAG_NAME: Final = _names({*_OWN, *ALIASES, *FOREIGN_FLAGS})
"""An expression for the name of any flag, of this language or of another program."""
_LONG: Final = _names({name for name in (*_OWN, *ALIASES, *FOREIGN_FLAGS) if len(name) > 1})
_DASH: Final = r"[-\u2010-\u2015\u2212]"
_TYPOGRAPHIC: Final = rf"(?:(?=-*[\u2010-\u2015\u2212]){_DASH}{{1,3}}|---)"
_DIGITS: Final = r"[\s=:]*[+-]?\.?\d"
_FOLLOWS: Final = rf"(?={_DIGITS}|[\s=:]*https?:|\s*$|\s+{_DASH})"
_RULES: Final = tuple(
    (re.compile(pattern, re.IGNORECASE), by)
    for pattern, by in (
        # Two hyphens with spaces: "- -ar", "-- ar"
        (rf"(?:^|(?<=\s))-\s-({_LONG})(?={_DIGITS})", r"--\1"),
        (rf"(?:^|(?<=\s)|(?<=\w))(?:--|[\u2010-\u2015\u2212]{{1,2}})\s({_names(_PASTED)})(?={_DIGITS})", r" --\1"),
        # Dashes
        (rf"(?:^|(?<=\s)){_TYPOGRAPHIC}({_names([*_ALONE, 'style', 'canvas'])}|{FLAG_NAME}{_FOLLOWS})", r"--\1"),
        (rf"(?<=[^\s\-\u2010-\u2015\u2212]){_TYPOGRAPHIC}({FLAG_NAME})(?={_DIGITS})", r" --\1"),
        # One hyphen, and two after a letter
        (rf"(?:^|(?<=\s))-({_names([name for name in _ALONE if len(name) > 1])}|{_LONG}(?={_DIGITS}))", r"--\1"),
        (rf"(?<=[^\s-])--({_names(_ALONE)}|{FLAG_NAME}{_FOLLOWS})", r" --\1"),
        # What stands between a flag and its value
        (rf"(?:^|(?<=\s))--({'|'.join(sorted(_JOINED, key=len, reverse=True))})(?=\.?\d)", r"--\1 "),
        (rf"(?:^|(?<=\s))--({FLAG_NAME}):\s*(?=\S)", r"--\1 "),
        (rf"(?<=\s)--({_names(_SHAPES)})[\s=]+[\"'“]?(\d[\d.]*)\s?([:x×/])\s?(\d[\d.]*)[\"'”]?", r"--\1 \2\3\4"),
    )
)  # fmt: skip


def with_hyphens(text: str) -> str:
    """The text with its flags as `--name value`."""
    for rule, by in _RULES:
        text = rule.sub(by, text)
    return text
