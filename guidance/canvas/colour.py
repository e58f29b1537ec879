"""Colour coordinates in which the channels of natural pictures are not correlated.

A gradient step then changes brightness, warmth and green–magenta separately, which keeps colours natural.
"""

from typing import Final

import torch
from torch import Tensor

_SVD_SQRT: Final = ((0.26, 0.09, 0.02), (0.27, 0.00, -0.05), (0.27, -0.09, 0.03))
"""Square root of the colour covariance of ImageNet, from lucid (`color_correlation_svd_sqrt`)."""

WARMTH: Final = 0.8
GREEN_TO_MAGENTA: Final = 1.3
"""Factors on lucid's lengths of the second and third coordinates. Natural pictures hardly use the third; at lucid's
length guidance does not reach purple, pink and green, but stays at blue, red and brown. With both longer, pictures
show rainbows of hues that are not in the prompt."""

EDGE: Final = 1 / 512
"""Half of an 8-bit step: black and white stay finite as logits, and still round to 0 and 255."""


def basis() -> Tensor:
    """(3, 3), from (brightness, warmth, green to magenta) to logits of RGB; the first is scaled as in lucid."""
    matrix = torch.tensor(_SVD_SQRT)
    scale: Tensor = torch.linalg.vector_norm(matrix, dim=0).max()
    return matrix / scale * torch.tensor([1.0, WARMTH, GREEN_TO_MAGENTA])


def to_rgb(coordinates: Tensor, matrix: Tensor) -> Tensor:
    """(B, 3, H, W) coordinates to RGB in (0, 1)."""
    return torch.einsum("rc,bchw->brhw", matrix, coordinates).sigmoid()


def from_rgb(rgb: Tensor, matrix: Tensor) -> Tensor:
    """The inverse of `to_rgb`, except within EDGE of black and white."""
    logits = torch.logit(rgb.clamp(EDGE, 1 - EDGE))
    return torch.einsum("cr,brhw->bchw", torch.linalg.inv(matrix), logits)
