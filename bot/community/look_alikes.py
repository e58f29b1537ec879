"""Normalises text for the blocklist: invisible characters, look-alike letters, accents, case, spaced-out letters.

Look-alikes come from Unicode's table of confusable characters (UTS 39), invisible characters from Unicode's property
Default_Ignorable_Code_Point.
"""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import regex
from confusable_homoglyphs.confusables import confusables_data

_INVISIBLE: Final = regex.compile(r"[\p{Default_Ignorable_Code_Point}\p{Cf}\p{Cs}\p{Co}\p{Cn}]|(?!\s)\p{Cc}")
# In other scripts some marks are vowels; there only accents (marks with a combining class) are dropped.
_MARKS_ON_LETTERS: Final = regex.compile(r"(?<=[\p{Latin}\p{Greek}\p{Cyrillic}\p{Nd}])\p{M}+")
_ALPHABETS: Final = regex.compile(
    r"(?:LATIN (?:SMALL |CAPITAL )?LETTER (?:SMALL CAPITAL )?"
    r"|REGIONAL INDICATOR SYMBOL LETTER |NEGATIVE (?:CIRCLED|SQUARED) LATIN CAPITAL LETTER )([A-Z])(?: WITH .*)?"
)
_DIGITS: Final = {"0": "o", "1": "il"}
"""Letters that a digit is read as where it stands in a word with letters."""

Readings = tuple[str, ...]
"""The letters that a character can be read as; the first is the character itself without case and accents."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a text.

    Attributes:
        letters: The readings of each of its letters and digits.
        spaced: Whether white space and nothing that joins is before it. False for the second part of "bad-word" and
            for a single letter that follows a single letter ("b a d"), which may be the same word as the part before.
    """

    letters: tuple[Readings, ...]
    spaced: bool

    @property
    def plain(self) -> str:
        """The word without case and accents."""
        return "".join(letter[0] for letter in self.letters)


def words_of(text: str, wildcards: str = "") -> Iterator[Word]:
    """The words of a text, in order.

    Args:
        text: As a person typed it.
        wildcards: Characters that count as letters.
    """
    alone = False
    spaced = True
    for run in regex.split(r"(\s+)", _visible(text)):
        if run.isspace():
            spaced = True
            continue
        for part in _parts(run, wildcards):
            single = len(part) == 1
            yield Word(_letters(part), spaced and not (alone and single))
            alone, spaced = single, False


def _visible(text: str) -> str:
    """The text in compatibility decomposition, without apostrophes, accents and invisible characters."""
    plain = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text))
    plain = unicodedata.normalize("NFKD", _INVISIBLE.sub("", plain))
    plain = _MARKS_ON_LETTERS.sub("", plain)
    return "".join(character for character in plain if not _is_accent(character) and character not in "'’")


def _is_accent(character: str) -> bool:
    return unicodedata.combining(character) != 0 or unicodedata.category(character) == "Me"


def _parts(run: str, wildcards: str) -> Iterator[str]:
    """The pieces of letters and digits in a text without white space."""
    part = ""
    for character in run:
        if character in wildcards or _is_letter(character):
            part += character
        elif part:
            yield part
            part = ""
    if part:
        yield part


@lru_cache(maxsize=4096)
def _is_letter(character: str) -> bool:
    category = unicodedata.category(character)
    return character.isalnum() or category in {"Mn", "Mc"} or _named_letter(character) is not None


def _letters(part: str) -> tuple[Readings, ...]:
    cased = [character for character in part if character.isalpha() and character.upper() != character.lower()]
    word = "".join(cased)
    odd_case = bool(word) and not (word.islower() or word.isupper() or word.istitle())
    found: list[Readings] = []
    for character in part:
        first, *others = readings(character)
        if odd_case and character in "Il":
            first = (*first, "l" if character == "I" else "i")
        elif cased and character in _DIGITS:
            first = (*first, *_DIGITS[character])
        found += [first, *others]
    return tuple(found)


@lru_cache(maxsize=4096)
def readings(character: str) -> tuple[Readings, ...]:
    """The readings of a character: those of one letter, or of several for characters such as ß and æ."""
    folded = _folded(character)
    if character.isascii():
        return ((folded,),)
    # The capital too: the table has no lower-case letter like the Cyrillic ka, but its capital is there.
    sources = (character, folded, character.upper())
    candidates = {entry["c"].casefold() for source in sources for entry in confusables_data.get(source, ())}
    if named := _named_letter(character):
        candidates.add(named)
    latin = sorted(entry for entry in candidates if entry.isascii() and entry.isalpha())
    if len(folded) > 1:
        return tuple((letter,) for letter in folded)
    if character.isalpha() and unicodedata.name(character, "").startswith("LATIN"):
        spelled = next((entry for entry in latin if len(entry) == 2), None)
        if spelled is not None:
            return tuple((letter,) for letter in spelled)
    return ((folded, *(entry for entry in latin if len(entry) == 1 and entry != folded)),)


def _folded(character: str) -> str:
    decomposed = unicodedata.normalize("NFKD", character.casefold())
    return "".join(letter for letter in decomposed if not _is_accent(letter))


def _named_letter(character: str) -> str | None:
    match = _ALPHABETS.fullmatch(unicodedata.name(character, ""))
    return match[1].lower() if match else None
