"""Every medium changes how a picture looks, and not what it shows."""

import pytest
import torch
from torch import Tensor
from torch.nn.functional import avg_pool2d

from guidance.media.mosaic import COLOURS
from guidance.media.registry import REGISTRY, in_medium
from guidance.request.medium import MEDIA, NONE

PAINTED = [medium for medium in MEDIA if medium != NONE]


def picture(height: int, width: int) -> Tensor:
    """A red disc before a ground that is blue above and green below."""
    down, across = torch.meshgrid(torch.linspace(-1, 1, height), torch.linspace(-1, 1, width), indexing="ij")
    disc = (down.square() + across.square() < 0.3).float()
    ground = torch.stack([torch.full_like(down, 0.2), 0.4 + 0.3 * down, 0.6 - 0.3 * down])
    return torch.lerp(ground, torch.tensor([0.9, 0.2, 0.1])[:, None, None].expand_as(ground), disc)[None]


def test_every_medium_that_can_be_chosen_exists() -> None:
    assert sorted(REGISTRY) == sorted(PAINTED)


@pytest.mark.parametrize("medium", PAINTED)
@pytest.mark.parametrize("size", [(256, 256), (64, 200), (300, 130)])
def test_the_thing_stands_out_from_the_ground_at_every_size(medium: str, size: tuple[int, int]) -> None:
    before = picture(*size)
    after = in_medium(before, medium)
    assert after.shape == before.shape
    assert bool(((after >= 0) & (after <= 1)).all())
    middle, above = (after[..., size[0] // 2 - 6 : size[0] // 2 + 6, 6:-6].mean(dim=2), after[..., 4:16, 6:-6].mean(2))
    centre = slice(size[1] // 2 - 12, size[1] // 2)
    assert float((middle[..., centre].mean(2) - above[..., centre].mean(2)).abs().max()) > 0.04


@pytest.mark.parametrize("medium", PAINTED)
def test_a_medium_is_seen_and_the_same_picture_looks_the_same(medium: str) -> None:
    before = picture(128, 128)
    after = in_medium(before, medium)
    assert float((after - before).abs().mean()) > 0.02
    assert torch.equal(after, in_medium(before, medium))


@pytest.mark.parametrize("medium", PAINTED)
def test_patterns_grow_with_the_picture(medium: str) -> None:
    small, large = in_medium(picture(128, 128), medium), in_medium(picture(256, 256), medium)
    assert float((avg_pool2d(large, 32) - avg_pool2d(small, 16)).abs().mean()) < 0.08


def test_one_ink_has_no_second_colour_and_pixel_art_has_few() -> None:
    grey = in_medium(picture(128, 128), "black-and-white")
    assert torch.equal(grey[:, 0], grey[:, 1])
    colours = in_medium(torch.rand(1, 3, 256, 256), "pixel-art")[0].flatten(1).T.tolist()
    assert len({tuple(colour) for colour in colours}) <= COLOURS
