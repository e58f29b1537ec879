"""Run: the state of one picture between two steps. It owns the canvas, the optimizer and the place in the schedule.

It does not call the model after its prompt is encoded; `guidance.optimize.gradient` does.
"""

import math
from collections.abc import Mapping
from typing import Final

import torch
from PIL import Image
from torch import Tensor

from guidance.augment.random_crops import AugmentParams, LinearSchedule, NoiseSchedule, RandomCrops
from guidance.canvas.diffusion import Diffusion, Sampler
from guidance.canvas.levels import levelled
from guidance.canvas.redraw import finished, redrawn
from guidance.clip.layout import varied
from guidance.clip.model import ClipModel
from guidance.clip.targets import encode_targets
from guidance.io.checkpoint import Checkpoint, CheckpointError
from guidance.io.inputs import image_of, inputs_of
from guidance.io.tensor import from_tensor
from guidance.media.registry import in_medium
from guidance.optimize.optimizer import cosine_schedule, make_optimizer
from guidance.optimize.start import CANVAS, FREE, OPTIMIZER, blank_canvas, finish_share, load_init, load_layout, restore
from guidance.optimize.step_in_progress import StepInProgress
from guidance.request.messages import Message, MessageError
from guidance.request.request import Request

_SCORE: Final = "score"
REDRAWN_AT: Final = (0.6, 0.85)
"""Shares of the schedule after which the canvas itself is drawn anew, so that CLIP goes on with clean shapes."""
REDRAWN_FROM: Final = 64
"""Steps from which on that is done; in shorter schedules it would take longer than the steps."""
LAYOUT_ENDS: Final = 0.8
"""Share of the schedule over which the weight of the layout falls to 0, steadily."""
BROKE_DOWN: Final = Message("broke-down")


class RenderError(MessageError, RuntimeError):
    """A run cannot continue; the message is one sentence for the user."""


