"""Searches texts for blocked patterns without delaying the event loop."""

import asyncio
from collections.abc import Sequence
from typing import Final

from bot.community import blocklist

SHORT_LIST: Final = 1000
"""Characters of a list that is searched at once; a longer one is searched in a thread."""


async def search(patterns: Sequence[str], *texts: str) -> list[str]:
    """The patterns that are found in any of the texts. They must be normalised by `blocklist.pattern_of`."""
    if sum(map(len, patterns)) <= SHORT_LIST:
        return _search(patterns, texts)
    return await asyncio.to_thread(_search, patterns, texts)


def _search(patterns: Sequence[str], texts: Sequence[str]) -> list[str]:
    found = {pattern for text in texts if text for pattern in blocklist.matches(patterns, text)}
    return [pattern for pattern in patterns if pattern in found]
