"""What the media are made of. All sizes are in pixels of a picture whose short side is SIDE, and grow with it."""

from collections.abc import Sequence
from typing import Final

import torch
from torch import Tensor
from torch.nn.functional import conv2d, interpolate, pad

from guidance.augment.random_crops import LUMA
from guidance.device.randomness import generator

SIDE: Final = 256


def unit(images: Tensor) -> float:
    """Pixels of these images, (B, C, H, W), that are as long as one where the short side is SIDE."""
    return min(images.shape[-2:]) / SIDE


def luma(images: Tensor) -> Tensor:
    """(B, 3, H, W) to (B, 1, H, W)."""
    return torch.einsum("c,bchw->bhw", images.new_tensor(LUMA), images)[:, None]


def coloured(images: Tensor, factor: float) -> Tensor:
    """The images with the distance of each pixel from grey times a factor."""
    return torch.lerp(luma(images), images, factor)


def blurred(images: Tensor, deviation: float) -> Tensor:
    """The images after a Gaussian of that standard deviation."""
    deviation *= unit(images)
    reach = max(1, round(2 * deviation))
    line = torch.arange(-reach, reach + 1.0)
    kernel = torch.softmax(-line.square() / (2 * deviation**2), dim=0)
    channels = images.shape[1]
    wide = pad(images, (reach, reach, reach, reach), mode="replicate")
    across = conv2d(wide, kernel.view(1, 1, 1, -1).expand(channels, -1, -1, -1), groups=channels)
    return conv2d(across, kernel.view(1, 1, -1, 1).expand(channels, -1, -1, -1), groups=channels)


def blotches(images: Tensor, size: float, stream: str, octaves: int = 3) -> Tensor:
    """(1, 1, H, W) in about [-0.5, 0.5]: random soft spots of that size and of its doubles."""
    source = generator(torch.device("cpu"), 0, 0, stream)
    height, width = images.shape[-2:]
    spots = torch.zeros(1, 1, height, width)
    for octave in range(octaves):
        cells = [max(2, round(side / (size * 2**octave * unit(images)))) + 1 for side in (height, width)]
        values = torch.rand(1, 1, *cells, generator=source) - 0.5
        spots += 2**octave / (2**octaves - 1) * interpolate(values, (height, width), mode="bicubic")
    return spots


def grain(images: Tensor, size: float, stream: str) -> Tensor:
    """(1, 1, H, W), of mean 0 and variance 1: noise of that size."""
    noise = torch.randn(1, 1, *images.shape[-2:], generator=generator(torch.device("cpu"), 0, 0, stream))
    soft = blurred(noise, size)
    return soft / soft.std()


def inked(brightness: Tensor, inks: Sequence[Sequence[float]]) -> Tensor:
    """(B, 1, H, W) in [0, 1] to (B, 3, H, W): colours from the first ink, at 0, over all others to the last, at 1."""
    colours = brightness.new_tensor(inks)
    place = brightness[:, 0].clamp(0, 1) * (len(inks) - 1)
    below = place.floor().clamp_max(len(inks) - 2).long()
    return torch.lerp(colours[below], colours[below + 1], (place - below)[..., None]).permute(0, 3, 1, 2)
