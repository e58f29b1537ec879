"""The media by name.

A guide that learnt from photographs knows what a fox is, and not what a watercolour is. So CLIP guides what is there,
and the medium decides how it is drawn: at the end, and in every preview.
"""

from collections.abc import Callable
from functools import partial
from typing import Final

import torch
from torch import Tensor

from guidance.media import drawn, mosaic, painted
from guidance.request.medium import NONE

REGISTRY: Final[dict[str, Callable[[Tensor], Tensor]]] = {
    "watercolour": painted.watercolour,
    "oil": painted.oil,
    "pencil": drawn.pencil,
    "woodcut": drawn.woodcut,
    "cartoon": drawn.cartoon,
    "sepia": partial(drawn.toned, inks=drawn.SEPIA),
    "black-and-white": partial(drawn.toned, inks=drawn.GREY),
    "low-poly": mosaic.low_poly,
    "stained-glass": mosaic.stained_glass,
    "pixel-art": mosaic.pixel_art,
}
"""Each takes and gives (1, 3, H, W) in [0, 1] on the CPU. Patterns grow with the picture."""


@torch.no_grad()
def in_medium(pixels: Tensor, medium: str) -> Tensor:
    """(1, 3, H, W) in [0, 1] in a medium of REGISTRY, on the CPU; NONE leaves it as it is."""
    return pixels if medium == NONE else REGISTRY[medium](pixels.float().cpu()).clamp(0, 1)
