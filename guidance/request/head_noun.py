"""The head noun of a phrase: what it is about. A vintage car is a car."""

import re
from typing import Final

_ENDS: Final = re.compile(
    r",|\s(?:in|on|at|by|near|with|without|under|over|above|below|beside|behind|between|among|around|through|across"
    r"|against|during|from|to|for|and|or|next to|in front of|\w+ing (?:an?|the|his|her|its|their))\s",
    re.IGNORECASE,
)
_ARTICLE: Final = re.compile(r"^(?:an?|the)\s+", re.IGNORECASE)
_OF: Final = re.compile(r"\sof\s", re.IGNORECASE)


def head_noun(phrase: str) -> str:
    """The last word of a phrase's first words, of what follows "of" in them; "" if it is the only one.

    A pair of glasses is seen as glasses, a field of sunflowers as sunflowers.
    """
    about = _ENDS.split(phrase.strip(), maxsplit=1)[0].strip()
    words = _ARTICLE.sub("", about).split()
    return _OF.split(about)[-1].split()[-1] if len(words) > 1 else ""
