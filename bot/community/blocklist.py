"""Which words may not be asked for. Patterns match whole words only, so that none hits inside a harmless one.

A pattern is one or several words in a row. In a word, `*` stands for up to ten letters or digits and `?` for one. There
is nothing else, so matching takes time in proportion to the text, whatever anybody writes into a list.
"""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from guidance.request.prompt import clean

LONGEST: Final = 80
"""Characters of a pattern."""
STAR_LETTERS: Final = 10
MOST: Final = 500
"""Patterns of a server."""


class PatternError(ValueError):
    """Not a pattern; the message is one sentence."""


def pattern_of(text: str) -> str:
    """The pattern as it is kept: one that matches the same has the same text.

    Raises:
        PatternError: Empty, too long, or nothing but wildcards.
    """
    words = list(_words(text, wildcards=True))
    kept = " ".join(words)
    if len(kept) > LONGEST:
        raise PatternError(f"a pattern has at most {LONGEST} characters")
    if not words:
        raise PatternError("a pattern needs a word")
    for word in words:
        if len(word) < 2 or not any(letter.isalnum() for letter in word):
            raise PatternError(f"{word!r} would match too much; a word of a pattern has two characters, one a letter")
        if word.count("*") > 3:
            raise PatternError(f"{word!r} has more than three *")
    return kept


def matches(patterns: Iterable[str], text: str) -> list[str]:
    """Those of the patterns, as `pattern_of` gives them, that are found in a text."""
    words = list(_words(text))
    return [pattern for pattern in patterns if _found(pattern.split(" "), words)]


def _found(pattern: Sequence[str], words: Sequence[str]) -> bool:
    return any(
        all(_word_matches(wanted, words[begin + place]) for place, wanted in enumerate(pattern))
        for begin in range(len(words) - len(pattern) + 1)
    )


def _word_matches(pattern: str, word: str) -> bool:
    """Every set of reachable places in the pattern, letter by letter: no backtracking. A place is (index, letters)."""
    places = _closed({(0, 0)}, pattern)
    for letter in word:
        after = set()
        for index, eaten in places:
            if index < len(pattern):
                if pattern[index] == "*":
                    if eaten < STAR_LETTERS:
                        after.add((index, eaten + 1))
                elif pattern[index] in ("?", letter):
                    after.add((index + 1, 0))
        places = _closed(after, pattern)
        if not places:
            return False
    return any(index == len(pattern) for index, _ in places)


def _closed(places: set[tuple[int, int]], pattern: str) -> set[tuple[int, int]]:
    """With the places that are reached by letting a `*` end here."""
    closed = set(places)
    for index, _ in places:
        end = index
        while end < len(pattern) and pattern[end] == "*":
            end += 1
            closed.add((end, 0))
    return closed


def _words(text: str, *, wildcards: bool = False) -> Iterator[str]:
    """Words in the form in which they are compared: NFKC, without accents and case, without invisible characters."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", clean(text)).casefold())
    kept = "".join(
        letter if letter.isalnum() or (wildcards and letter in "*?") else " "
        for letter in plain
        if not unicodedata.combining(letter) and letter not in "'’"
    )
    yield from kept.split()
