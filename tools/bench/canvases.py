"""The canvases that a model of diffusers makes: models with random weights, and the least that a step of each costs."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import diffusers
import torch

from guidance.canvas.autoencoder import load_autoencoder
from guidance.canvas.denoiser import load_denoiser
from guidance.clip.model import ClipModel
from guidance.request.request import Request
from tools.bench import subjects

STEPS: Final = 900
"""Of a run; fewer than the 1000 of a denoiser's schedule, and more than a measurement takes."""
DENOISER: Final[dict[str, Any]] = {
    "sample_size": 64,
    "block_out_channels": (32, 64, 128, 256),
    "down_block_types": ("DownBlock2D", "DownBlock2D", "DownBlock2D", "AttnDownBlock2D"),
    "up_block_types": ("AttnUpBlock2D", "UpBlock2D", "UpBlock2D", "UpBlock2D"),
    "layers_per_block": 1,
}
"""A denoiser of pixels of middle size."""


def saved(folder: Path) -> dict[str, str]:
    """Saves an autoencoder of TAESD's shape and a denoiser; returns their names by canvas."""
    untyped: Any = diffusers
    with torch.random.fork_rng():
        torch.manual_seed(0)
        untyped.AutoencoderTiny().save_pretrained(folder / "latent")
        untyped.UNet2DModel(**DENOISER).save_pretrained(folder / "diffusion")
    untyped.DDPMScheduler().save_pretrained(folder / "diffusion")
    return {canvas: f"local-dir:{folder / canvas}" for canvas in ("latent", "diffusion")}


def request_for(model: ClipModel, side: int, views: int, canvas: str, name: str) -> Request:
    """As `subjects.request_for`, on a canvas."""
    return subjects.request_for(model, side, views, canvas=canvas, canvas_model=name, steps=STEPS)


def limit(model: ClipModel, request: Request) -> Callable[[], None]:
    """A function that makes one forward and backward pass of the towers, and one of the decoder or the denoiser."""
    towers = subjects.limit(model, request.views)
    inner = _decoder(request) if request.canvas == "latent" else _denoiser(request)

    def once() -> None:
        inner()
        towers()

    return once


def _decoder(request: Request) -> Callable[[], None]:
    coder = load_autoencoder(request.canvas_model)
    latents = torch.randn(1, coder.channels, request.height // coder.factor, request.width // coder.factor)
    return _passes(lambda sample: coder.network.decode(sample).sample, latents, coder.network)


def _denoiser(request: Request) -> Callable[[], None]:
    network = load_denoiser(request.canvas_model).network
    sample = torch.randn(1, 3, request.height, request.width)
    return _passes(lambda noisy: network(noisy, 500).sample, sample, network)


def _passes(forward: Callable[[Any], Any], start: torch.Tensor, network: Any) -> Callable[[], None]:
    start = start.to(next(network.parameters()).device).requires_grad_()

    def once() -> None:
        made = forward(start)
        torch.autograd.grad(made, start, torch.ones_like(made))

    return once
