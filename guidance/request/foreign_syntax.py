"""Notations of other programs, rewritten in one of those that `guidance.request.foreign_weights` reads.

fog++, (thick fog)--, (fog)1.3      compel and InvokeAI: 1.1 or 0.9 times for each sign
1.5::fog::                          NovelAI
{0: ["castle:2", "fog"]}            Disco Diffusion: the prompts of the first frame; also without brackets
[fog:1.3], ((fog):1.3), (fog:1,3)   other brackets, brackets in brackets, a decimal comma
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
_QUOTE: Final = "[\"'\u2018\u2019\u201c\u201d\u201e]"
_LIST: Final = re.compile(
    rf"(?:\w+\s*[=:]\s*)?\{{?\s*(?:{_QUOTE}?0{_QUOTE}?\s*:\s*)?\[\s*({_QUOTE}.*{_QUOTE})\s*,?\s*\]\s*,?\s*\}}?"
)
_LISTED: Final = re.compile(rf"(?:{_QUOTE}[^\"\u201c\u201d]*{_QUOTE}(?:\s*,\s*|$))+")
_QUOTED: Final = re.compile(rf"({_QUOTE})(.*?){_QUOTE}\s*(?:,|$)")
_FLAGS: Final = re.compile(r"\s(?=--[A-Za-z])")
_OTHER_BRACKETS: Final = re.compile(r"[\[{]([^()\[\]{}:|]*[^()\[\]{}:|\s\d])\s*:\s*(\d{1,2}[.,]\d{1,9})\s*[\]}]")
_NESTED: Final = re.compile(rf"\(\(([^():]+)\)\s*:\s*({_NUMBER})\s*\)")
_COMMA: Final = re.compile(r"(\([^():]*[^():\s\d]\s*:\s*[+\-\u2212]?\d{1,2}),(\d{1,9}\s*\))")
_ESCAPED_COLON: Final = re.compile(r"\\:(?![:+\-.\d])")
_SEPARATOR: Final = re.compile(r"(?:(?:\s*,?\s+|^)(?:AND(?:_PERP|_SALT|_TOPK)?|BREAK)(?=[\s,]|$),?)+\s*")


def rewritten(text: str) -> str:
    """The text with these notations as `(fog:1.21)` and `castle | fog`; other texts stay as they are."""
    words, *flags = _FLAGS.split(text, maxsplit=1)
    listed = _LIST.fullmatch(words)
    if listed or _LISTED.fullmatch(words):
        prompts = [quoted[1].strip() for quoted in _QUOTED.findall(listed[1] if listed else words)]
        text = " ".join([" | ".join(prompts), *flags])
    text = _ESCAPED_COLON.sub(":", text)
    text = _OTHER_BRACKETS.sub(r"(\1:\2)", text)
    text = _COMMA.sub(r"\1.\2", text)
    text = _NESTED.sub(r"((\1:\2))", text)
    text = _SURROUNDED.sub(r"(\2:\1)", text)
    text = _SIGNED_GROUP.sub(_weighted, text)
    text = _SIGNED_WORD.sub(_weighted, text)
    # In a text of capitals they are words.
    return _SEPARATOR.sub(" | ", text) if text != text.upper() else text


def _weighted(match: re.Match[str]) -> str:
    signs = match[2]
    return f"({match[1]}:{round(_FACTORS[signs[0]] ** len(signs), 4):g})"
