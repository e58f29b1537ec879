"""Choices that other programs make by chance or in turn, each by a picture of its own.

{red|blue}, {2$$red|blue}, {0.5::red|blue}    Dynamic Prompts
a {red, blue} castle                          Midjourney; "{red, blue}" by itself is emphasis of NovelAI
__color__, __animals/cat__                    lists of words by name
"""

import re
from collections.abc import Callable
from typing import Final

_CHOICE: Final = re.compile(
    r"\{([^{}|]*)\|[^{}]*\}|(?<=[^\W\d_] )\{([^{}|,:]+(?::\d+)?),[^{}|]*\}|^\{([^{}|,:]+),[^{}|]*\}(?= \w)"
)
_PREFIX: Final = re.compile(r"^\s*(?:\d+(?:-\d+)?\$\$|\d*\.?\d+::)")
_SINGLE: Final = re.compile(r"\{\d*\.?\d+::([^{}|]*)\}")
_WILDCARD: Final = re.compile(r"(?<!\w)__(?:[\w*.-]+/)*([^\W_][\w*.-]*?)__(?!\w)")


def without_choices(text: str) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    """The text with the first of each choice and the names of lists; the choices; the lists."""
    choices: list[str] = []
    lists: list[str] = []

    def first(match: re.Match[str]) -> str:
        choices.append(match[0])
        return _PREFIX.sub("", match[1] or match[2] or match[3] or "").strip()

    def name(match: re.Match[str]) -> str:
        lists.append(match[0])
        return match[1].replace("_", " ")

    text = _WILDCARD.sub(name, _SINGLE.sub(r"\1", text))
    return _innermost_first(text, first), tuple(choices), tuple(lists)


def _innermost_first(text: str, by: Callable[[re.Match[str]], str]) -> str:
    while (changed := _CHOICE.sub(by, text)) != text:
        text = changed
    return text
