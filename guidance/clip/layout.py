"""Layouts: where light, dark and colours usually are in a photograph of something.

CLIP's gradient says what is missing, and not where the ground, the sky and the thing between them are. Photographs say
that: for each of many known directions of CLIP's space there is the mean of the photographs that lie nearest to it, in
SIDE × SIDE pixels (tools/pocket/building/layout.py), and a text has those of the directions that it is a mixture of
(`guidance.clip.mixture`). A run starts from it, and is held near it until the layout is settled.
"""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

import torch
from safetensors.torch import load_file
from torch import Tensor
from torch.nn.functional import adaptive_avg_pool2d, affine_grid, grid_sample

from guidance.clip.readouts import limited, parts
from guidance.device.randomness import generator

SIDE: Final = 16
FILE: Final = "layout.safetensors"
"""Beside a model's weights."""
CONTRAST: Final = 1.5
"""Distance from the mean photograph, where that of the means is 1: a mean of photographs is paler than each."""
MOST_COLOUR: Final = 0.2
"""Greatest length of the readouts, where that of the objects is 1. It is that of photographs; words of colour reach
1.5, where the regression knows nothing."""
VARIETY: Final = (0.2, 0.2, 0.1)
"""How much nearer, as an exponent of e, and how far aside and up a seed moves a layout at most, in halves of a side."""
DARKEST: Final = 0.04
"""Layouts are in [DARKEST, 1 - DARKEST], so that a canvas can start from them."""


@dataclass(frozen=True, slots=True)
class Layouts:
    """Means of photographs, and what readouts add.

    Photographs are as often mirrored, so a layout is symmetric and only its left half is stored.

    Attributes:
        directions: (K, O), unit length, in the first dimensions of the embedding.
        pictures: (K, 3 · SIDE · SIDE / 2) in [0, 1], the mean of the photographs nearest to each.
        readouts: (R, 3 · SIDE · SIDE / 2), what each of the last dimensions adds.
    """

    directions: Tensor
    pictures: Tensor
    readouts: Tensor

    @classmethod
    def beside(cls, folder: Path, device: torch.device) -> Self | None:
        """Those of the model in a folder, if it has any."""
        path = folder / FILE
        if not path.is_file():
            return None
        return cls(**{name: values.float().to(device) for name, values in load_file(path).items()})

    @torch.no_grad()
    def of(self, shares: Tensor, embeddings: Tensor) -> Tensor:
        """(P, K) shares of the directions and (P, D) embeddings, for their readouts, to (P, 3, SIDE, SIDE).

        The result is in [DARKEST, 1 - DARKEST]. Without any share it is the mean picture and what the readouts add.
        """
        _, readouts = parts(embeddings, self.directions.shape[1])
        mean = self.pictures.mean(dim=0)
        total = shares.sum(dim=1, keepdim=True)
        objects = (shares @ self.pictures - total * mean) / total.clamp_min(1e-6)
        left = mean + CONTRAST * (objects + limited(readouts, MOST_COLOUR) @ self.readouts)
        left = left.view(-1, 3, SIDE, SIDE // 2)
        return torch.cat([left, left.flip(3)], dim=3).clamp(DARKEST, 1 - DARKEST)


def varied(layout: Tensor, seed: int) -> Tensor:
    """The layout, (1, 3, SIDE, SIDE), nearer or farther and moved aside, as follows from the seed.

    One mean picture would give all seeds the same composition.
    """
    draws = 2 * torch.rand(3, generator=generator(torch.device("cpu"), seed, 0, "layout")) - 1
    nearer, aside, up = (draws * torch.tensor(VARIETY)).tolist()
    zoom = math.exp(-nearer)
    place = torch.tensor([[[zoom, 0.0, aside], [0.0, zoom, up]]], device=layout.device)
    grid = affine_grid(place, [1, 3, SIDE, SIDE], align_corners=False)
    return grid_sample(layout, grid, padding_mode="reflection", align_corners=False)


def composed(layouts: Tensor, weights: Tensor, masks: Tensor | None) -> Tensor:
    """One layout of several.

    Args:
        layouts: (P, 3, SIDE, SIDE).
        weights: (P); what the picture is moved away from, below 0, has no say.
        masks: (P, H, W) in [0, 1], where each is sought; None for everywhere.

    Returns:
        (1, 3, SIDE, SIDE).
    """
    shares = weights.clamp_min(0)[:, None, None, None]
    if masks is not None:
        shares = shares * adaptive_avg_pool2d(masks[:, None], SIDE)
    shares = shares.expand(-1, -1, SIDE, SIDE)
    return (shares * layouts).sum(dim=0, keepdim=True) / shares.sum(dim=0, keepdim=True).clamp_min(1e-6)
