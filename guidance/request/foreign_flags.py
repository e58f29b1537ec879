"""Flags of Midjourney and of Stable Diffusion's front ends: what each means here, or what to use instead."""

import re
from collections.abc import Iterator
from typing import Final

ALIASES: Final = {
    "aspect": "ar", "aspect-ratio": "ar", "ratio": "ar",
    "step": "steps", "ddim-steps": "steps", "num-inference-steps": "steps", "inference-steps": "steps",
    "negative": "no", "negative-prompt": "no", "neg": "no", "np": "no", "neg-prompt": "no", "negprompt": "no",
}  # fmt: skip
"""Flags of other programs that mean a flag here."""

NUMBER: Final = r"(?:\s*[\s=]\s*[+-]?\.?\d[\w.:x]*(?:,\d{3})*)?"
WORD: Final = r"(?:\s*[\s=]\s*(?!--)\S+)?"
# Links, numbers, and codes, which have a digit.
WORDS: Final = r"(?:\s*[\s=]\s*(?:https?://\S+|<[^>]*>|(?=[^\s\d]*\d)[\w:.]+|random))*"
_FLAGS: Final = (
    ("elsewhere-model", NUMBER, "v version niji"),
    ("elsewhere-model", WORD, "model ckpt checkpoint lora vae"),
    ("elsewhere-model", "", "hd test testp creative upbeta beta newclip old instant"),
    ("elsewhere-style", NUMBER, "s stylize stylise exp sw sv"),
    ("elsewhere-style", WORDS, "sref p profile personalize moodboard"),
    ("elsewhere-style", "", "raw"),
    ("elsewhere-variety", NUMBER, "c chaos w weird sameseed"),
    ("elsewhere-quality", NUMBER, "q quality"),
    ("elsewhere-quality", "", "draft fast relax turbo vibefast hq hires uplight upanime"),
    ("elsewhere-image", NUMBER, "iw cw ow strength denoise denoising-strength image-weight"),
    ("elsewhere-image", WORDS, "cref oref end"),
    ("elsewhere-image", WORD, "image img init init-image init-img"),
    ("elsewhere-size", NUMBER, "width height h size res resolution"),
    ("elsewhere-size", "", "wallpaper nostretch square landscape portrait"),
    ("elsewhere-count", NUMBER, "r repeat n num count batch batch-size n-iter n-samples bs mp"),
    ("elsewhere-count", "", "grid nodrop"),
    ("elsewhere-weights", NUMBER, "cfg cfg-scale cfgscale scale guidance guidance-scale"),
    ("elsewhere-none", NUMBER, "clip-skip upscale gfpgan zoom pan"),
    ("elsewhere-none", WORD, "sampler scheduler motion"),
    ("elsewhere-none", "", "tile video loop stealth public vibe remix hires-fix face-restore karras"),
)
"""(what to use here, what follows the flag, names). Names are compared without case, with - for _."""
FOREIGN_FLAGS: Final = {name: (instead, value) for instead, value, names in _FLAGS for name in names.split()}

_FLAG: Final = re.compile(r"(?:^|(?<=\s))--([A-Za-z][\w-]*)")
# Midjourney's values of a flag that takes others here
_STYLE: Final = re.compile(
    r"(?:^|(?<=\s))--style[\s=]+(?:raw|cute|expressive|scenic|original|random[\w-]*|4[abc]|(?=[A-Za-z-]*\d)\w+)(?=\s|$)",
    re.IGNORECASE,
)
# "-s50 -W512 -C7.5 -i", the options of InvokeAI and of dream.py
_LETTERS: Final = {
    "s": "quality", "q": "quality", "S": "variety", "c": "variety", "C": "weights", "n": "count", "f": "image",
    "W": "size", "H": "size", "w": "size", "h": "size", "v": "model", "A": "none", "G": "none", "U": "none",
}  # fmt: skip
_LETTER: Final = re.compile(rf"(?:^|(?<=\s))-([{''.join(_LETTERS)}])[\s=]?\.?\d[\d.]*(?=\s|$)")
_SWITCH: Final = re.compile(r"(?:^|(?<=\s))-[ig](?=\s|$)")
_SAMPLER: Final = re.compile(r"(?:^|(?<=\s))-A\s?\"?(?:k_|ddim|plms)\w*\"?")


def foreign_flags(text: str) -> Iterator[tuple[int, int, str, str]]:
    """(begin, end, the flag, what to use here) of each; flags begin with hyphens, see `guidance.request.hyphens`."""
    for match in _LETTER.finditer(text):
        yield match.start(), match.end(), match[0], f"elsewhere-{_LETTERS[match[1]]}"
    for pattern, instead in ((_SWITCH, "count"), (_SAMPLER, "none"), (_STYLE, "style")):
        for match in pattern.finditer(text):
            yield match.start(), match.end(), match[0], f"elsewhere-{instead}"
    for match in _FLAG.finditer(text):
        known = FOREIGN_FLAGS.get(match[1].lower().replace("_", "-"))
        if known is not None:
            end = re.compile(known[1]).match(text, match.end())
            yield match.start(), end.end() if end else match.end(), match[0], known[0]
