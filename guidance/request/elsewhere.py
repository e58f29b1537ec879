"""What people type for other programs: flags of Midjourney and of Stable Diffusion's front ends, links, mentions.

What has a counterpart here is translated. The rest is named with what to use instead, so that nothing is taken for
words that was meant as a setting. Their weights are in
`guidance.request.foreign_weights`, their other notations in `guidance.request.foreign_syntax`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from guidance.request.foreign_syntax import rewritten
from guidance.request.foreign_weights import without_emphasis
from guidance.request.messages import Message

ALIASES: Final = {
    "aspect": "ar", "aspect-ratio": "ar", "ratio": "ar", "step": "steps",
    "negative": "no", "negative-prompt": "no", "neg": "no", "np": "no",
}  # fmt: skip
"""Flags of other programs that mean a flag here."""

_NUMBER: Final = r"(?:\s*[\s=]\s*[+-]?\d[\w.:x]*)?"
_WORD: Final = r"(?:\s*[\s=]\s*(?!--|[—–])\S+)?"
_WORDS: Final = r"(?:\s*[\s=]\s*(?:https?://\S+|<[^>]*>|\d\S*|random))*"
_FLAGS: Final = (
    ("elsewhere-model", _NUMBER, "v version niji"),
    ("elsewhere-model", _WORD, "model ckpt checkpoint lora vae"),
    ("elsewhere-model", "", "hd test testp creative upbeta beta"),
    ("elsewhere-style", _NUMBER, "s stylize stylise exp sw sv"),
    ("elsewhere-style", _WORDS, "sref p profile personalize"),
    ("elsewhere-style", "", "raw"),
    ("elsewhere-variety", _NUMBER, "c chaos w weird sameseed"),
    ("elsewhere-quality", _NUMBER, "q quality"),
    ("elsewhere-quality", "", "draft fast relax turbo hq hires uplight upanime"),
    ("elsewhere-image", _NUMBER, "iw cw ow strength denoise denoising-strength image-weight"),
    ("elsewhere-image", _WORDS, "cref oref"),
    ("elsewhere-image", _WORD, "image img init init-image init-img"),
    ("elsewhere-size", _NUMBER, "width height h size res resolution"),
    ("elsewhere-count", _NUMBER, "r repeat n num count batch batch-size n-iter n-samples bs"),
    ("elsewhere-count", "", "grid"),
    ("elsewhere-weights", _NUMBER, "cfg cfg-scale cfgscale scale guidance guidance-scale"),
    ("elsewhere-none", _NUMBER, "clip-skip upscale gfpgan"),
    ("elsewhere-none", _WORD, "sampler scheduler motion"),
    ("elsewhere-none", "", "tile video loop stealth public vibe hires-fix face-restore karras"),
)
"""(what to use here, what follows the flag, names). Names are compared without case, with - for _."""
FOREIGN_FLAGS: Final = {name: (instead, value) for instead, value, names in _FLAGS for name in names.split()}

# "-s50 -W512 -C7.5", the options of InvokeAI and of dream.py
_LETTERS: Final = {
    "s": "quality", "S": "variety", "W": "size", "H": "size", "C": "weights", "n": "count", "f": "image",
    "A": "none", "G": "none", "U": "none",
}  # fmt: skip
_LETTER: Final = re.compile(rf"(?:^|(?<=\s))-([{''.join(_LETTERS)}])\s?\d[\d.]*(?=\s|$)")
_DASHED: Final = "|".join(sorted((name for name, (_, value) in FOREIGN_FLAGS.items() if value == _NUMBER), key=len))
_FLAG: Final = re.compile(rf"(?:^|(?<=\s))(?:--([A-Za-z][\w-]*)|[—–]({_DASHED}|tile|niji)(?=\s+\d|\s*$))")
# <lora:detail:0.8>, <random:red,blue>, embedding:name; not a link, and not what Discord marks
_TAG: Final = re.compile(r"<(?!https?:|id:)[a-z]{2,20}:[^<>]+>|(?<![\w:])embedding:[\w./-]+", re.IGNORECASE)
_CALL: Final = re.compile(r"\.(?:blend|and|swap)\([^()]*\)")
_CHOICE: Final = re.compile(r"\{([^{}|]*)\|[^{}]*\}")
_LINK: Final = re.compile(r"(?:\[[^\[\]]*\]\()?<?https?://[^\s>)]+[>)]?", re.IGNORECASE)
_MENTION: Final = re.compile(r"<(?:@[!&]?|#|id:|t:-?|/[^:<>]{1,40}:)\d+(?::[A-Za-z])?>")
_EMOJI: Final = re.compile(r"<a?:(\w{2,32}):\d{5,20}>")
_COMMAND: Final = re.compile(r"^/?imagine\s+prompt\s*:\s*|^/imagine\s+|^prompt\s*:\s*", re.IGNORECASE)
_ASSIGNED: Final = re.compile(
    r"(?:^|(?<=\s))(?:(seed|steps|aspect|np|negative_prompt|cfg_scale|width|height|sampler)="
    r"|(steps|cfg_scale|width|height):(?=\d)|(seed):(?=\d{3}))\s?(?=\S)",
    re.IGNORECASE,
)
# -A k_euler of InvokeAI
_SAMPLER: Final = re.compile(r"(?:^|(?<=\s))-A\s?\"?(?:k_|ddim|plms)\w*\"?")
_EDIT: Final = re.compile(r"\[[^\[\]:]*:[^\[\]:]+:\s*\d*\.?\d+\s*\]|\[[^\[\]:]*[^\[\]:\s]\s*::?\s*0?\.\d+\s*\]")
# The parameters that Automatic1111 writes under a picture. White space has become single spaces.
_INFOTEXT: Final = re.compile(r"^(.*?)(?:\s*\bNegative prompt: (.*?))?(?:\s*\bSteps: (\d+), ([A-Z][\w +/-]*: .*))?$")
_PAIR: Final = re.compile(r"([A-Z][\w +/-]*): (\"[^\"]*\"|[^,]*)")
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
    return _EMOJI.sub(lambda match: match[1].replace("_", " "), text)


def translated(text: str) -> Translation:
    """Translates what other programs understand, and finds what has no counterpart."""
    # "seed=5" is "--seed 5".
    text, dropped = _from_infotext(_ASSIGNED.sub(r"--\1\2\3 ", _COMMAND.sub("", words(text))))
    choices = tuple(_item(match[0], "elsewhere-choice") for match in _CHOICE.finditer(text))
    text = rewritten(_CHOICE.sub(r"\1", text))
    found = sorted(_found(text), key=lambda entry: entry[0])
    pieces, begin = [], 0
    for start, end, _ in found:
        if start >= begin:
            pieces.append(text[begin:start])
            begin = end
    rest = " ".join("".join([*pieces, text[begin:]]).split())
    column = found[0][0] + 1 if found else 1
    items = tuple(dict.fromkeys((*(item for _, _, item in found), *choices, *dropped)))
    if len(items) > _NAMED:
        items = (*items[:_NAMED], Message("other", text="…"))
    return Translation(rest, column, items)


def prompt_edit(text: str) -> re.Match[str] | None:
    """Automatic1111's "[castle:ruin:0.5]", which changes the subject during the run."""
    return _EDIT.search(text)


