"""What a phrase is about, and its head noun: a vintage car is a car."""

import re
from typing import Final

_ENDS: Final = re.compile(
    r",|\s(?:in|on|at|by|near|with|without|under|over|above|below|beside|behind|between|among|around|through|across"
    r"|against|during|from|to|for|and|or|next to|in front of|\w+ing (?:an?|the|his|her|its|their))\s",
    re.IGNORECASE,
)
_ARTICLE: Final = re.compile(r"^(?:an?|the)\s+", re.IGNORECASE)
_OF: Final = re.compile(r"\sof\s", re.IGNORECASE)
_WORD: Final = re.compile(r"[^\W_]+")
_ENDING: Final = re.compile(r"(?:(?<=\w\w)ies|[ey]s|(?<![su])s|[ey])$")
"""What singular and plural do not share."""


def about(phrase: str) -> str:
    """A phrase up to what is around its thing, without an article."""
    return _ARTICLE.sub("", _ENDS.split(phrase.strip(), maxsplit=1)[0]).strip()


def stems(phrase: str) -> tuple[str, ...]:
    """The words of a phrase, without its article; a singular and its plural have one stem."""
    return tuple(_ENDING.sub("", word) for word in _WORD.findall(_ARTICLE.sub("", phrase.strip()).lower()))


def head_noun(phrase: str) -> str:
    """The last word of a phrase's first words, of what follows "of" in them; "" if it is the only one.

    A pair of glasses is seen as glasses, a field of sunflowers as sunflowers. "" also if it may be what a thing does:
    a horse running on a beach is no running.
    """
    words, end = about(phrase).split(), _ENDS.search(phrase.strip())
    may_be_a_verb = end is not None and end[0] != "," and words[-1:] != [] and words[-1].endswith("ing")
    if len(words) < 2 or may_be_a_verb:
        return ""
    return _OF.split(about(phrase))[-1].split()[-1]
