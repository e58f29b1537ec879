"""Notations of other programs, rewritten in one of those that `guidance.request.foreign_weights` reads.

fog++, (thick fog)--, (fog)1.3      compel and InvokeAI: 1.1 or 0.9 times for each sign
1.5::fog::                          NovelAI
{0: ["castle:2", "fog"]}            Disco Diffusion: the prompts of the first frame
castle AND fog, castle BREAK fog    Automatic1111: phrases of their own
"""

import re
from typing import Final

_NUMBER: Final = r"[+\-\u2212]?(?:\d{1,2}(?:\.\d{0,9})?|\.\d{1,9})"
_SIGNED_GROUP: Final = re.compile(r"\(([^():]*[^():\s])\)(\++|-+)(?=[\s,.)]|$)")
# One sign after a word is punctuation ("Disney+", "pre- and post-war"), and so are those of "C++" and of "18++".
_SIGNED_WORD: Final = re.compile(r"(?<![\w(])([^\W\d_]{2,})(\+{2,6}|-{2,6})(?=[\s,.)]|$)")
_FACTORS: Final = {"+": 1.1, "-": 0.9}
_SURROUNDED: Final = re.compile(rf"(?<![^\s,|])({_NUMBER})::(?!\s*[+\-\u2212.\d])([^:]+?)::(?=[\s,|]|$)")
_LIST: Final = re.compile(r"""\{?\s*(?:["']?0["']?\s*:\s*)?\[\s*(["'].*["'])\s*,?\s*\]\s*,?\s*\}?""")
_QUOTED: Final = re.compile(r"""(["'])(.*?)\1\s*(?:,|$)""")
_SEPARATOR: Final = re.compile(r"(?:(?:\s*,?\s+|^)(?:AND(?:_PERP|_SALT|_TOPK)?|BREAK)(?=[\s,]|$),?)+\s*")


def rewritten(text: str) -> str:
    """The text with these notations as `(fog:1.21)` and `castle | fog`; other texts stay as they are."""
    if (match := _LIST.fullmatch(text)) and (prompts := [quoted[1] for quoted in _QUOTED.findall(match[1])]):
        text = " | ".join(prompts)
    text = _SURROUNDED.sub(r"(\2:\1)", text)
    text = _SIGNED_GROUP.sub(_weighted, text)
    text = _SIGNED_WORD.sub(_weighted, text)
    # In a text of capitals they are words.
    return _SEPARATOR.sub(" | ", text) if text != text.upper() else text


def _weighted(match: re.Match[str]) -> str:
    signs = match[2]
    return f"({match[1]}:{round(_FACTORS[signs[0]] ** len(signs), 4):g})"