def _found(text: str) -> Iterator[tuple[int, int, Message]]:
    """(begin, end, what it is and what to use instead)."""
    for pattern, instead in ((_TAG, "none"), (_LINK, "link"), (_MENTION, "mention"), (_CALL, "weights")):
        for match in pattern.finditer(text):
            yield match.start(), match.end(), _item(match[0], f"elsewhere-{instead}")
    for match in _LETTER.finditer(text):
        yield match.start(), match.end(), _item(match[0], f"elsewhere-{_LETTERS[match[1]]}")
    for match in _SAMPLER.finditer(text):
        yield match.start(), match.end(), _item(match[0], "elsewhere-none")
    for match in _FLAG.finditer(text):
        known = FOREIGN_FLAGS.get((match[1] or match[2]).lower().replace("_", "-"))
        if known is not None:
            instead, value = known
            end = re.compile(value).match(text, match.end())
            yield match.start(), end.end() if end else match.end(), _item(f"--{match[1] or match[2]}", instead)


def _item(what: str, instead: str) -> Message:
    shown = what if len(what) <= _SHOWN else what[: _SHOWN - 1] + "…"
    return Message("elsewhere", what=shown, instead=Message(instead))


def _from_infotext(text: str) -> tuple[str, tuple[Message, ...]]:
    """Automatic1111's parameters as flags, and those that have no flag here."""
    match = _INFOTEXT.match(text)
    if match is None or (match[2] is None and match[3] is None):
        return text, ()
    pairs = {key.strip(): value for key, value in _PAIR.findall(match[4] or "")}
    flags = [f"--steps {match[3]}"] if match[3] else []
    if (seed := pairs.pop("Seed", "")).isdecimal():
        flags.append(f"--seed {seed}")
    if size := re.fullmatch(r"(\d{1,4})x(\d{1,4})", pairs.pop("Size", "")):
        flags.append(f"--ar {size[1]}:{size[2]}")
    if match[2]:
        flags.append(f"--no {without_emphasis(match[2])}")
    dropped = (_item(", ".join(pairs), "elsewhere-none"),) if pairs else ()
    return " ".join([match[1], *flags]).strip(), dropped