class Run:
    """One picture in the making.

    Args:
        request: What to make.
        model: The model that the request names; it encodes the prompt here.
        blobs: The bytes of every input that the request names, by sha256.
        capturable: Whether a step's work on the device is to be captured (see `guidance.device.cuda_graphs`).
        resume: A checkpoint of the same request, to continue from.

    Attributes:
        request: As given.
        first_step: The first step of the schedule that is made; later than 0 with an init image.
        last_step: One past the last step that is made.
        step: The next step.
        layout_weight: Of the distance to the layout in the next step, a scalar on the device.
        capturable: True if capture was requested and the request's canvas and views can be captured.

    Raises:
        RenderError: The request names another model, or the checkpoint belongs to another request.
        RequestError: An input is missing, or its bytes have another sha256; or the canvas's model cannot make this.
        ModelError: The canvas's model is not available.
        PictureError, CheckpointError: An input or the checkpoint cannot be read.
    """

    def __init__(
        self,
        request: Request,
        model: ClipModel,
        blobs: Mapping[str, bytes] | None = None,
        *,
        capturable: bool = False,
        resume: Checkpoint | None = None,
    ) -> None:
        if request.model != model.name:
            raise RenderError(Message("another-model", model=request.model, loaded=model.name))
        inputs = inputs_of(request, blobs or {})
        self.request = request
        self._device = model.device
        self._stage_starts = [stage.start for stage in request.stages()]
        self._targets = [encode_targets(request, perceptor, inputs) for perceptor in model.perceptors]
        self.first_step, self.last_step = request.span().start, request.span().stop
        self._canvas = blank_canvas(request, model.device)
        if isinstance(self._canvas, Diffusion):
            self._canvas.go_to(self.first_step)
            self._optimizer: torch.optim.Optimizer = Sampler(self._canvas)
        else:
            self._optimizer = make_optimizer(
                self._canvas.parameters(), request.learning_rate, request.locality, model.device, capturable=capturable
            )
        self._layouts = self._find_layouts()
        self.layout_weight = torch.zeros((), device=model.device)
        if self._layouts:
            load_layout(self._layouts[0], request, self._canvas)
        share = finish_share(request, None if request.init is None else inputs[request.init])
        self._redraw, self._levels = share * request.redraw, share * request.levels
        # (the init image, what of it may change), if there is a mask.
        self._masked: tuple[Tensor, Tensor] | None = None
        if request.init is not None:
            image = load_init(inputs[request.init], request, self._canvas, self._optimizer, model.device)
            if request.mask is not None:
                mask = image_of(inputs[request.mask], request).mean(dim=1, keepdim=True).to(model.device)
                self._masked = (image, mask)
                if isinstance(self._canvas, Diffusion):
                    self._canvas.keep(image, mask)
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
        # A sampler's step has numbers of its own, which a capture would keep.
        self.capturable = capturable and self._crops.capturable and not isinstance(self._canvas, Diffusion)
        # For early stopping: the sum of the similarity over this tenth of the schedule, the number of its steps so far,
        # and the mean of the tenth before.
        self._score = torch.tensor([0.0, 0.0, -math.inf], dtype=torch.float64, device=model.device)
        if resume is not None:
            self._resume(resume)
        self.go_to(self.first_step if resume is None else resume.step)

    def begin_step(self) -> StepInProgress:
        """Renders the canvas for the next step. `end_step` ends it."""
        targets = [of_stages[self._stage] for of_stages in self._targets]
        layout = (self._layouts[self._stage], self.layout_weight) if self._layouts else None
        return StepInProgress(
            self.request, self.step, self.rendered(), self._crops, targets, self._optimizer, self._score, layout
        )

    @torch.no_grad()
    def end_step(self) -> None:
        """Goes to the next step, and draws the canvas anew when that is due."""
        self.go_to(self.step + 1)
        due = {round(share * self.request.steps) for share in REDRAWN_AT}
        if self._redraw and self.request.steps >= REDRAWN_FROM and self.step in due:
            pixels = self._canvas()
            self._canvas.from_image(torch.lerp(pixels, redrawn(pixels), self._redraw))

    def go_to(self, step: int) -> None:
        """Makes `step` the next step and sets its learning rate. The canvas's parameters do not change."""
        self.step = step
        if isinstance(self._canvas, Diffusion):
            self._canvas.go_to(step)
        self.layout_weight.fill_(self.request.layout * max(0.0, 1 - self._progress / LAYOUT_ENDS))
        rate = self.request.learning_rate * cosine_schedule(self._progress)
        for group in self._optimizer.param_groups:
            if isinstance(group["lr"], Tensor):
                group["lr"].fill_(rate)
            else:
                group["lr"] = rate

    def sample(self, size: int) -> AugmentParams:
        """The random parameters of the next step's views for a perceptor; see `RandomCrops.sample`."""
        return self._crops.sample(self.request.seed, self.step, self._progress, size, self._device)

    def graph_key(self) -> tuple[object, ...]:
        """Everything a captured step depends on but cannot read; a capture is valid while the key stays the same."""
        return (self._stage, *self._crops.graph_key(self._progress))

    def state(self) -> list[Tensor]:
        """The tensors that a step changes, not copies of them; complete after the first step."""
        moments = [value for state in self._optimizer.state.values() for value in state.values()]
        return [*(parameter.detach() for parameter in self._canvas.parameters()), *moments, self._score]

    def should_stop_early(self) -> bool:
        """True if the mean similarity of the last tenth of the schedule rose by less than `early_stop`.

        Reads the similarity, and waits for the device, at the end of each tenth only.

        Raises:
            RenderError: The similarity is not a number.
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

    def rendered(self) -> Tensor:
        """(1, 3, H, W) in [0, 1], differentiable: the canvas, and the init image where the mask protects it."""
        return self._protected(self._canvas())

    @torch.no_grad()
    def picture(self, *, draft: bool = False, plain: bool = False) -> Image.Image:
        """The picture as it is now; a draft is not drawn anew, a plain one is in no medium. Waits for the device.

        Raises:
            RenderError: A pixel is not a finite number.
        """
        pixels = self._canvas()
        if not bool(torch.isfinite(pixels).all()):
            raise RenderError(BROKE_DOWN)
        if self._redraw and not draft:
            pixels = torch.lerp(pixels, finished(pixels), self._redraw)
        if self._levels:
            pixels = torch.lerp(pixels, levelled(pixels), self._levels)
        if not plain:
            pixels = in_medium(pixels, self.request.medium).to(self._device)
        return from_tensor(self._protected(pixels)[0])

    def checkpoint(self) -> Checkpoint:
        """Everything that the next steps depend on, copied to the CPU. Waits for the device."""
        tensors = {f"{CANVAS}{name}": value for name, value in self._canvas.state_dict().items()}
        for index, state in self._optimizer.state_dict()["state"].items():
            tensors |= {f"{OPTIMIZER}{index}/{name}": value for name, value in state.items()}
        tensors[_SCORE] = self._score
        # A copy even on a CPU: the run goes on changing these tensors.
        copies = {name: value.detach().to("cpu", copy=True) for name, value in tensors.items()}
        return Checkpoint(self.request, self.step, copies)

    def _resume(self, checkpoint: Checkpoint) -> None:
        if checkpoint.request != self.request:
            raise RenderError(Message("checkpoint-of-another"))
        if _SCORE not in checkpoint.tensors or not self.first_step <= checkpoint.step <= self.last_step:
            raise CheckpointError("the checkpoint does not fit its own request; it is broken")
        restore(checkpoint, self._canvas, self._optimizer)
        self._score.copy_(checkpoint.tensors[_SCORE])

    def _find_layouts(self) -> list[Tensor]:
        """The layout of each stage, by the first perceptor that has layouts; none with an init image."""
        if self.request.init is not None or not self.request.layout or self.request.canvas not in FREE:
            return []
        of_perceptors = [[stage.layout for stage in stages if stage.layout is not None] for stages in self._targets]
        found = next((layouts for layouts in of_perceptors if layouts), [])
        return [varied(layout, self.request.seed) for layout in found]

    def _protected(self, rendered: Tensor) -> Tensor:
        if self._masked is None:
            return rendered
        image, mask = self._masked
        return image * (1 - mask) + rendered * mask

    @property
    def _progress(self) -> float:
        return self.step / self.request.steps

    @property
    def _stage(self) -> int:
        return sum(start <= self._progress for start in self._stage_starts) - 1
