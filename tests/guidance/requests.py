"""Requests that render in a second, and their ends."""

import hashlib
from dataclasses import replace
from typing import Any

from guidance.loop import Result, render
from guidance.model import ClipModel
from guidance.request import Request


def small(prompt: str = "a volcano", **changes: Any) -> Request:
    """Two views of 64 pixels, four steps; `changes` are fields of Request."""
    request = Request.resolve("x", seed=1, width=64, height=64, steps=4)
    fields: dict[str, Any] = {"prompt": prompt, "views": 2} | changes
    return replace(request, **fields)


def result_of(request: Request, model: ClipModel, *inputs: bytes) -> Result:
    """The end of a run."""
    *_, last = render(request, model, blobs={sha(data): data for data in inputs})
    assert isinstance(last, Result)
    return last


def sha(data: bytes) -> str:
    """What a request calls these bytes."""
    return hashlib.sha256(data).hexdigest()
