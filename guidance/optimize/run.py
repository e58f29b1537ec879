"""Run: one picture in the making. It owns its canvas, its update rule and its losses, and knows no model's insides.

Kept apart from the loop, so that several runs can share one forward pass.
"""

import math
from collections.abc import Mapping
from typing import Final

import torch
from PIL import Image
from torch import Tensor

from guidance.augment.random_crops import AugmentParams, LinearSchedule, NoiseSchedule, RandomCrops
from guidance.canvas.registry import REGISTRY, Canvas
from guidance.clip.model import ClipModel
from guidance.clip.targets import PromptTargets, encode_targets
from guidance.io.checkpoint import Checkpoint, CheckpointError, is_checkpoint
from guidance.io.inputs import image_of, inputs_of
from guidance.io.tensor import from_tensor, to_tensor
from guidance.optimize import loss
from guidance.optimize.optimizer import make_optimizer
from guidance.request.request import Request

FINAL_RATE: Final = 0.1
"""The learning rate at the end of the schedule, as a share of that at the start; a cosine in between."""

_CANVAS: Final = "canvas/"
_OPTIMIZER: Final = "optimiser/"  # spelt as in checkpoints that were written before
_SCORE: Final = "score"


class RenderError(RuntimeError):
    """A run that cannot go on; the message is one sentence."""


