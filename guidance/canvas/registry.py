"""What is optimised: a module that turns its parameters into pictures.

A new canvas is one file here, one line in REGISTRY and its name in `guidance.request.parameters.CANVASES`.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, Protocol

import torch
from torch import Tensor, nn

from guidance.canvas.fourier import Fourier
from guidance.canvas.palette import Palette
from guidance.canvas.pixels import Pixels
from guidance.canvas.pyramid import Pyramid
from guidance.request.request import Request


class Canvas(Protocol):
    """B pictures as parameters, float32 whatever the model's precision."""

    def __call__(self) -> Tensor:
        """(B, 3, H, W) in [0, 1], differentiable."""
        ...

    def from_image(self, images: Tensor) -> None:
        """Takes the nearest pictures that it can represent. images: (B, 3, H, W) in [0, 1]."""
        ...

    def parameters(self) -> Iterator[nn.Parameter]:
        """What the optimizer moves."""
        ...

    def to(self, device: torch.device) -> "Canvas":
        """Moves it."""
        ...

    def state_dict(self) -> dict[str, Any]:
        """Its parameters by name."""
        ...

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> Any:
        """Takes what `state_dict` gave."""
        ...


REGISTRY: Final[dict[str, Callable[[Request, Sequence[int]], Canvas]]] = {
    "pyramid": lambda request, seeds: Pyramid(request.height, request.width, seeds, request.level_decay),
    "fourier": lambda request, seeds: Fourier(request.height, request.width, seeds),
    "pixels": lambda request, seeds: Pixels(request.height, request.width, seeds),
    "palette": lambda request, seeds: Palette(
        request.height, request.width, seeds, request.level_decay, request.colours, request.pixel
    ),
}
"""Each makes B blank canvases for a request, one for each seed."""
