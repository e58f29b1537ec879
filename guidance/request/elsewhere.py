"""What people type for other programs: commands, flags, parameters, links, mentions.

What has a counterpart here is translated. The rest is named with what to use instead, so that nothing is taken for
words that was meant as a setting. Flags are in `guidance.request.foreign_flags`, weights in
`guidance.request.foreign_weights`, other notations in `guidance.request.foreign_syntax`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from guidance.request.choices import without_choices
from guidance.request.foreign_flags import foreign_flags
from guidance.request.foreign_syntax import rewritten
from guidance.request.hyphens import with_hyphens
from guidance.request.messages import Message
from guidance.request.pasted import as_flags

# <lora:detail:0.8>, <random:red,blue>, embedding:name, <cat-toy>; not a link, and not what Discord marks
_TAG: Final = re.compile(
    r"<(?!https?:|id:)[a-z]{2,20}:[^<>]+>|<[a-z][\w.-]+>"
    r"|\(\s*embedding:[^()]*\)|(?<![\w:])embedding:[\w./-]+(?::[\d.]+)?",
    re.IGNORECASE,
)
_CALL: Final = re.compile(r"\.(?:blend|and|swap)\([^()]*\)")
_LINK: Final = re.compile(r"(?:\[[^\[\]]*\]\()?<?https?://[^\s>)]+[>)]?", re.IGNORECASE)
_MENTION: Final = re.compile(r"<(?:@[!&]?|#|id:|t:-?|/[^:<>]{1,40}:)\d+(?::[A-Za-z])?>")
_EMOJI: Final = re.compile(r"<a?:(\w{2,32}):\d{5,20}>|(?<![\w:]):([A-Za-z]\w{1,31}):(?![\w:])")
_EDIT: Final = re.compile(
    r"\[[^\[\]:]*:[^\[\]:]+:\s*\d*\.?\d+\s*\]|\[[^\[\]:]*[^\[\]:\s]\s*::?\s*0?\.\d+\s*\]"
    # prompts by frames, and the stories of VQGAN+CLIP
    r"|^\{?\s*[\"']?\d+[\"']?\s*:\s*[\[\"'].*,\s*[\"']?\d+[\"']?\s*:\s*[\[\"'].*$|(?<=\S)\s\^\s(?=[^\W\d])"
)
_NAMED: Final = 10
"""Most things that a message names."""
_SHOWN: Final = 40
"""Most characters of a link or a list that a message repeats."""


@dataclass(frozen=True, slots=True)
class Translation:
    """A text as it is written here.

    Attributes:
        text: Without what has no counterpart.
        column: Where the first of that stands, counted from 1.
        items: What has none, each with what to use instead.
    """

    text: str
    column: int = 1
    items: tuple[Message, ...] = ()


def words(text: str) -> str:
    """The text with custom emoji by their names: "<:pepe:123456789012345678>" is "pepe"."""
    return _EMOJI.sub(lambda match: (match[1] or match[2]).replace("_", " "), text)


def translated(text: str) -> Translation:
    """Translates what other programs understand, and finds what has no counterpart."""
    text, dropped = as_flags(words(text))
    text, choices, lists = without_choices(with_hyphens(text))
    text = rewritten(text)
    found = sorted(_found(text), key=lambda entry: entry[0])
    pieces, begin = [], 0
    for start, end, _ in found:
        if start >= begin:
            pieces.append(text[begin:start])
            begin = end
    rest = " ".join("".join([*pieces, text[begin:]]).split())
    column = found[0][0] + 1 if found else 1
    others = [*(_item(choice, "elsewhere-choice") for choice in choices)]
    others += [_item(entry, "elsewhere-list") for entry in lists]
    others += [_item(dropped, "elsewhere-none")] if dropped else []
    items = tuple(dict.fromkeys((*(item for _, _, item in found), *others)))
    if len(items) > _NAMED:
        items = (*items[:_NAMED], Message("other", text="…"))
    return Translation(rest, column, items)


def prompt_edit(text: str) -> tuple[int, str] | None:
    """Where a notation of another program for a subject that changes during the run begins, and the notation."""
    match = _EDIT.search(text)
    return None if match is None else (match.start(), _shortened(match[0].strip()))


def _found(text: str) -> Iterator[tuple[int, int, Message]]:
    """(begin, end, what it is and what to use instead)."""
    for pattern, instead in ((_TAG, "none"), (_LINK, "link"), (_MENTION, "mention"), (_CALL, "weights")):
        for match in pattern.finditer(text):
            yield match.start(), match.end(), _item(match[0], f"elsewhere-{instead}")
    for begin, end, flag, instead in foreign_flags(text):
        yield begin, end, _item(flag, instead)


def _item(what: str, instead: str) -> Message:
    return Message("elsewhere", what=_shortened(what), instead=Message(instead))


def _shortened(text: str) -> str:
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
