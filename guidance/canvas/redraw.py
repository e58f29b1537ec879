"""Draws a picture anew from a quarter of its size: clean edges and surfaces in place of the grain that guidance leaves.

CLIP's gradient decides what is where; what it writes into the finest pixels is noise to an eye. A super-resolution
network, which was taught how photographs look, is the better judge of those. The network is Real-ESRGAN's (Wang et al.,
2021) with half of its blocks; see tools/pocket/building/redraw.py.
"""

import math
from functools import lru_cache
from pathlib import Path
from typing import Final

import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn.functional import interpolate, leaky_relu
from torchvision.transforms.functional import gaussian_blur

WEIGHTS: Final = Path(__file__).parent.parent / "pocket" / "redraw.safetensors"
SCALE: Final = 4
LEAST: Final = 64
"""The smallest short side from which a picture is drawn anew, in pixels, unless it is smaller itself."""
BLUR: Final = 2.0
"""Standard deviation in pixels of what a finished picture is sharpened against."""
SHARPENED: Final = 0.7
"""How much of the difference from that is added."""
BLOCKS: Final = 12
WIDTH: Final = 64
GROWTH: Final = 32
STEP_SIZES: Final = ".steps"
"""Ends the names of tensors that hold, for each output channel of an integer weight, the value of 1."""


class _Dense(nn.Module):
    """Five convolutions, each of which sees what all before it gave."""

    def __init__(self) -> None:
        super().__init__()
        outputs = (GROWTH, GROWTH, GROWTH, GROWTH, WIDTH)
        self.layers = nn.ModuleList(_convolution(WIDTH + i * GROWTH, n) for i, n in enumerate(outputs))

    def forward(self, features: Tensor) -> Tensor:
        seen = [features]
        for layer in self.layers[:-1]:
            seen.append(_rectified(layer(torch.cat(seen, dim=1))))
        added: Tensor = self.layers[-1](torch.cat(seen, dim=1))
        return features + 0.2 * added


class _Block(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.dense = nn.Sequential(_Dense(), _Dense(), _Dense())

    def forward(self, features: Tensor) -> Tensor:
        added: Tensor = self.dense(features)
        return features + 0.2 * added


class SuperResolution(nn.Module):
    """Enlarges pictures by SCALE: most of the work is done at the small size."""

    def __init__(self, blocks: int) -> None:
        super().__init__()
        self.first = _convolution(3, WIDTH)
        self.body = nn.Sequential(*(_Block() for _ in range(blocks)))
        self.after = _convolution(WIDTH, WIDTH)
        self.enlarging = nn.ModuleList([_convolution(WIDTH, WIDTH), _convolution(WIDTH, WIDTH)])
        self.last = nn.ModuleList([_convolution(WIDTH, WIDTH), _convolution(WIDTH, 3)])

    def forward(self, images: Tensor) -> Tensor:
        """(B, 3, h, w) in [0, 1] to (B, 3, 4h, 4w), not clipped."""
        features = self.first(images)
        features = features + self.after(self.body(features))
        for layer in self.enlarging:
            features = _rectified(layer(interpolate(features, scale_factor=2)))
        large: Tensor = self.last[1](_rectified(self.last[0](features)))
        return large


@torch.no_grad()
def redrawn(images: Tensor) -> Tensor:
    """(B, 3, H, W) in [0, 1], drawn anew at the same size."""
    height, width = images.shape[-2:]
    share = min(1.0, max(1 / SCALE, LEAST / min(height, width)))
    small = interpolate(images, (math.ceil(height * share), math.ceil(width * share)), mode="area")
    large = _network(images.device)(small.contiguous(memory_format=torch.channels_last)).clamp(0, 1)
    return large if large.shape == images.shape else interpolate(large, (height, width), mode="area")


def finished(images: Tensor) -> Tensor:
    """(B, 3, H, W) in [0, 1], drawn anew at the same size and sharpened, since an enlarged quarter has soft edges."""
    clean = redrawn(images)
    reach = 2 * math.ceil(3 * BLUR) + 1
    soft: Tensor = gaussian_blur(clean, [reach, reach], [BLUR, BLUR])
    return (clean + SHARPENED * (clean - soft)).clamp(0, 1)


@lru_cache(maxsize=8)
def _network(device: torch.device) -> SuperResolution:
    stored = load_file(WEIGHTS)
    network = SuperResolution(BLOCKS)
    network.load_state_dict({name: _read(name, stored) for name in network.state_dict()})
    return network.requires_grad_(False).eval().to(device).to(memory_format=torch.channels_last)


def _read(name: str, stored: dict[str, Tensor]) -> Tensor:
    values = stored[name].float()
    return values * stored[name + STEP_SIZES].float() if name + STEP_SIZES in stored else values


def _convolution(inputs: int, outputs: int) -> nn.Conv2d:
    return nn.Conv2d(inputs, outputs, 3, padding=1)


def _rectified(features: Tensor) -> Tensor:
    return leaky_relu(features, 0.2, inplace=True)
