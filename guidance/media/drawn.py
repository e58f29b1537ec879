"""Media of lines and of one ink."""

import math
from collections.abc import Sequence
from typing import Final

import torch
from torch import Tensor

from guidance.media.filters import blotches, blurred, grain, inked, luma, unit
from guidance.media.painted import smoothed

GREY: Final = ((0.0, 0.0, 0.0), (1.0, 1.0, 1.0))
SEPIA: Final = ((0.10, 0.06, 0.03), (0.52, 0.38, 0.24), (0.97, 0.91, 0.76))
GRAPHITE: Final = ((0.12, 0.12, 0.13), (0.55, 0.55, 0.55), (0.97, 0.96, 0.93))
BLOCK: Final = ((0.09, 0.07, 0.06), (0.95, 0.91, 0.82))
LINE: Final = 7.0
"""From one cut of a woodcut to the next."""
CUT: Final = 0.28
"""How far a cut is from the middle grey."""
SHADES: Final = 5
"""Of a cartoon, between black and white."""


def toned(images: Tensor, inks: Sequence[Sequence[float]]) -> Tensor:
    """A photograph in the tones of some inks."""
    return inked(luma(images), inks)


def pencil(images: Tensor) -> Tensor:
    """Outlines where a place is darker than what is around it, and strokes one way where it is dark."""
    light = luma(images)
    outline = (light / (blurred(light, 2.5) + 0.02)).clamp(0, 1) ** 3
    noise = grain(images, 0.5, "pencil")
    reach = round(5 * unit(images))
    strokes = torch.stack([noise.roll((-step, step), (2, 3)) for step in range(-reach, reach + 1)]).sum(dim=0)
    shade = torch.sigmoid(5 * (1.15 * blurred(light, 1.0) - 0.45 + 0.18 * strokes / strokes.std()))
    return inked(outline * (0.35 + 0.65 * shade), GRAPHITE)


def woodcut(images: Tensor) -> Tensor:
    """Wavy cuts of one width apart, as broad as the place is light, and ink along edges."""
    light = blurred(luma(smoothed(images, 3)), 0.6)
    light = 2.2 * (light - light.mean()) + 0.5
    down, across = (torch.arange(side) / unit(images) for side in images.shape[-2:])
    place = down[:, None] + 0.35 * across + 14 * blotches(images, 24, "woodcut")
    cuts = 0.5 + CUT * torch.sin(2 * math.pi * place / LINE)
    return inked(torch.sigmoid((light - cuts) / 0.05) * _without_edges(images, 300, 3), BLOCK)


def cartoon(images: Tensor) -> Tensor:
    """Flat shades, and ink along edges."""
    flat = smoothed(smoothed(images, 4), 3)
    light = SHADES * luma(flat)
    shade = (light.floor() + torch.sigmoid(14 * (light - light.floor() - 0.5))) / SHADES
    ink = _without_edges(images, 160, -0.2)
    return (shade + 1.5 * (flat - luma(flat))).clamp(0, 1) * (0.08 + 0.92 * ink)


def _without_edges(images: Tensor, steepness: float, white: float) -> Tensor:
    """(B, 1, H, W) in [0, 1], 0 on the dark side of an edge: differences of Gaussians (Winnemöller et al., 2006)."""
    light = blurred(luma(images), 1.6)
    return torch.sigmoid(steepness * (light - 0.98 * blurred(light, 2.2)) + white)
