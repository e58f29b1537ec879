"""Requests that render in a second, and their ends."""

import hashlib
from collections.abc import Sequence
from typing import Any

from torch import Tensor

from guidance.clip.model import ClipModel
from guidance.optimize.gradient import gradient_of
from guidance.optimize.loop import Result, Step, render
from guidance.optimize.run import Run
from guidance.request.request import Request

SMALL: dict[str, Any] = {"seed": 1, "width": 64, "height": 64, "steps": 4, "views": 2}
PLAIN: dict[str, Any] = {"smoothness": 0.0, "clipping": 0.0, "familiarity": 0.0}
"""Without priors: the guidance alone moves the picture."""


def small(prompt: str = "a volcano", **changes: Any) -> Request:
    """Two views of 64 pixels, four steps; `changes` are arguments of `Request.resolve`."""
    return Request.resolve(prompt, **SMALL | changes)


def result_of(request: Request, model: ClipModel, *inputs: bytes) -> Result:
    """The end of a run."""
    *_, last = render(request, model, blobs=blobs(inputs))
    assert isinstance(last, Result)
    return last


def pictures_of(request: Request, model: ClipModel) -> list[bytes]:
    """Every step's picture."""
    return [step.picture().tobytes() for step in render(request, model) if isinstance(step, Step)]


def first_gradient(request: Request, model: ClipModel, *inputs: bytes) -> Tensor:
    """(1, 3, H, W): what the guidance pulls at in the first step, before chaos has a say."""
    return gradient_of(Run(request, model, blobs(inputs)).begin_step(), model, request.views)[0]


def views_of(run: Run, size: int) -> Tensor:
    """(V, 3, size, size): what is embeddings in the step that comes next."""
    step = run.begin_step()
    return step.views(step.sample(size), size)


def similarity_before_and_after(request: Request, model: ClipModel, *inputs: bytes) -> tuple[float, float]:
    """That of the first step's views, before the step and after it."""
    run = Run(request, model, blobs(inputs))
    step = run.begin_step()
    gradient, before = gradient_of(step, model, request.views)
    step.apply(gradient, before)
    # Without `go_to` the next step has the same crops and the same noise.
    _, after = gradient_of(run.begin_step(), model, request.views)
    return float(before), float(after)


def blobs(inputs: Sequence[bytes]) -> dict[str, bytes]:
    """As `render` wants them."""
    return {sha(data): data for data in inputs}


def sha(data: bytes) -> str:
    """What a request calls these bytes."""
    return hashlib.sha256(data).hexdigest()
