"""A sum of layers at many resolutions, each enlarged to full size.

Coarse layers move whole shapes at once and fine ones add detail, so that structure comes before texture. The idea is
that of Direct Ascent Synthesis (2025). Models that did not guide recognise such pictures better.

A layer's share in the sum is its side to minus the power `level_decay`. Adam moves every parameter by about the same
amount, so the share decides how fast the layer learns: with 0.5, coarse layers saturated to black and white; with 0,
fine layers covered everything with texture; 0.25 lies between. At a low `locality` (`guidance.optimize.optimizer`, the
default of `pocket`) 0 works as well. The share of colour falls faster than that of brightness: in natural pictures
colour is coarser, and fine colour becomes rainbow noise.
"""

import itertools
from collections.abc import Sequence
from typing import Final

import torch
from torch import Tensor, nn

from guidance.augment.resample import Resize, cubic, triangle
from guidance.canvas import colour
from guidance.device.randomness import generator

COARSEST: Final = 4
START: Final = 0.1
"""Standard deviation of the coarsest layer at the start, in logits; times its share for every other layer."""
CHROMA: Final = 0.25
"""Added to the power for the two coordinates of colour."""


class Pyramid(nn.Module):
    """Layers with short sides of 4, 8, 16, … up to the picture's own."""

    def __init__(self, height: int, width: int, seeds: Sequence[int], level_decay: float) -> None:
        super().__init__()
        short = min(height, width)
        sides = [*itertools.takewhile(lambda side: side < short, (COARSEST << n for n in itertools.count())), short]
        shapes = [(round(height * side / short), round(width * side / short)) for side in sides]
        powers = torch.tensor([level_decay, level_decay + CHROMA, level_decay + CHROMA])
        shares = [(min(COARSEST, short) / side) ** powers for side in sides]
        self.register_buffer("shares", torch.stack(shares)[:, :, None, None], persistent=False)  # (layers, 3, 1, 1)
        self.layers = nn.ParameterList()
        for index, shape in enumerate(shapes):
            draws = [
                torch.randn(3, *shape, generator=generator(torch.device("cpu"), seed, index, "canvas"))
                for seed in seeds
            ]
            self.layers.append(nn.Parameter(torch.stack(draws) * START * shares[index][:, None, None]))
        # Each step enlarges the sum of all coarser layers, so that only one enlargement is at full size.
        steps = list(itertools.pairwise(shapes))
        self._up = nn.ModuleList(Resize(3 * len(seeds), small, large, cubic) for small, large in steps)
        self._down = nn.ModuleList(Resize(3 * len(seeds), large, small, triangle) for small, large in steps)
        self.register_buffer("basis", colour.basis(), persistent=False)

    def forward(self) -> Tensor:
        """(B, 3, H, W) in (0, 1)."""
        shares = self.get_buffer("shares")
        total: Tensor = shares[0] * self.layers[0]
        for up, share, layer in zip(self._up, shares[1:], self.layers[1:], strict=True):
            total = torch.addcmul(up(total), layer, share)
        return colour.to_rgb(total, self.get_buffer("basis"))

    @torch.no_grad()
    def from_image(self, images: Tensor) -> None:
        """Splits pictures over the layers; each takes what the coarser ones leave, without loss."""
        levels = [colour.from_rgb(images, self.get_buffer("basis"))]
        for down in reversed(self._down):
            levels.insert(0, down(levels[0]))
        shares = self.get_buffer("shares")
        self.layers[0].copy_(levels[0] / shares[0])
        for index, up in enumerate(self._up, start=1):
            self.layers[index].copy_((levels[index] - up(levels[index - 1])) / shares[index])
