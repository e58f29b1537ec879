"""Layouts: where light, dark and colours usually are in a photograph of something.

CLIP's gradient says what is missing, and not where the ground, the sky and the thing between them are. Photographs say
that: for each of many known directions of CLIP's space there is a mean of photographs that lie near to it, moved until
they agree (tools/pocket/building/layout.py), and a text has those of the directions that it is a mixture of
(`guidance.clip.mixture`). A run starts from it, and is held near it until the layout is settled.
"""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

import torch
from safetensors.torch import load_file
from torch import Tensor
from torch.nn.functional import adaptive_avg_pool2d, affine_grid, grid_sample, interpolate

from guidance.clip import pictograms
from guidance.clip.looks import Looks
from guidance.clip.readouts import limited, parts
from guidance.device.randomness import generator

SIDE: Final = 48
"""Of a layout, in pixels. Pictograms have that much detail."""
MEANS_SIDE: Final = 32
"""Of means of photographs, which have less."""
FILE: Final = "layout.safetensors"
"""Beside a model's weights."""
CONTRAST: Final = 1.5
"""Distance from the mean photograph, where that of the means is 1: a mean of photographs is paler than each."""
MOST_COLOUR: Final = 0.2
"""Greatest length of the readouts, where that of the objects is 1. It is that of photographs; words of colour reach
1.5, where the regression knows nothing."""
VARIETY: Final = (0.1, 0.08, 0.05)
"""How much nearer, as an exponent of e, and how far aside and up a seed moves a layout at most, in halves of a side."""
EVEN: Final = 3**-0.5
"""Standard deviation of what is everywhere alike, in halves of a side."""
SMALLEST: Final = 0.5
"""Share of the side that a layout takes at least."""
DARKEST: Final = 0.04
"""Layouts are in [DARKEST, 1 - DARKEST], so that a canvas can start from them."""


@dataclass(frozen=True, slots=True)
class Layouts:
    """Means of photographs, and what readouts add.

    Attributes:
        directions: (K, O), unit length, in the first dimensions of the embedding.
        coefficients: (K, C), of the components in the means of photographs near to each.
        components: (C, 3 · MEANS_SIDE · MEANS_SIDE), the principal components of these means, of variance 1.
        mean: (3 · MEANS_SIDE · MEANS_SIDE) in [0, 1], the mean of the means.
        readouts: (R, 3 · MEANS_SIDE · MEANS_SIDE), what each of the last dimensions adds.
        looks: Which some texts have instead of their mixture of means.
    """

    directions: Tensor
    coefficients: Tensor
    components: Tensor
    mean: Tensor
    readouts: Tensor
    looks: Looks | None = None

    @classmethod
    def beside(cls, folder: Path, device: torch.device) -> Self | None:
        """Those of the model in a folder, if it has any."""
        path = folder / FILE
        if not path.is_file():
            return None
        learnt = {name: values.float().to(device) for name, values in load_file(path).items()}
        return cls(**learnt, looks=Looks.beside(folder, device))

    @torch.no_grad()
    def of(self, shares: Tensor, embeddings: Tensor, names: Tensor | None = None, dyed: Tensor | None = None) -> Tensor:
        """Layouts of P texts or images, (P, 3, SIDE, SIDE) in [DARKEST, 1 - DARKEST].

        Args:
            shares: (P, K) of the directions. Without any the layout is the mean picture and what the readouts add.
            embeddings: (P, D), for their readouts.
            names: (P), which look each has; None if none has any.
            dyed: (P, 2), see `guidance.clip.pictograms.named_colours`; None if none names a colour.
        """
        _, readouts = parts(embeddings, self.directions.shape[1])
        total = shares.sum(dim=1, keepdim=True).clamp_min(1e-6)
        mixed = (shares / total) @ self.coefficients
        asked = limited(readouts, MOST_COLOUR)
        added = CONTRAST * self.readouts.view(-1, 3, MEANS_SIDE, MEANS_SIDE)
        looks = self.looks
        if looks is None or names is None:
            shown = self._mean(mixed)
        else:
            # A mean of photographs of the name has its usual colours.
            more, mean = asked - looks.readouts[names], looks.has_mean(names)
            mixed[mean] = looks.means[looks.mean_of[names[mean]]]
            pictures = looks.pictures[names.clamp_max(len(looks.pictures) - 1)]
            shades = added.mean(dim=(2, 3))
            dyed = mean.new_zeros(len(mean), 2) if dyed is None else dyed
            drawn = pictograms.before(self._mean(mixed), pictures, asked @ shades, more @ shades, dyed)
            asked = torch.where(mean[:, None], more, asked)
            shown = torch.where(looks.has_pictogram(names)[:, None, None, None], drawn, self._mean(mixed))
        return (shown + _enlarged(torch.einsum("pr,rchw->pchw", asked, added))).clamp(DARKEST, 1 - DARKEST)

    def _mean(self, mixed: Tensor) -> Tensor:
        """(P, C) of the components to (P, 3, SIDE, SIDE)."""
        return _enlarged((self.mean + CONTRAST * mixed @ self.components).view(-1, 3, MEANS_SIDE, MEANS_SIDE))


