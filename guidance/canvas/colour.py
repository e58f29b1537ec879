"""Colour coordinates in which the channels of natural pictures are not correlated.

A gradient step then changes brightness, warmth and green–magenta separately, which is what keeps colours natural.
"""

from typing import Final

import torch
from torch import Tensor

_SVD_SQRT: Final = ((0.26, 0.09, 0.02), (0.27, 0.00, -0.05), (0.27, -0.09, 0.03))
"""Square root of the colour covariance of ImageNet, from lucid (`color_correlation_svd_sqrt`)."""

WARMTH: Final = 0.8
GREEN_TO_MAGENTA: Final = 1.3
"""Lengths of the second and third coordinates, beside lucid's. Natural pictures hardly use the third; at its own length
guidance does not get as far as purple, pink and green, and settles for blue, red and brown. Where both are longer, hues
that nobody asked for run into each other like a rainbow."""

EDGE: Final = 1 / 512
"""Half of an 8-bit step: black and white stay finite as logits, and still round to 0 and 255."""


def basis() -> Tensor:
    """(3, 3), from brightness, warmth and green to magenta to logits of RGB; the first scaled as lucid does."""
    matrix = torch.tensor(_SVD_SQRT)
    scale: Tensor = torch.linalg.vector_norm(matrix, dim=0).max()
    return matrix / scale * torch.tensor([1.0, WARMTH, GREEN_TO_MAGENTA])


def to_rgb(coordinates: Tensor, matrix: Tensor) -> Tensor:
    """(B, 3, H, W) coordinates to RGB in (0, 1)."""
    return torch.einsum("rc,bchw->brhw", matrix, coordinates).sigmoid()


def from_rgb(rgb: Tensor, matrix: Tensor) -> Tensor:
    """The inverse of `to_rgb`, but for the outermost half step at black and white."""
    logits = torch.logit(rgb.clamp(EDGE, 1 - EDGE))
    return torch.einsum("cr,brhw->bchw", torch.linalg.inv(matrix), logits)
