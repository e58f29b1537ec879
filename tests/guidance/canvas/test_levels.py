"""Levels: the darkest and lightest places of a picture are brought near black and white."""

import pytest
import torch
from torch import Tensor

from guidance.canvas.levels import levelled
from guidance.clip.model import ClipModel
from guidance.optimize.run import Run
from tests.guidance.pictures import photograph, png, tensor_of
from tests.guidance.requests import blobs, sha, small

PHOTO = png(photograph())


def between(low: float, high: float) -> Tensor:
    """(1, 3, 32, 32), greys spread evenly."""
    return torch.linspace(low, high, 1024).view(1, 1, 32, 32).expand(1, 3, -1, -1)


@pytest.mark.parametrize(
    ("low", "high", "darkest", "lightest"),
    [(0.15, 0.9, 0.0, 0.99), (0.0, 1.0, 0.0, 1.0), (0.02, 0.8, 0.0, 0.99), (0.2, 1.0, 0.0, 1.0)],
)
def test_pale_pictures_reach_black_and_white_and_others_stay(
    low: float, high: float, darkest: float, lightest: float
) -> None:
    after = levelled(between(low, high))
    assert abs(float(after.min()) - darkest) < 0.03
    assert abs(float(after.max()) - lightest) < 0.03


def test_fog_stays_fog() -> None:
    after = levelled(between(0.5, 0.7))
    assert 0.26 < after.max() - after.min() < 0.28


def test_levels_of_a_levelled_picture_change_nothing() -> None:
    once = levelled(torch.cat([between(0.1, 0.9), between(0.0, 0.8)]))
    assert (levelled(once) - once).abs().max() < 1e-5


def test_hues_stay() -> None:
    picture = between(0.2, 0.8) * torch.tensor([1.0, 0.9, 0.8]).view(1, 3, 1, 1)
    before, after = picture - picture.mean(dim=1, keepdim=True), levelled(picture)
    inside = ((after > 0) & (after < 1)).all(dim=1, keepdim=True).expand_as(after)
    changed = (after - after.mean(dim=1, keepdim=True))[inside]
    factor = changed.norm() / before[inside].norm()
    assert factor > 1.2
    assert (changed - factor * before[inside]).abs().max() < 1e-5


def test_pictures_and_drafts_are_levelled_and_an_init_image_as_far_as_it_may_change(quick: ClipModel) -> None:
    run = Run(small(levels=1.0, redraw=0.0), quick)
    for draft in (False, True):
        assert (tensor_of(run.picture(draft=draft)) - levelled(run.rendered().detach())).abs().max() <= 1 / 255
    changed = Run(small(levels=1.0, redraw=0.0, steps=10, init=sha(PHOTO), strength=0.5), quick, blobs([PHOTO]))
    pixels = changed.rendered().detach()
    assert (tensor_of(changed.picture()) - torch.lerp(pixels, levelled(pixels), 0.5)).abs().max() <= 1 / 255