def _enlarged(means: Tensor) -> Tensor:
    """(N, 3, MEANS_SIDE, MEANS_SIDE) to (N, 3, SIDE, SIDE)."""
    return interpolate(means, SIDE, mode="bicubic")


def mirrored(layouts: Tensor, seed: int) -> Tensor:
    """(P, 3, SIDE, SIDE), all from left to right or none, as follows from the seed."""
    return layouts.flip(3) if _draws(seed)[0] > 0 else layouts


def varied(layout: Tensor, seed: int) -> Tensor:
    """The layout, (1, 3, SIDE, SIDE), nearer or farther and moved, as follows from the seed.

    One mean picture would give all seeds the same composition.
    """
    nearer, aside, up = (_draws(seed)[1:] * torch.tensor(VARIETY)).tolist()
    return _moved(layout, math.exp(-nearer), aside, up, "reflection")


def composed(layouts: Tensor, weights: Tensor, masks: Tensor | None) -> Tensor:
    """One layout of several; one that is sought in a part of the picture is made as small as that part.

    Args:
        layouts: (P, 3, SIDE, SIDE).
        weights: (P); what the picture is moved away from, below 0, has no say.
        masks: (P, H, W) in [0, 1], where each is sought; None for everywhere.

    Returns:
        (1, 3, SIDE, SIDE).
    """
    shares = weights.clamp_min(0)[:, None, None, None]
    if masks is not None:
        places = adaptive_avg_pool2d(masks[:, None], SIDE)
        layouts = torch.cat([_fitted(one, place) for one, place in zip(torch.split(layouts, 1), places, strict=True)])
        shares = shares * places
    shares = shares.expand(-1, -1, SIDE, SIDE)
    return (shares * layouts).sum(dim=0, keepdim=True) / shares.sum(dim=0, keepdim=True).clamp_min(1e-6)


def _fitted(layout: Tensor, place: Tensor) -> Tensor:
    """A layout, (1, 3, SIDE, SIDE), in the middle of a place, (1, SIDE, SIDE) in [0, 1], and as large as it."""
    line = (torch.arange(SIDE, device=place.device) + 0.5) * 2 / SIDE - 1
    middles, sizes = [], []
    for across in (place.sum(dim=(0, 1)), place.sum(dim=(0, 2))):
        shares = across / across.sum().clamp_min(1e-6)
        middles.append(float((shares * line).sum()))
        sizes.append(float((shares * (line - middles[-1]).square()).sum()) ** 0.5 / EVEN)
    size = max(min(*sizes, 1.0), SMALLEST)
    return _moved(layout, 1 / size, -middles[0] / size, -middles[1] / size, "border")


def _moved(layout: Tensor, zoom: float, aside: float, up: float, padding: str) -> Tensor:
    place = torch.tensor([[[zoom, 0.0, aside], [0.0, zoom, up]]], device=layout.device)
    grid = affine_grid(place, [1, 3, SIDE, SIDE], align_corners=False)
    return grid_sample(layout, grid, padding_mode=padding, align_corners=False)


def _draws(seed: int) -> Tensor:
    return 2 * torch.rand(1 + len(VARIETY), generator=generator(torch.device("cpu"), seed, 0, "layout")) - 1
