"""Crop, resize, flip and antialias as one matrix per axis.

A picture X becomes R_y · X · R_xᵀ: exact, differentiable, deterministic on every device (the backward of
`grid_sample` and of `interpolate` is not on CUDA), and with static shapes.
"""

from collections.abc import Callable

import torch
from torch import Tensor

Kernel = Callable[[Tensor], Tensor]


def triangle(distance: Tensor) -> Tensor:
    """The bilinear kernel, support 1."""
    return (1 - distance.abs()).clamp_min(0)


def cubic(distance: Tensor) -> Tensor:
    """Keys' cubic convolution kernel with a = −0.5 (Catmull-Rom), support 2. Keys, 1981."""
    x = distance.abs()
    inner = (1.5 * x - 2.5) * x * x + 1
    outer = ((-0.5 * x + 2.5) * x - 4) * x + 2
    return torch.where(x < 1, inner, torch.where(x < 2, outer, torch.zeros_like(x)))


def sampling_matrix(start: Tensor, length: Tensor, size_in: int, size_out: int, kernel: Kernel) -> Tensor:
    """Matrices that resample intervals of an axis.

    Args:
        start: (N) where each interval begins, in input pixels.
        length: (N) how long it is, in input pixels; a negative length flips it.
        size_in: Pixels along the input axis.
        size_out: Pixels along the output axis.
        kernel: Weight of a sample by its distance in pixels; widened when shrinking, which is the antialiasing.

    Returns:
        (N, size_out, size_in), rows sum to 1. What lies outside the axis is not sampled (edges are renormalised).
    """
    device = start.device
    outputs = (torch.arange(size_out, device=device) + 0.5) / size_out
    inputs = torch.arange(size_in, device=device) + 0.5
    centres = torch.where(length >= 0, start, start - length)[:, None] + length[:, None] * outputs
    scale = (length.abs() / size_out).clamp_min(1.0)[:, None, None]
    weights = kernel((inputs - centres[:, :, None]) / scale)
    return weights / weights.sum(dim=2, keepdim=True)


def resize_matrix(size_in: int, size_out: int, kernel: Kernel) -> Tensor:
    """(size_out, size_in), for the whole axis, on the CPU."""
    return sampling_matrix(torch.zeros(1), torch.full((1,), float(size_in)), size_in, size_out, kernel)[0]
