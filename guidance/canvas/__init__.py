"""What is optimised: a module that turns its parameters into pictures.

A new canvas is one file here, one line in REGISTRY and its name in `guidance.request.CANVASES`.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Final, Protocol

import torch
from torch import Tensor, nn

from guidance.canvas.pixels import Pixels
from guidance.canvas.pyramid import Pyramid


class Canvas(Protocol):
    """B pictures as parameters, float32 whatever the model's precision."""

    def __call__(self) -> Tensor:
        """(B, 3, H, W) in [0, 1], differentiable."""
        ...

    def from_image(self, images: Tensor) -> None:
        """Takes the nearest pictures that it can represent. images: (B, 3, H, W) in [0, 1]."""
        ...

    def parameters(self) -> Iterator[nn.Parameter]:
        """What the optimiser moves."""
        ...

    def to(self, device: torch.device) -> "Canvas":
        """Moves it."""
        ...


MakeCanvas = Callable[[int, int, Sequence[int]], Canvas]

REGISTRY: Final[dict[str, MakeCanvas]] = {"pyramid": Pyramid, "pixels": Pixels}
"""Each makes B blank canvases from (height, width, seeds), one seed an item."""