class Run:
    """One picture in the making.

    Args:
        request: What to make.
        model: The one that the request names; encodes the targets, once.
        blobs: The bytes of every input that the request names, by sha256.
        capturable: Whether a step's work on the device shall be fit to be captured (see `guidance.device.cuda_graphs`).

    Attributes:
        request: As given.
        first_step: Of the schedule; an init image skips what is before it.
        last_step: The one after the last.
        step: The one that comes next.
        capturable: Whether it is: it was asked for, and the request has nothing in it that cannot be.

    Raises:
        RenderError: The request names another model.
        RequestError: An input is missing or not what it is called.
        PictureError, CheckpointError: An input cannot be read.
    """

    def __init__(
        self,
        request: Request,
        model: ClipModel,
        blobs: Mapping[str, bytes] | None = None,
        *,
        capturable: bool = False,
    ) -> None:
        if request.model != model.name:
            raise RenderError(f"the request asks for model {request.model!r}, but {model.name!r} is loaded")
        inputs = inputs_of(request, blobs or {})
        self.request = request
        self._device = model.device
        self._starts = [stage.start for stage in request.stages()]
        self._targets = [encode_targets(request, perceptor, inputs) for perceptor in model.perceptors]
        self.first_step, self.last_step = request.span().start, request.span().stop
        self._canvas = _blank(request, model.device)
        self._optimizer = make_optimizer(
            self._canvas.parameters(), request.learning_rate, request.locality, model.device, capturable=capturable
        )
        self._kept: Tensor | None = None
        self._mask: Tensor | None = None
        if request.init is not None:
            self._begin_from(inputs[request.init])
        if request.mask is not None:
            self._mask = image_of(inputs[request.mask], request).mean(dim=1, keepdim=True).to(model.device)
        self._crops = RandomCrops(
            count=request.views,
            low=LinearSchedule(request.view_low, request.view_low_end),
            high=LinearSchedule(request.view_high, request.view_high_end),
            noise=NoiseSchedule(request.noise, request.noise_end),
            flip=request.flip,
            rotation=request.rotation,
            perspective=request.perspective,
            jitter=request.jitter,
        )
        self.capturable = capturable and self._crops.capturable
        self._pictures: Tensor | None = None
        self._leaf: Tensor | None = None
        # (sum over this window, steps in it, mean of the window before): what early stopping looks at.
        self._score = torch.tensor([0.0, 0.0, -math.inf], dtype=torch.float64, device=model.device)
        self.go_to(self.first_step)

    def sample(self, size: int, part: tuple[int, int] | None = None) -> AugmentParams:
        """All that is random about this step's views for a perceptor; see `views`."""
        return self._crops.sample(self.request.seed, self.step, self._progress, size, self._device, part)

    def graph_key(self) -> tuple[object, ...]:
        """What the work from `begin` to `apply_gradient` depends on; while it is equal, a capture is valid."""
        return (self._stage, *self._crops.graph_key(self._progress))

    def begin(self) -> None:
        """Renders the canvas for a step; `views` follow."""
        self._pictures = self._shown()
        self._leaf = self._pictures.detach().requires_grad_()

    def views(self, params: AugmentParams, size: int) -> Tensor:
        """(V, 3, size, size): what a perceptor shall look at.

        Its gradient leads to the canvas as `begin` rendered it, and is fetched by `gradient`.
        """
        if self._leaf is None:
            raise RuntimeError("views() follows begin()")
        return self._crops.apply(self._leaf[0], params, self._progress, size)

    def guide(self, perceptor: int, embeddings: Tensor, statistics: Tensor | None = None) -> Tensor:
        """What is to fall, for some views of one perceptor: their share of the mean, a scalar.

        Args:
            perceptor: Which one, from 0.
            embeddings: (V, D) of the views, unit length.
            statistics: (V), the views' `statistics_loss`, if the perceptor has batch normalisations.
        """
        targets = self._current_targets(perceptor)
        apart = loss.guidance(embeddings, targets.directions, targets.weights, self.request.distance)
        if statistics is not None:
            apart = apart + self.request.familiarity * statistics
        return apart.sum() / self.request.views

    def similarity(self, perceptor: int, embeddings: Tensor) -> Tensor:
        """(V, D) embeddings of some views to their share of the mean cosine to the targets; stays on the device."""
        targets = self._current_targets(perceptor)
        return loss.similarity(embeddings.detach(), targets.directions, targets.weights).sum() / self.request.views

    def gradient(self) -> Tensor:
        """(1, 3, H, W): what the views pulled at since the last call, or nothing."""
        if self._leaf is None:
            raise RuntimeError("gradient() follows begin()")
        pulled, self._leaf.grad = self._leaf.grad, None
        return torch.zeros_like(self._leaf) if pulled is None else pulled

    def apply_gradient(self, gradient: Tensor, similarity: Tensor) -> None:
        """Moves the canvas. `go_to` the next step ends this one.

        Args:
            gradient: (1, 3, H, W), of the guidance with respect to the picture.
            similarity: A scalar, for early stopping; stays on the device.
        """
        if self._pictures is None:
            raise RuntimeError("apply_gradient() follows begin()")
        self._optimizer.zero_grad(set_to_none=True)
        tensors, gradients = [self._pictures], [gradient]
        for name, prior in loss.PRIORS.items():
            if weight := getattr(self.request, name):
                value = weight * prior(self._pictures)
                tensors.append(value)
                gradients.append(torch.ones_like(value))
        torch.autograd.backward(tensors, gradients)
        self._optimizer.step()
        self._pictures = self._leaf = None
        self._score[0] += similarity
        self._score[1] += 1

    def go_to(self, step: int) -> None:
        """Makes it the one that comes next, with its learning rate. The canvas stays as it is."""
        self.step = step
        rate = self.request.learning_rate * schedule(self._progress)
        for group in self._optimizer.param_groups:
            if isinstance(group["lr"], Tensor):
                group["lr"].fill_(rate)
            else:
                group["lr"] = rate

    def state(self) -> list[Tensor]:
        """Everything that `apply_gradient` changes, in the memory where it is; complete after the first step."""
        moments = [value for state in self._optimizer.state.values() for value in state.values()]
        return [*(parameter.detach() for parameter in self._canvas.parameters()), *moments, self._score]

    def should_stop_early(self) -> bool:
        """Whether the score has stopped rising. Looks, and waits for the device, ten times in a schedule only.

        Raises:
            RenderError: The score is not a number.
        """
        window = max(1, self.request.steps // 10)
        if (self.step - self.first_step) % window:
            return False
        total, count, before = self._score.tolist()
        if not math.isfinite(total):
            raise RenderError(BROKE_DOWN)
        mean = total / max(count, 1)
        self._score.copy_(torch.tensor([0.0, 0.0, mean]))
        return self.request.early_stop > 0 and mean - before < self.request.early_stop

    @torch.no_grad()
    def picture(self) -> Image.Image:
        """The canvas as it is now.

        Raises:
            RenderError: It holds what is not a number.
        """
        pixels = self._shown()[0]
        if not bool(torch.isfinite(pixels).all()):
            raise RenderError(BROKE_DOWN)
        return from_tensor(pixels)

    def checkpoint(self) -> Checkpoint:
        """All that the coming steps depend on. Waits for the device."""
        tensors = {f"{_CANVAS}{name}": value for name, value in self._canvas.state_dict().items()}
        for index, state in self._optimizer.state_dict()["state"].items():
            tensors |= {f"{_OPTIMIZER}{index}/{name}": value for name, value in state.items()}
        tensors[_SCORE] = self._score
        # Copies, on a CPU too: the run goes on in this memory.
        copies = {name: value.detach().to("cpu", copy=True) for name, value in tensors.items()}
        return Checkpoint(self.request, self.step, copies)

    def resume(self, checkpoint: Checkpoint) -> None:
        """Goes back to where a run of the same request was.

        Raises:
            RenderError: It is of another request.
            CheckpointError: It holds what no run of that request can have.
        """
        if checkpoint.request != self.request:
            raise RenderError("the checkpoint belongs to another request")
        if _SCORE not in checkpoint.tensors or not self.first_step <= checkpoint.step <= self.last_step:
            raise CheckpointError("the checkpoint does not fit its own request; it is broken")
        self._restore(checkpoint)
        self._score.copy_(checkpoint.tensors[_SCORE])
        self.go_to(checkpoint.step)

    @torch.no_grad()
    def _begin_from(self, data: bytes) -> None:
        """Takes an image, or the canvas of a checkpoint: as it is where it fits, else its picture."""
        if is_checkpoint(data):
            checkpoint = Checkpoint.from_bytes(data)
            if _canvas_of(checkpoint.request) == _canvas_of(self.request):
                self._restore(checkpoint)
                self._kept = self._canvas()
            else:
                canvas = _blank(checkpoint.request, self._device)
                _fill(canvas, checkpoint)
                shown = from_tensor(canvas()[0])
                self._kept = to_tensor(shown, self.request.width, self.request.height)[None].to(self._device)
                self._canvas.from_image(self._kept)
        else:
            self._kept = image_of(data, self.request).to(self._device)
            self._canvas.from_image(self._kept)
        if self.request.perturbation:
            noise = _blank(self.request, self._device).parameters()
            for ours, theirs in zip(self._canvas.parameters(), noise, strict=True):
                # As loud as the picture, on each scale and where the picture is: louder than the start's noise, or it
                # would not be seen; in exchange for a part of the picture, or what is near black and white would burn
                # out; and not where all is smooth, or grain would stay there.
                noise_part = self.request.perturbation * theirs / theirs.std() * (ours - ours.mean()).abs()
                ours.mul_((1 - self.request.perturbation**2) ** 0.5).add_(noise_part)

    def _restore(self, checkpoint: Checkpoint) -> None:
        _fill(self._canvas, checkpoint)
        states: dict[int, dict[str, Tensor]] = {}
        for name, value in checkpoint.tensors.items():
            if name.startswith(_OPTIMIZER):
                index, _, field = name.removeprefix(_OPTIMIZER).partition("/")
                states.setdefault(int(index), {})[field] = value
        if states:
            self._optimizer.load_state_dict(self._optimizer.state_dict() | {"state": states})

    def _shown(self) -> Tensor:
        """(1, 3, H, W) in [0, 1], with what the mask keeps."""
        rendered = self._canvas()
        if self._mask is None or self._kept is None:
            return rendered
        return self._kept * (1 - self._mask) + rendered * self._mask

    @property
    def _progress(self) -> float:
        return self.step / self.request.steps

    @property
    def _stage(self) -> int:
        return sum(start <= self._progress for start in self._starts) - 1

    def _current_targets(self, perceptor: int) -> PromptTargets:
        return self._targets[perceptor][self._stage]


BROKE_DOWN: Final = "the picture broke down (not a number); try a lower learning rate or another seed"


def schedule(progress: float) -> float:
    """The learning rate's share at `progress` in [0, 1): a cosine from 1 to FINAL_RATE."""
    return FINAL_RATE + (1 - FINAL_RATE) * 0.5 * (1 + math.cos(math.pi * progress))


def _blank(request: Request, device: torch.device) -> Canvas:
    """The canvas that a run of this request starts from."""
    return REGISTRY[request.canvas](request, [request.seed]).to(device)


def _fill(canvas: Canvas, checkpoint: Checkpoint) -> None:
    """Puts a checkpoint's parameters on a canvas of its kind and size."""
    parameters = {n.removeprefix(_CANVAS): v for n, v in checkpoint.tensors.items() if n.startswith(_CANVAS)}
    try:
        canvas.load_state_dict(parameters)
    except RuntimeError as error:
        raise CheckpointError("the checkpoint does not fit its own request; it is broken") from error


def _canvas_of(request: Request) -> tuple[object, ...]:
    """What decides whether one request's canvas can hold another's."""
    fields = (request.canvas, request.width, request.height, request.level_decay)
    return (*fields, request.colours, request.pixel) if request.canvas == "palette" else fields
