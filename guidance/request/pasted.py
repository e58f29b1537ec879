"""What is pasted with a prompt: the command before it, its options, and the parameters of another program's picture.

/imagine prompt: a castle            the command goes
/image prompt:a castle steps:20      options, as flags; also steps=20
a castle Negative prompt: fog Steps: 20, Seed: 7, Size: 512x768
castle###fog                         AI Horde: what the picture should not show
"""

import re
from typing import Final

from guidance.request.foreign_weights import without_emphasis
from guidance.request.hyphens import FLAG_NAME

_COMMAND: Final = re.compile(
    r"^(?:[/!](?:imagine|dream|draw|image|img|generate|gen|paint|create|txt2img|diffuse)\b|dream>"
    r"|/[a-z_-]+(?=\s+prompt\s*:))\s*(?:prompt\s*:\s*)?|^(?:imagine\s+|positive\s+)?prompt\s*:\s*",
    re.IGNORECASE,
)
_OPTION: Final = re.compile(rf"(?:^|(?<=\s))({FLAG_NAME}):(?=\S)", re.IGNORECASE)
_ASSIGNED: Final = re.compile(
    r"(?:^|(?<=\s))(?:(seed|steps|aspect|np|negative_prompt|cfg_scale|width|height|sampler)="
    r"|(steps|cfg_scale|width|height):(?=\d)|(seed):(?=\d{3}))\s?(?=\S)",
    re.IGNORECASE,
)
# Automatic1111's; white space has become single spaces.
_INFOTEXT: Final = re.compile(r"^(.*?)(?:\s*\bNegative prompt: (.*?))?(?:\s*\bSteps: (\d+), ([A-Z][\w +/-]*: .*))?$")
_PAIR: Final = re.compile(r"([A-Z][\w +/-]*): (\"[^\"]*\"|[^,]*)")
_NEGATIVE: Final = re.compile(
    r"(?:^|[\s,.;]+)negative[ _-]prompts?\s*:\s*|[,.;]\s+negative\s*:\s*|\s*###\s*(?=\S)", re.IGNORECASE
)
_COMMENT: Final = re.compile(r"/\*.*?\*/")


def as_flags(text: str) -> tuple[str, str]:
    """The prompt with flags of this language, and the names of Automatic1111's parameters that have none."""
    prompt = _COMMENT.sub(" ", _COMMAND.sub("", text))
    if prompt != text:
        prompt = _OPTION.sub(r"--\1 ", prompt)
    prompt, dropped = _from_infotext(_ASSIGNED.sub(r"--\1\2\3 ", prompt))
    return _NEGATIVE.sub(" --no ", prompt, count=1), dropped


def _from_infotext(text: str) -> tuple[str, str]:
    match = _INFOTEXT.match(text)
    if match is None or (match[2] is None and match[3] is None):
        return text, ""
    pairs = {key.strip(): value for key, value in _PAIR.findall(match[4] or "")}
    flags = [f"--steps {match[3]}"] if match[3] else []
    if (seed := pairs.pop("Seed", "")).isdecimal():
        flags.append(f"--seed {seed}")
    if size := re.fullmatch(r"(\d{1,4})x(\d{1,4})", pairs.pop("Size", "")):
        flags.append(f"--ar {size[1]}:{size[2]}")
    if match[2]:
        flags.append(f"--no {without_emphasis(match[2])}")
    return " ".join([match[1], *flags]).strip(), ", ".join(pairs)
