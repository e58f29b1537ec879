"""The guidance loop: `render(request, model)` yields a Step for each step, and the Result last.

The caller drives it, may stop between steps, and asks a Step for its picture only when it wants one; nothing else
leaves the device. A Run is kept apart from the loop, so that several runs can share one forward pass.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import torch
from PIL import Image
from torch import Tensor

from guidance import loss
from guidance.canvas import REGISTRY
from guidance.model import ClipModel
from guidance.picture import from_tensor, to_tensor
from guidance.prompt import phrases
from guidance.request import Request
from guidance.view import Crops

BETAS: Final = (0.9, 0.95)
"""Adam's; the short second memory lets a step shrink as soon as the views agree (trial for this project)."""
FINAL_RATE: Final = 0.1
"""The learning rate at the end of the schedule, as a share of that at the start; a cosine in between."""


class RenderError(RuntimeError):
    """A run that cannot go on; the message is one sentence."""


class Run:
    """One picture in the making: its canvas, its update rule, its losses.

    Args:
        request: What to make. Its model must be the one given.
        model: Encodes the prompt, once.
        start: The init image; wanted exactly when the request names one.

    Raises:
        RenderError: The request names another model, or an init image is missing or not wanted.
    """

    def __init__(self, request: Request, model: ClipModel, start: Image.Image | None = None) -> None:
        if request.model != model.name:
            raise RenderError(f"the request asks for model {request.model!r}, but {model.name!r} is loaded")
        if (request.init is None) != (start is None):
            raise RenderError("the request and the init image do not belong together: give both or neither")
        self.request = request
        wanted = phrases(request.prompt, request.negative)
        self._directions = model.encode_text([phrase.text for phrase in wanted])
        self._weights = torch.tensor([phrase.weight for phrase in wanted], device=model.device)
        self.first_step = 0 if start is None else request.steps - round(request.steps * request.strength)
        self._canvas = REGISTRY[request.canvas](request.height, request.width, [request.seed]).to(model.device)
        if start is not None:
            self._canvas.from_image(to_tensor(start, request.width, request.height).to(model.device)[None])
        self._crops = Crops(request.views, request.view_low, request.view_high, request.noise, model.image_size)
        self._optimiser = torch.optim.Adam(self._canvas.parameters(), betas=BETAS, foreach=True)
        self._pictures: Tensor | None = None
        self._views: Tensor | None = None

    def views(self, step: int) -> Tensor:
        """(V, 3, S, S): what CLIP shall look at in this step, cut off from the canvas, ready for a gradient."""
        self._pictures = self._canvas()
        self._views = self._crops(self._pictures, [self.request.seed], step)
        return self._views.detach().requires_grad_()

    def guide(self, embeddings: Tensor) -> Tensor:
        """(V, D) embeddings of the views to the scalar that is to fall."""
        return loss.guidance(embeddings, self._directions, self._weights)

    def similarity(self, embeddings: Tensor) -> Tensor:
        """(V, D) embeddings of the views to their mean cosine to the prompt; stays on the device."""
        return loss.similarity(embeddings.detach(), self._directions, self._weights)

    def apply(self, step: int, gradient: Tensor) -> None:
        """Moves the canvas. gradient: (V, 3, S, S), of the guidance with respect to the views."""
        if self._pictures is None or self._views is None:
            raise RuntimeError("apply() follows views()")
        priors = self.request.smoothness * loss.total_variation(self._pictures)
        priors = priors + self.request.restraint * loss.chroma(self._pictures)
        self._optimiser.zero_grad(set_to_none=True)
        torch.autograd.backward([self._views, priors], [gradient, torch.ones_like(priors)])
        for group in self._optimiser.param_groups:
            group["lr"] = self.request.learning_rate * schedule(step / self.request.steps)
        self._optimiser.step()
        self._pictures = self._views = None

    @torch.no_grad()
    def picture(self) -> Image.Image:
        """The canvas as it is now.

        Raises:
            RenderError: It holds what is not a number.
        """
        pixels = self._canvas()[0]
        if not bool(torch.isfinite(pixels).all()):
            raise RenderError("the picture broke down (not a number); try a lower learning rate or another seed")
        return from_tensor(pixels)


@dataclass(frozen=True, slots=True)
class Step:
    """A step that was made.

    Attributes:
        number: 1 for the first of this run, `total` for the last.
        total: Steps of this run; fewer than the request's when an init image skips some.
    """

    number: int
    total: int
    _similarity: Tensor
    _run: Run

    def similarity(self) -> float:
        """Mean cosine of the views to the prompt, before this step moved the canvas. Waits for the device."""
        return float(self._similarity)

    def picture(self) -> Image.Image:
        """The canvas as it is now: ask before the next step. Waits for the device."""
        return self._run.picture()


@dataclass(frozen=True, slots=True)
class Result:
    """The end of a run.

    Attributes:
        request: What was asked for.
        image: The picture, RGB.
        similarity: Mean cosine of the last step's views to the prompt; None if no step was to be made.
    """

    request: Request
    image: Image.Image
    similarity: float | None


def schedule(progress: float) -> float:
    """The learning rate's share at `progress` in [0, 1): a cosine from 1 to FINAL_RATE."""
    return FINAL_RATE + (1 - FINAL_RATE) * 0.5 * (1 + math.cos(math.pi * progress))


def render(request: Request, model: ClipModel, *, start: Image.Image | None = None) -> Iterator[Step | Result]:
    """Makes a picture, a step at a time.

    Args:
        request: What to make.
        model: The one that the request names.
        start: The init image, exactly when `request.init` is set.

    Yields:
        A Step after each step, then one Result.

    Raises:
        RenderError: As Run, or when the picture breaks down.
    """
    run = Run(request, model, start)
    total = request.steps - run.first_step
    step: Step | None = None
    for number, index in enumerate(range(run.first_step, request.steps), start=1):
        views = run.views(index)
        embeddings = model.encode_image(views)
        (gradient,) = torch.autograd.grad(run.guide(embeddings), views)
        run.apply(index, gradient)
        step = Step(number, total, run.similarity(embeddings), run)
        yield step
    yield Result(request, run.picture(), step.similarity() if step else None)
