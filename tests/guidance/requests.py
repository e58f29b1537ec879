"""Requests that render in a second."""

from dataclasses import replace
from typing import Any

from guidance.request import Request


def small(prompt: str = "a volcano", **changes: Any) -> Request:
    """Two views of 64 pixels, four steps; `changes` are fields of Request."""
    request = Request.resolve("x", seed=1, width=64, height=64, steps=4)
    fields: dict[str, Any] = {"prompt": prompt, "views": 2} | changes
    return replace(request, **fields)
