"""What the last dimensions of the joint space measure of a picture: nearness to twelve colours, lines, flatness.

They are computed from the clean pixels, and the image tower learns to predict them (`finetune`).
"""

from typing import Final

import torch
from torch import Tensor
from torch.nn.functional import adaptive_avg_pool2d, avg_pool2d

from tools.pocket.measures import NAMES, NEUTRAL

TEXTURE: Final = ("edges", "flat")
READOUTS: Final = (*NAMES, *TEXTURE)
"""The last dimensions of the joint space, in this order."""
REACH: Final = 1.6
"""Distance from a colour at which nearness to it is 0; nearness is REACH for the colour itself."""
GRID: Final = 14
"""Colours are compared on a grid of PLACES × PLACES means."""
FLAT: Final = 0.06
"""Difference of brightness between neighbours, of 1 from black to white, from which on a place is not flat."""
_AXES: Final = ((1 / 3, 1 / 3, 1 / 3), (1.0, -1.0, 0.0), (0.5, 0.5, -1.0))
"""Lightness, green to red, blue to yellow."""
_LIGHTNESS_WEIGHT: Final = 0.5
"""Weight of lightness in the distance to a hue, as a dark red is a red. For black, white and grey it is 1."""


def measure(pictures: Tensor) -> Tensor:
    """(B, 3, S, S) in [0, 1] to (B, len(READOUTS))."""
    cells = adaptive_avg_pool2d(pictures, GRID).flatten(2).transpose(1, 2)
    values = [[value >> 16, value >> 8 & 255, value & 255] for value in NAMES.values()]
    axes = torch.tensor(_AXES)
    anchors = torch.tensor(values) / 255 @ axes.T
    weights = torch.tensor([[1.0 if name in NEUTRAL else _LIGHTNESS_WEIGHT, 1.0, 1.0] for name in NAMES])
    distances = (((cells @ axes.T)[:, :, None] - anchors).abs() * weights).sum(dim=3)
    nearness = (REACH - distances).clamp_min(0).mean(dim=1)
    differences = _differences(pictures)
    flat = (FLAT - avg_pool2d(differences, 2)).clamp_min(0)
    return torch.cat([nearness, differences.mean(dim=(2, 3)), flat.mean(dim=(2, 3))], dim=1)


def _differences(pictures: Tensor) -> Tensor:
    """(B, 1, S/4, S/4): how much brightness differs between the halves of each square of 4 pixels, both ways."""
    grey = avg_pool2d(pictures.mean(dim=1, keepdim=True), 2)
    side = grey.shape[-1] // 2 * 2
    top, bottom = grey[..., :side:2, :side], grey[..., 1:side:2, :side]
    down = (bottom - top)[..., ::2] + (bottom - top)[..., 1::2]
    across = (top + bottom)[..., 1::2] - (top + bottom)[..., ::2]
    return (down.abs() + across.abs()) / 2
