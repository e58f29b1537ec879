"""Lays photographs of one class over each other.

A mean of photographs is a blur, since the thing is elsewhere in each. So each is cropped to where the network sees the
class (Zhou et al., "Learning Deep Features for Discriminative Localization", 2016), and then mirrored, moved and
magnified until it agrees with their mean, by turns, as in congealing (Learned-Miller, "Data Driven Image Models through
Continuous Joint Alignment", 2006). Photographs that agree count more, but each only so much that the mean does not
show one.
"""

import itertools
from typing import Final

import torch
from torch import Tensor
from torch.nn.functional import affine_grid, grid_sample, interpolate

from guidance.clip.layout import MEANS_SIDE

FEWEST: Final = 8.0
"""Effective number of photographs that agree: 1 by the sum of the squares of their shares. In the mean none has more
than 1 / FEWEST."""
BEFORE: Final = 14.0
"""The same before those that agree get more."""
NEARNESS: Final = 40.0
AGREEMENT: Final = 12.0
"""How fast shares grow with how plainly the class is shown, and with the agreement with the mean, at most."""
SOFTER: Final = 0.9
ROUNDS: Final = 5
CROP: Final = 48
"""Side of the crops in pixels."""
WIDE: Final = 3.1
"""Half of the side of a crop, in standard deviations of where the class is seen."""
NARROWEST: Final = 0.7
WIDEST: Final = 1.3
"""Limits of the side of a crop, where that of the photograph is 1. Of a crop only the middle is seen at first."""
BEYOND: Final = 0.1
"""How far that middle may reach beyond the photograph, which is mirrored there, in halves of its side."""
FINE: Final = 28
"""Side to which activations are enlarged."""
BACKGROUND: Final = 0.3
"""Share of the places that are taken for background."""
MAGNIFIED: Final = (1 / WIDEST, 0.65, 0.91)
ASIDE: Final = (0.0, -0.1, 0.1, -0.2, 0.2)
"""Share of the side of a crop that is seen, and how far its middle is moved, in halves of the side."""
MIDDLE: Final = 0.6
"""Standard deviation of the window in which photographs are compared, in halves of a side."""


def cropped(pictures: Tensor, activations: Tensor) -> Tensor:
    """(N, 3, H, W), and (N, h, w) how much of the class is seen at each place, to (N, 3, CROP, CROP) about it."""
    fine = interpolate(activations[:, None], size=FINE, mode="bicubic")[:, 0]
    weights = (fine - fine.flatten(1).quantile(BACKGROUND, dim=1).view(-1, 1, 1)).clamp_min(0).square()
    weights = weights / weights.sum(dim=(1, 2), keepdim=True).clamp_min(1e-9)
    line = (torch.arange(FINE) + 0.5) * 2 / FINE - 1
    middles = torch.stack([(weights.sum(dim) * line).sum(dim=1) for dim in (1, 2)], dim=1)
    away = torch.stack([line.expand(FINE, FINE), line.expand(FINE, FINE).T]) - middles[..., None, None]
    spread = (weights[:, None] * away.square()).sum(dim=(2, 3)).sqrt().amax(dim=1)
    halves = (WIDE * spread).clamp(NARROWEST, WIDEST)
    reach = 1 + BEYOND - halves[:, None] / WIDEST
    middles = middles.clamp(-reach, reach)
    places = torch.zeros(len(pictures), 2, 3)
    places[:, 0, 0] = places[:, 1, 1] = halves
    places[:, :, 2] = middles
    grid = affine_grid(places, [len(pictures), 3, CROP, CROP], align_corners=False)
    return grid_sample(pictures, grid, padding_mode="reflection", align_corners=False)


def agreed(crops: Tensor, plain: Tensor) -> Tensor:
    """(3, MEANS_SIDE, MEANS_SIDE): the mean of (N, 3, CROP, CROP), each moved until they agree.

    Args:
        crops: Of photographs.
        plain: (N), how plainly each shows the class.
    """
    moved = _moved(crops)
    shapes = _shapes(moved)
    shares = before = _shares(torch.zeros_like(plain), NEARNESS * plain, BEFORE)
    mean = _mean(shares, shapes[:, 0])
    # Mirrored photographs are as frequent as others: the one that is most like their mean decides the side.
    mean = mean / mean.norm() + shapes[(shapes[:, 0] * mean).sum(dim=(1, 2, 3)).argmax(), 0]
    for _ in range(ROUNDS):
        agreement, places = (shapes * mean / mean.norm()).sum(dim=(2, 3, 4)).max(dim=1)
        shares = _shares(before.log(), AGREEMENT * agreement, FEWEST)
        mean = _mean(shares, shapes[torch.arange(len(crops)), places])
    return _mean(_limited(shares), moved[torch.arange(len(crops)), places])


def _shares(before: Tensor, scores: Tensor, fewest: float) -> Tensor:
    """(N), sum 1: exponentials of `before` and of the scores, softened until so many photographs have a share."""
    while True:
        shares: Tensor = (before + scores).softmax(dim=0)
        if 1 / shares.square().sum() >= fewest:
            return shares
        scores = SOFTER * scores


def _limited(shares: Tensor) -> Tensor:
    """(N), sum 1: the same, but none above 1 / FEWEST, and the others larger in turn. N is at least FEWEST."""
    most = shares > 1 / FEWEST
    while True:
        limited = torch.where(most, 1 / FEWEST, shares * (1 - most.sum() / FEWEST) / shares[~most].sum())
        if not (above := limited > 1 / FEWEST).any():
            return limited
        most = most | above


def _mean(shares: Tensor, pictures: Tensor) -> Tensor:
    return torch.einsum("n,nchw->chw", shares, pictures)


def _moved(pictures: Tensor) -> Tensor:
    """(N, 3, CROP, CROP) to (N, M, 3, MEANS_SIDE, MEANS_SIDE), in each of the PLACES; the first is in the middle."""
    grid = affine_grid(PLACES, [len(PLACES), 3, MEANS_SIDE, MEANS_SIDE], align_corners=False)
    repeated = (picture.expand(len(PLACES), -1, -1, -1) for picture in pictures[:, None])
    return torch.stack([grid_sample(one, grid, padding_mode="reflection", align_corners=False) for one in repeated])


PLACES: Final = torch.tensor(
    [
        [[mirrored * part, 0.0, aside], [0.0, part, up]]
        for part, mirrored, aside, up in itertools.product(MAGNIFIED, (1, -1), ASIDE, ASIDE)
    ]
)
"""(M, 2, 3), what `affine_grid` wants."""


def _shapes(pictures: Tensor) -> Tensor:
    """(..., 3, MEANS_SIDE, MEANS_SIDE), less their mean colours, mostly of the middle, of length 1."""
    line = torch.linspace(-1, 1, MEANS_SIDE).square()
    window = torch.exp(-(line + line[:, None]) / (2 * MIDDLE**2))
    shapes = window * (pictures - pictures.mean(dim=(-2, -1), keepdim=True))
    return shapes / shapes.square().sum(dim=(-3, -2, -1), keepdim=True).sqrt().clamp_min(1e-6)
