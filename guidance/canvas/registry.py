"""The canvases by name. A canvas is what is optimised: a module that turns its parameters into pictures.

A new canvas is one file here, one line in REGISTRY and its name in `guidance.request.parameters.CANVASES`.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, Protocol

import torch
from torch import Tensor, nn

from guidance.canvas.autoencoder import load_autoencoder
from guidance.canvas.denoiser import load_denoiser
from guidance.canvas.diffusion import Diffusion
from guidance.canvas.fourier import Fourier
from guidance.canvas.latent import Latent
from guidance.canvas.palette import Palette
from guidance.canvas.pixels import Pixels
from guidance.canvas.pyramid import Pyramid
from guidance.request.request import Request


class Canvas(Protocol):
    """B pictures as parameters, in float32 at any precision of the model."""

    def __call__(self) -> Tensor:
        """(B, 3, H, W) in [0, 1], differentiable."""
        ...

    def from_image(self, images: Tensor) -> None:
        """Sets the parameters to the nearest pictures that it can represent. images: (B, 3, H, W) in [0, 1]."""
        ...

    def parameters(self) -> Iterator[nn.Parameter]:
        """The parameters that the optimizer moves."""
        ...

    def to(self, device: torch.device) -> "Canvas":
        """Moves the parameters to a device, in place."""
        ...

    def state_dict(self) -> dict[str, Any]:
        """The parameters by name."""
        ...

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> Any:
        """Sets the parameters from `state_dict`."""
        ...


REGISTRY: Final[dict[str, Callable[[Request, Sequence[int]], Canvas]]] = {
    "pyramid": lambda request, seeds: Pyramid(request.height, request.width, seeds, request.level_decay),
    "fourier": lambda request, seeds: Fourier(request.height, request.width, seeds),
    "pixels": lambda request, seeds: Pixels(request.height, request.width, seeds),
    "palette": lambda request, seeds: Palette(
        request.height, request.width, seeds, request.level_decay, request.colours, request.pixel
    ),
    "latent": lambda request, seeds: Latent(
        request.height, request.width, seeds, load_autoencoder(request.canvas_model), request.tile
    ),
    "diffusion": lambda request, seeds: Diffusion(request, seeds, load_denoiser(request.canvas_model)),
}
"""Each makes the canvas of B pictures for a request and B seeds. MODEL_CANVASES raise ModelError if their model is not
available, RequestError if it cannot make what is requested."""
