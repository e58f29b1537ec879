"""Requests that render in a second, and their results."""

import hashlib
from collections.abc import Sequence
from typing import Any

from torch import Tensor

from guidance.clip.model import ClipModel
from guidance.optimize.gradient import gradient_of
from guidance.optimize.loop import Result, Step, render
from guidance.optimize.run import Run
from guidance.request.request import Request

SMALL: dict[str, Any] = {"seed": 1, "width": 64, "height": 64, "steps": 4, "views": 2, "redraw": 0.0}
PLAIN: dict[str, Any] = {"smoothness": 0.0, "clipping": 0.0, "layout": 0.0}
"""No priors: guidance alone changes the picture."""


def small(prompt: str = "a volcano", **changes: Any) -> Request:
    """Two views of 64 pixels, four steps, not drawn anew; `changes` are arguments of `Request.resolve`."""
    return Request.resolve(prompt, **SMALL | changes)


def result_of(request: Request, model: ClipModel, *inputs: bytes) -> Result:
    """Renders to the end."""
    *_, last = render(request, model, blobs=blobs(inputs))
    assert isinstance(last, Result)
    return last


def pictures_of(request: Request, model: ClipModel) -> list[bytes]:
    """Every step's picture."""
    return [step.picture().tobytes() for step in render(request, model) if isinstance(step, Step)]


def first_gradient(request: Request, model: ClipModel, *inputs: bytes) -> Tensor:
    """The gradient of the guidance in the first step, (1, 3, H, W)."""
    return gradient_of(Run(request, model, blobs(inputs)).begin_step(), model, request.views)[0]


def views_of(run: Run, size: int) -> Tensor:
    """The views of the next step, (V, 3, size, size)."""
    step = run.begin_step()
    return step.views(step.sample(size), size)


def similarity_before_and_after(request: Request, model: ClipModel, *inputs: bytes) -> tuple[float, float]:
    """The similarity of the first step's views before and after the step."""
    run = Run(request, model, blobs(inputs))
    step = run.begin_step()
    gradient, before = gradient_of(step, model, request.views)
    step.apply(gradient, before)
    # Without `go_to` the next step has the same crops and the same noise.
    _, after = gradient_of(run.begin_step(), model, request.views)
    return float(before), float(after)


def blobs(inputs: Sequence[bytes]) -> dict[str, bytes]:
    """The `blobs` argument of `render`."""
    return {sha(data): data for data in inputs}


def sha(data: bytes) -> str:
    """The name of these bytes in a request."""
    return hashlib.sha256(data).hexdigest()
