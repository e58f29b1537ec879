"""Patterns for blocked words. They match whole words only, so that no pattern matches inside a harmless word.

A pattern is one word or several consecutive words. In a word, `*` stands for 0 to 10 letters or digits and `?` for
exactly one. There is no other syntax, so matching time grows linearly with the text for every pattern.
"""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from guidance.request.prompt import clean

MAX_LENGTH: Final = 80
"""Maximum length of a pattern in characters."""
STAR_LETTERS: Final = 10
"""Maximum number of letters or digits that a `*` stands for."""
MAX_PATTERNS: Final = 500
"""Maximum number of patterns per server."""


class PatternError(ValueError):
    """The text is not a valid pattern; the message says why."""


def pattern_of(text: str) -> str:
    """Normalises a pattern: without case, accents and punctuation.

    Raises:
        PatternError: The text has no word, is too long, or has a word with too few characters or too many wildcards.
    """
    words = list(_words(text, wildcards=True))
    kept = " ".join(words)
    if len(kept) > MAX_LENGTH:
        raise PatternError(f"a pattern has at most {MAX_LENGTH} characters")
    if not words:
        raise PatternError("a pattern needs a word")
    for word in words:
        if len(word) < 2 or not any(letter.isalnum() for letter in word):
            raise PatternError(f"{word!r} would match too much; a word of a pattern has two characters, one a letter")
        if word.count("*") > 3:
            raise PatternError(f"{word!r} has more than three *")
    return kept


def matches(patterns: Iterable[str], text: str) -> list[str]:
    """The patterns that are found in a text. They must be normalised by `pattern_of`."""
    words = list(_words(text))
    return [pattern for pattern in patterns if _found(pattern.split(" "), words)]


def _found(pattern: Sequence[str], words: Sequence[str]) -> bool:
    return any(
        all(_word_matches(wanted, words[begin + offset]) for offset, wanted in enumerate(pattern))
        for begin in range(len(words) - len(pattern) + 1)
    )


def _word_matches(pattern: str, word: str) -> bool:
    """Simulates a nondeterministic automaton, so there is no backtracking.

    A state is (index into the pattern, letters that a `*` at this index has matched).
    """
    states = _closure({(0, 0)}, pattern)
    for letter in word:
        after = set()
        for index, matched in states:
            if index < len(pattern):
                if pattern[index] == "*":
                    if matched < STAR_LETTERS:
                        after.add((index, matched + 1))
                elif pattern[index] in ("?", letter):
                    after.add((index + 1, 0))
        states = _closure(after, pattern)
        if not states:
            return False
    return any(index == len(pattern) for index, _ in states)


def _closure(states: set[tuple[int, int]], pattern: str) -> set[tuple[int, int]]:
    """The states, and those that are reached from them when a `*` matches nothing more."""
    closed = set(states)
    for index, _ in states:
        end = index
        while end < len(pattern) and pattern[end] == "*":
            end += 1
            closed.add((end, 0))
    return closed


def _words(text: str, *, wildcards: bool = False) -> Iterator[str]:
    """Normalised words: NFKC, without accents, case, apostrophes and invisible characters."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", clean(text)).casefold())
    kept = "".join(
        letter if letter.isalnum() or (wildcards and letter in "*?") else " "
        for letter in plain
        if not unicodedata.combining(letter) and letter not in "'’"
    )
    yield from kept.split()
