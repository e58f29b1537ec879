"""Which strings are one emoji."""

from __future__ import annotations

import pytest

from bot.sandbox.models.emoji import is_emoji


@pytest.mark.parametrize(
    "text",
    [
        "🔁",
        "⭐",
        "❌",
        "✏️",
        "ℹ️",
        "⏩",
        "🎬",
        "🗑️",
        "🔍",
        "🎨",
        "❤",
        "❤️",
        "#️⃣",
        "🇩🇪",
        "👍🏽",
        "👨\u200d👩\u200d👧",
        "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f",
        "✖️",
        "▶️",
        "⏹️",
    ],
)
def test_one_emoji_is_recognised(text: str) -> None:
    assert is_emoji(text)


@pytest.mark.parametrize("text", ["", "a", "1", "🔁🔁", "🔁 ", "lighthouse", "name:123", "🇩"])
def test_other_strings_are_not_emoji(text: str) -> None:
    assert not is_emoji(text)
