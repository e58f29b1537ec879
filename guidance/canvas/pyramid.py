"""A sum of layers at many resolutions, each enlarged to full size.

Coarse layers move whole shapes at once and fine ones add detail, so that structure comes before texture; the idea is
Direct Ascent Synthesis (2025). Its value shows most to a model that did not guide.

A layer's share in the sum falls with the fourth root of its side. Adam moves every parameter by about the same, so that
is how fast the layer learns: with the square root, coarse layers ran into black and white; without, fine ones made
texture of everything (the model card of `pocket` says more).
"""

import itertools
from collections.abc import Sequence
from typing import Final

import torch
from torch import Tensor, nn

from guidance.canvas import colour
from guidance.randomness import generator
from guidance.resample import cubic, resize_matrix, triangle

COARSEST: Final = 4
START: Final = 0.1
"""Standard deviation of the coarsest layer at the start, in logits; that of the others falls with their share."""


class Pyramid(nn.Module):
    """Layers with short sides of 4, 8, 16, … up to the picture's own."""

    def __init__(self, height: int, width: int, seeds: Sequence[int]) -> None:
        super().__init__()
        short = min(height, width)
        sides = [*itertools.takewhile(lambda side: side < short, (COARSEST << n for n in itertools.count())), short]
        self.layers = nn.ParameterList()
        self._shares = [(COARSEST / side) ** 0.25 for side in sides]
        self.register_buffer("basis", colour.basis())
        for index, side in enumerate(sides):
            shape = (3, max(1, round(height * side / short)), max(1, round(width * side / short)))
            draws = [
                torch.randn(shape, generator=generator(torch.device("cpu"), seed, index, "canvas")) for seed in seeds
            ]
            self.layers.append(nn.Parameter(torch.stack(draws) * START * self._shares[index]))
            self.register_buffer(f"up_y{index}", resize_matrix(shape[1], height, cubic))
            self.register_buffer(f"up_x{index}", resize_matrix(shape[2], width, cubic))
            self.register_buffer(f"down_y{index}", resize_matrix(height, shape[1], triangle))
            self.register_buffer(f"down_x{index}", resize_matrix(width, shape[2], triangle))

    def _enlarged(self, index: int) -> Tensor:
        layer: Tensor = self._shares[index] * self.layers[index]
        if index == len(self.layers) - 1:
            return layer  # the finest is as large as the picture
        return self.get_buffer(f"up_y{index}") @ (layer @ self.get_buffer(f"up_x{index}").T)

    def forward(self) -> Tensor:
        """(B, 3, H, W) in (0, 1)."""
        total = self._enlarged(0)
        for index in range(1, len(self.layers)):
            total = total + self._enlarged(index)
        return colour.to_rgb(total, self.get_buffer("basis"))

    @torch.no_grad()
    def from_image(self, images: Tensor) -> None:
        """Splits pictures over the layers, coarse first; the finest takes what is left, so nothing is lost."""
        rest = colour.from_rgb(images, self.get_buffer("basis"))
        last = len(self.layers) - 1
        for index, layer in enumerate(self.layers):
            if index < last:
                small = self.get_buffer(f"down_y{index}") @ rest @ self.get_buffer(f"down_x{index}").T
                layer.copy_(small / self._shares[index])
                rest = rest - self._enlarged(index)
            else:
                layer.copy_(rest / self._shares[index])
