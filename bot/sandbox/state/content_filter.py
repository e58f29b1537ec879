"""Refuses messages for their content, as AutoMod and Discord's own filters do. A new sandbox has no filter."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.sandbox.errors import DiscordError


@dataclass(slots=True)
class ContentFilter:
    """Texts, in lower case, and the error that a message with each of them gets."""

    refused: dict[str, DiscordError] = field(default_factory=dict)

    def check(self, *texts: str) -> None:
        """Raise the error of the first filter that one of the texts contains."""
        for text in texts:
            for part, error in self.refused.items():
                if part in text.lower():
                    raise error
