"""Media of a brush."""

import math
from typing import Final

import torch
from torch import Tensor

from guidance.media.filters import blotches, blurred, coloured, grain, luma, unit

PAPER: Final = (0.985, 0.975, 0.95)
DIRECTIONS: Final = 8
EVEN: Final = 0.0008
"""Variance of brightness at which a place counts as less even."""
STROKE: Final = 7
"""Half of the length of a brush's stroke."""


def smoothed(images: Tensor, radius: float) -> Tensor:
    """Each pixel as the most even of the places around it, so that surfaces are flat and edges stay.

    Kuwahara's filter with soft weights (Papari et al., 2007).
    """
    means = blurred(images, radius / 2)
    variances = blurred(luma(images).square(), radius / 2) - blurred(luma(images), radius / 2).square()
    distance = radius * unit(images)
    angles = [2 * math.pi * direction / DIRECTIONS for direction in range(DIRECTIONS)]
    moves = [(round(distance * math.sin(angle)), round(distance * math.cos(angle))) for angle in angles]
    evenness = torch.softmax(-torch.stack([_moved(variances, *move) for move in moves]) / EVEN, dim=0)
    return (evenness * torch.stack([_moved(means, *move) for move in moves])).sum(dim=0)


def oil(images: Tensor) -> Tensor:
    """Patches of strong colour, with the marks of bristles along edges."""
    patches = smoothed(smoothed(images, 4), 2)
    light = luma(patches)
    across, down = light - _moved(light, 0, 1), light - _moved(light, 1, 0)
    squares = blurred(torch.cat([across.square(), across * down, down.square()], dim=1), 4)
    along = 0.5 * torch.atan2(2 * squares[:, 1], squares[:, 0] - squares[:, 2])[0] + math.pi / 2
    rows, columns = torch.meshgrid(*(torch.arange(side) for side in along.shape), indexing="ij")
    noise = grain(images, 0.8, "bristles")[0, 0]
    bristles = torch.zeros_like(noise)
    for step in range(-STROKE, STROKE + 1):
        row = (rows + step * unit(images) * along.sin()).round().long().clamp(0, len(rows) - 1)
        column = (columns + step * unit(images) * along.cos()).round().long().clamp(0, columns.shape[1] - 1)
        bristles += noise[row, column] / (2 * STROKE + 1)
    return coloured(1.1 * (patches - 0.5) + 0.5 + 0.05 * bristles, 1.25)


def watercolour(images: Tensor) -> Tensor:
    """Thin, uneven pigment that is thicker at edges; the paper is seen through it, and around it."""
    washes = smoothed(images, 4)
    edges = (blurred(washes, 3) - washes).clamp(0, 0.15)
    pigment = 0.75 * (1 - washes) * (1 + 1.1 * blotches(images, 20, "washes")) + 1.5 * edges
    down, across = (torch.linspace(-1, 1, side).abs() ** 3 for side in images.shape[-2:])
    outside = (down[:, None] + across) ** (1 / 3)
    painted = torch.sigmoid(22 * (0.86 + 0.35 * blotches(images, 16, "paper") - outside))
    fibres = grain(images, 0.7, "fibres")
    paper = torch.tensor(PAPER).view(1, 3, 1, 1)
    return coloured(paper * (1 - painted * pigment * (1 + 0.04 * fibres)).clamp(0, 1), 1.3) + 0.006 * fibres


def _moved(images: Tensor, down: int, across: int) -> Tensor:
    """The images moved; what comes in at a side is what was next to it."""
    rows = (torch.arange(images.shape[-2]) - down).clamp(0, images.shape[-2] - 1)
    columns = (torch.arange(images.shape[-1]) - across).clamp(0, images.shape[-1] - 1)
    return images[..., rows[:, None], columns]
