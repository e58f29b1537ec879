"""Recognises Unicode emoji. Discord answers 10014 to other strings."""

from __future__ import annotations

import re

# one emoji: a keycap, a flag, or pictographs joined by ZWJ, each with a skin tone or variation selector
_PICTOGRAPH = (
    "[\u00a9\u00ae\u203c\u2049\u2122\u2139\u2194-\u21aa\u231a-\u23ff\u24c2\u25aa-\u25fe\u2600-\u27bf"
    "\u2934\u2935\u2b05-\u2b55\u3030\u303d\u3297\u3299\U0001f000-\U0001f1e5\U0001f200-\U0001faff]"
)
_ONE = f"{_PICTOGRAPH}\ufe0f?[\U0001f3fb-\U0001f3ff]?(?:[\U000e0020-\U000e007f]+)?"
_EMOJI = re.compile(f"[0-9#*]\ufe0f?\u20e3|[\U0001f1e6-\U0001f1ff]{{2}}|{_ONE}(?:\u200d{_ONE})*")


def is_emoji(text: str) -> bool:
    """Return whether a string is exactly one Unicode emoji."""
    return _EMOJI.fullmatch(text) is not None
