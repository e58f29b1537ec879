"""What a run starts from: a blank canvas, an init image, or a checkpoint's canvas."""

import contextlib
from typing import Final

import torch
from torch import Tensor
from torch.nn.functional import interpolate

from guidance.canvas.diffusion import Diffusion
from guidance.canvas.registry import REGISTRY, Canvas
from guidance.clip.layout import DARKEST
from guidance.io.checkpoint import Checkpoint, CheckpointError, is_checkpoint
from guidance.io.inputs import image_of
from guidance.io.picture import PictureError, request_of
from guidance.io.tensor import from_tensor, to_tensor
from guidance.request.parameters import MODEL_CANVASES
from guidance.request.request import Request

CANVAS: Final = "canvas/"
OPTIMIZER: Final = "optimiser/"
"""Prefixes of a checkpoint's tensors; the British spelling keeps older checkpoints readable."""
FREE: Final = ("pyramid", "fourier", "pixels")
"""Canvases that start from a layout, and are drawn anew and levelled. The palette's squares stay, and the others'
models keep a picture natural."""


def blank_canvas(request: Request, device: torch.device) -> Canvas:
    """The canvas of a run without an init image: noise from the request's seed."""
    return REGISTRY[request.canvas](request, [request.seed]).to(device)


@torch.no_grad()
def load_layout(layout: Tensor, request: Request, canvas: Canvas) -> None:
    """Puts a layout, (1, 3, S, S), under the noise of a blank canvas."""
    noise = [parameter.detach().clone() for parameter in canvas.parameters()]
    size = (request.height, request.width)
    canvas.from_image(interpolate(layout, size, mode="bicubic").clamp(DARKEST, 1 - DARKEST))
    for parameter, more in zip(canvas.parameters(), noise, strict=True):
        parameter.add_(more)


@torch.no_grad()
def load_init(
    data: bytes, request: Request, canvas: Canvas, optimizer: torch.optim.Optimizer, device: torch.device
) -> Tensor:
    """Puts an init image on a canvas and adds the request's perturbation.

    Args:
        data: A picture, or a checkpoint. A checkpoint's canvas and optimizer state are taken over where they fit the
            request; where they do not, its picture is.
        request: Of the run.
        canvas: The run's, blank.
        optimizer: The run's.
        device: Of the canvas.

    Returns:
        (1, 3, H, W) in [0, 1], the init image before the perturbation, at the request's size.

    Raises:
        PictureError, CheckpointError: The data cannot be read.
    """
    if is_checkpoint(data):
        checkpoint = Checkpoint.from_bytes(data)
        # A sample without noise is no start for a sampler, which begins with noise: its picture is.
        same = _canvas_settings(checkpoint.request) == _canvas_settings(request) and not isinstance(canvas, Diffusion)
        if same:
            restore(checkpoint, canvas, optimizer)
            image = canvas()
        else:
            other = blank_canvas(checkpoint.request, device)
            _restore_canvas(checkpoint, other)
            if isinstance(other, Diffusion):
                other.go_to(checkpoint.step)
            image = to_tensor(from_tensor(other()[0]), request.width, request.height)[None].to(device)
            canvas.from_image(image)
    else:
        image = image_of(data, request).to(device)
        canvas.from_image(image)
    # A sampler lays noise of its own over the image.
    if request.perturbation and not isinstance(canvas, Diffusion):
        _perturb(canvas, blank_canvas(request, device), request.perturbation)
    return image


def finish_share(request: Request, init: bytes | None) -> float:
    """How far a run's pictures are drawn anew and levelled: the less, the less of an init image may change.

    A run that starts from a checkpoint or a picture of ours goes on as that run did.
    """
    if request.canvas not in FREE:
        return 0.0
    begun = (None if init is None else _request_in(init)) or request
    return 1 - begun.span().start / begun.steps


def _request_in(data: bytes) -> Request | None:
    if is_checkpoint(data):
        return Checkpoint.from_bytes(data).request
    with contextlib.suppress(PictureError):
        return request_of(data)
    return None


def restore(checkpoint: Checkpoint, canvas: Canvas, optimizer: torch.optim.Optimizer) -> None:
    """Loads a checkpoint's canvas and optimizer state.

    Raises:
        CheckpointError: The canvas is of another kind or size.
    """
    _restore_canvas(checkpoint, canvas)
    states: dict[int, dict[str, Tensor]] = {}
    for name, value in checkpoint.tensors.items():
        if name.startswith(OPTIMIZER):
            index, _, field = name.removeprefix(OPTIMIZER).partition("/")
            states.setdefault(int(index), {})[field] = value
    if states:
        optimizer.load_state_dict(optimizer.state_dict() | {"state": states})


def _restore_canvas(checkpoint: Checkpoint, canvas: Canvas) -> None:
    parameters = {n.removeprefix(CANVAS): v for n, v in checkpoint.tensors.items() if n.startswith(CANVAS)}
    try:
        canvas.load_state_dict(parameters)
    except RuntimeError as error:
        raise CheckpointError("the checkpoint does not fit its own request; it is broken") from error


def _perturb(canvas: Canvas, noise: Canvas, amount: float) -> None:
    """Replaces a share of the canvas by noise, parameter by parameter.

    The noise has the size that the parameter has at each place: it is visible on every scale of the picture, and smooth
    areas get none. Mixing instead of adding keeps values near black and white from clipping.
    """
    for ours, theirs in zip(canvas.parameters(), noise.parameters(), strict=True):
        scaled = amount * theirs / theirs.std() * (ours - ours.mean()).abs()
        ours.mul_((1 - amount**2) ** 0.5).add_(scaled)


def _canvas_settings(request: Request) -> tuple[object, ...]:
    """The settings in which two requests must agree to share a canvas."""
    fields: tuple[object, ...] = (request.canvas, request.width, request.height, request.level_decay)
    if request.canvas == "palette":
        return (*fields, request.colours, request.pixel)
    return (*fields, request.canvas_model) if request.canvas in MODEL_CANVASES else fields
