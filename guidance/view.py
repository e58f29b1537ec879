"""How CLIP looks at the canvas: a batch of random square crops, flipped or not, with noise.

Without it a picture satisfies the model and nobody else: of all parts of the loop, augmentation matters most.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from guidance.randomness import generator
from guidance.resample import sampling_matrix, triangle

OVERHANG = 0.25
"""Share of a crop by which its position may overshoot before it is moved back inside: else borders are rarely seen."""


@dataclass(frozen=True, slots=True)
class Crops:
    """Random crops of every picture.

    Attributes:
        count: Views of each picture.
        low, high: Smallest and largest side, as a share of the picture's short side.
        noise: Standard deviation of the noise, where white is 1.
        size: Side of a view in pixels, the model's own.
    """

    count: int
    low: float
    high: float
    noise: float
    size: int

    def __call__(self, pictures: Tensor, seeds: Sequence[int], step: int) -> Tensor:
        """(B, 3, H, W) in [0, 1] to (B · count, 3, size, size); item by item, each from its own seed."""
        return torch.cat([self._of(picture, seed, step) for picture, seed in zip(pictures, seeds, strict=True)])

    def _of(self, picture: Tensor, seed: int, step: int) -> Tensor:
        _, height, width = picture.shape
        # Four numbers a view. On the CPU, so that a GPU run sees the same crops.
        draws = torch.rand(4, self.count, generator=generator(torch.device("cpu"), seed, step, "crops"))
        draws = draws.to(picture.device, non_blocking=True)
        side = (self.low + (self.high - self.low) * draws[0]) * min(height, width)
        rows = sampling_matrix(_start(draws[1], side, height), side, height, self.size, triangle)
        flip = 1 - 2 * (draws[3] < 0.5).to(side.dtype)
        columns = sampling_matrix(_start(draws[2], side, width), side * flip, width, self.size, triangle)
        # Rows of all views at once, as one matrix product; then the columns of each view.
        tall = rows.reshape(-1, height) @ picture.permute(1, 0, 2).reshape(height, -1)
        tall = tall.reshape(self.count, self.size * 3, width)
        views = (tall @ columns.transpose(1, 2)).reshape(self.count, self.size, 3, self.size).transpose(1, 2)
        if self.noise == 0:
            return views
        source = generator(picture.device, seed, step, "noise")
        noise = torch.randn(views.shape, generator=source, device=picture.device, dtype=views.dtype)
        return views + self.noise * noise


def _start(draw: Tensor, side: Tensor, size: int) -> Tensor:
    """Where crops begin along an axis, for draws in [0, 1)."""
    room = size - side
    return torch.minimum((draw * (room + 2 * OVERHANG * side) - OVERHANG * side).clamp_min(0), room)
