"""Patterns for blocked words. They match whole words only, so that no pattern matches inside a harmless word.

A pattern is one word or several consecutive words. In a word, `*` stands for 0 to 10 letters or digits and `?` for
exactly one. There is no other syntax, so that all patterns are searched at once, in time that grows linearly with the
text (see `bot.community.pattern_automaton`). How disguised words are recognised is in `bot.community.look_alikes`.
"""

import re
from collections.abc import Iterable
from enum import StrEnum
from functools import lru_cache
from typing import Final

from bot.community.look_alikes import words_of
from bot.community.pattern_automaton import STAR_LETTERS, PatternAutomaton

__all__ = ["MAX_LENGTH", "MAX_PATTERNS", "STAR_LETTERS", "PatternError", "PatternProblem", "matches", "pattern_of"]

MAX_LENGTH: Final = 80
"""Maximum length of a pattern in characters."""
MAX_PATTERNS: Final = 500
"""Maximum number of patterns per server."""
_LISTS_KEPT: Final = 64
"""Compiled lists that are kept in memory, for as many servers."""


class PatternProblem(StrEnum):
    """Why a text is not a valid pattern."""

    TOO_LONG = "too-long"
    WITHOUT_WORD = "without-word"
    TOO_SHORT = "too-short"
    MANY_STARS = "many-stars"
    SEVERAL = "several"
    OTHER_SIGNS = "other-signs"


_PROBLEMS: Final = {
    PatternProblem.TOO_LONG: f"a pattern has at most {MAX_LENGTH} characters",
    PatternProblem.WITHOUT_WORD: "a pattern needs a word",
    PatternProblem.TOO_SHORT: "{!r} would match too much; a word of a pattern has two characters, one a letter",
    PatternProblem.MANY_STARS: "{!r} has more than three *",
    PatternProblem.SEVERAL: "{!r} separates several patterns; write each by itself",
    PatternProblem.OTHER_SIGNS: "{!r} has no meaning in a pattern, which is no regular expression; "
    "write letters, digits, * and ? only",
}
_SEPARATOR: Final = re.compile(r"(?<=[\w*?)])\s*[,;|\n\u3001\uff0c]\s*(?=[\w*?(])")
_OTHER_SIGNS: Final = re.compile(
    r"\\.|\.[*+?]|\[[^\]]*\]|[+)\]]\?|\(\?|\)[*+?]|[^\W\d]\+|\{\d*,?\d*\}|^\^|\w\$$|^/.*/[a-z]*$|%\w|\w%"
    r"|(?:(?<!\S)|(?<=[^\W\d]))[$@](?=[^\W\d])|(?<=[^\W\d])!(?=[^\W\d])"
)
"""Signs of regular expressions and of other bots' lists, and signs in place of letters. They would be left out."""


class PatternError(ValueError):
    """The text is not a valid pattern; the message says why in English.

    Attributes:
        problem: Why.
        word: The word in question, or "".
    """

    def __init__(self, problem: PatternProblem, word: str = "") -> None:
        super().__init__(_PROBLEMS[problem].format(word))
        self.problem = problem
        self.word = word


def pattern_of(text: str) -> str:
    """Normalises a pattern: without case, accents and punctuation.

    Raises:
        PatternError: The text has no word, is too long, has a word with too few characters or too many wildcards, or
            is written as other programs' patterns are, which would block nothing here.
    """
    for problem, signs in ((PatternProblem.SEVERAL, _SEPARATOR), (PatternProblem.OTHER_SIGNS, _OTHER_SIGNS)):
        if match := signs.search(text.strip()):
            raise PatternError(problem, match[0].strip())
    words = [word.plain for word in words_of(text, "*?")]
    kept = " ".join(words)
    if len(kept) > MAX_LENGTH:
        raise PatternError(PatternProblem.TOO_LONG)
    if not words:
        raise PatternError(PatternProblem.WITHOUT_WORD)
    for word in words:
        if len(word) < 2 or not any(letter.isalnum() for letter in word):
            raise PatternError(PatternProblem.TOO_SHORT, word)
        if word.count("*") > 3:
            raise PatternError(PatternProblem.MANY_STARS, word)
    return kept


def matches(patterns: Iterable[str], text: str) -> list[str]:
    """The patterns that are found in a text. They must be normalised by `pattern_of`.

    A list is compiled at its first use. Long lists take milliseconds: see `bot.community.blocklist_search`.
    """
    return _compiled(tuple(patterns)).found(words_of(text))


@lru_cache(maxsize=_LISTS_KEPT)
def _compiled(patterns: tuple[str, ...]) -> PatternAutomaton:
    return PatternAutomaton(patterns)
