"""Draws a picture anew from a quarter of its size: clean edges and surfaces in place of the grain that guidance leaves.

CLIP's gradient decides what is where; what it writes into the finest pixels is noise to an eye. A super-resolution
network, which was taught how photographs look, is the better judge of those. The network is Real-ESRGAN's compact one
(Wang et al., 2021), taught by Real-ESRGAN's large one; see tools/pocket/building/redraw.py.
"""

import math
from functools import lru_cache
from pathlib import Path
from typing import Final

import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn.functional import interpolate, pixel_shuffle

WEIGHTS: Final = Path(__file__).parent.parent / "pocket" / "redraw.safetensors"
SCALE: Final = 4
LEAST: Final = 64
"""The smallest short side from which a picture is drawn anew, in pixels, unless it is smaller itself."""
WIDTH: Final = 64
DEPTH: Final = 16


class SuperResolution(nn.Module):
    """Enlarges pictures by SCALE: convolutions at the small size, and a shuffle of their channels into pixels."""

    def __init__(self) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for channels in (3, *[WIDTH] * DEPTH):
            layers += [nn.Conv2d(channels, WIDTH, 3, padding=1), nn.PReLU(WIDTH)]
        self.body = nn.Sequential(*layers, nn.Conv2d(WIDTH, 3 * SCALE**2, 3, padding=1))

    def forward(self, images: Tensor) -> Tensor:
        """(B, 3, h, w) in [0, 1] to (B, 3, 4h, 4w), not clipped."""
        detail: Tensor = pixel_shuffle(self.body(images), SCALE)
        return detail + interpolate(images, scale_factor=SCALE, mode="nearest")


@torch.no_grad()
def redrawn(images: Tensor) -> Tensor:
    """(B, 3, H, W) in [0, 1], drawn anew at the same size."""
    height, width = images.shape[-2:]
    share = min(1.0, max(1 / SCALE, LEAST / min(height, width)))
    small = interpolate(images, (math.ceil(height * share), math.ceil(width * share)), mode="area")
    large = _network(images.device)(small.contiguous(memory_format=torch.channels_last)).clamp(0, 1)
    return large if large.shape == images.shape else interpolate(large, (height, width), mode="area")


@lru_cache(maxsize=8)
def _network(device: torch.device) -> SuperResolution:
    network = SuperResolution()
    network.load_state_dict({name: tensor.float() for name, tensor in load_file(WEIGHTS).items()})
    return network.requires_grad_(False).eval().to(device).to(memory_format=torch.channels_last)
