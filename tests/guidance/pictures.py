"""Synthetic pictures for tests, and measures of their difference."""

import io

import numpy as np
import torch
from PIL import Image
from torch import Tensor


def photograph(width: int = 64, height: int = 64) -> Image.Image:
    """A synthetic photograph: shapes, soft edges and some grain."""
    y, x = np.mgrid[0:height, 0:width] / max(width, height)
    channels = np.stack([x, y, 0.5 + 0.4 * np.sin(9 * x * y)], axis=-1)
    disc = (x - 0.4) ** 2 + (y - 0.5) ** 2 < 0.05
    channels[disc] = (0.8, 0.2, 0.1)
    grain = np.random.default_rng(0).normal(0, 0.02, channels.shape)
    return Image.fromarray(((channels + grain).clip(0, 1) * 255).astype(np.uint8))


def tensor_of(image: Image.Image) -> Tensor:
    """(1, 3, H, W) in [0, 1]."""
    return torch.from_numpy(np.array(image)).permute(2, 0, 1)[None].float() / 255


def png(image: Image.Image) -> bytes:
    """The picture as a PNG file."""
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def decibels(actual: Tensor, wanted: Tensor) -> float:
    """Peak signal-to-noise ratio."""
    return float(-10 * torch.log10((actual - wanted).square().mean()))


def difference(one: Image.Image, other: Image.Image) -> float:
    """Mean absolute difference of the pixels, in levels of 255."""
    return float(np.abs(np.array(one, dtype=float) - np.array(other, dtype=float)).mean())
