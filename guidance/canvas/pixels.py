"""Raw pixels: the baseline for the other canvases.

It has the same decorrelated colours, so that a comparison shows the effect of the layers alone.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from guidance.canvas import colour
from guidance.device.randomness import generator


class Pixels(nn.Module):
    """One parameter per pixel and channel."""

    def __init__(self, height: int, width: int, seeds: Sequence[int]) -> None:
        super().__init__()
        cpu = torch.device("cpu")
        draws = [torch.randn(3, height, width, generator=generator(cpu, seed, 0, "canvas")) for seed in seeds]
        self.layer = nn.Parameter(torch.stack(draws) * 0.1)
        self.register_buffer("basis", colour.basis(), persistent=False)

    def forward(self) -> Tensor:
        """(B, 3, H, W) in (0, 1)."""
        return colour.to_rgb(self.layer, self.get_buffer("basis"))

    @torch.no_grad()
    def from_image(self, images: Tensor) -> None:
        """Sets the pixels to those of the pictures."""
        self.layer.copy_(colour.from_rgb(images, self.get_buffer("basis")))
