"""Views are exact, reproducible crops whose size and noise follow the schedule."""

from typing import Any

import pytest
import torch

from guidance.augment.random_crops import LinearSchedule, NoiseSchedule, RandomCrops
from guidance.augment.warp import gathered, homographies, sampled, warped
from tests.guidance.pictures import photograph, tensor_of

SIZE = 32


def crops(low: float = 0.4, high: float = 1.0, noise: float = 0.1, count: int = 4, **changes: Any) -> RandomCrops:
    """Four views that do not change along the run."""
    return RandomCrops(
        count, LinearSchedule(low, low), LinearSchedule(high, high), NoiseSchedule(noise, noise), **changes
    )


EVERYTHING: dict[str, Any] = {"count": 20, "rotation": 20.0, "perspective": 0.1, "jitter": 0.5}


@pytest.mark.parametrize("changes", [{}, EVERYTHING])
def test_views_depend_on_seed_and_step_alone(changes: dict[str, Any]) -> None:
    pixels = tensor_of(photograph(96, 64))
    first = crops(**changes)(pixels, [3], 7, 0.1, SIZE)
    torch.rand(5)
    assert torch.equal(crops(**changes)(pixels, [3], 7, 0.1, SIZE), first)
    assert not torch.equal(crops(**changes)(pixels, [3], 8, 0.1, SIZE), first)
    assert not torch.equal(crops(**changes)(pixels, [4], 7, 0.1, SIZE), first)


@pytest.mark.parametrize("part", [(0, 8), (3, 4), (5, 17), (16, 20), (0, 20)])
def test_a_subset_of_the_views_equals_the_same_views_of_all(part: tuple[int, int]) -> None:
    pixels = tensor_of(photograph(96, 64))
    whole = crops(**EVERYTHING)(pixels, [3], 7, 0.1, SIZE)
    assert torch.allclose(crops(**EVERYTHING)(pixels, [3], 7, 0.1, SIZE, part), whole[slice(*part)], atol=1e-5)


def test_a_picture_has_the_same_views_alone_and_in_a_batch() -> None:
    pair = torch.cat([tensor_of(photograph()), 1 - tensor_of(photograph())])
    together = crops()(pair, [3, 4], 0, 0, SIZE)
    assert together.shape == (8, 3, SIZE, SIZE)
    assert torch.allclose(together[4:], crops()(pair[1:], [4], 0, 0, SIZE), atol=1e-6)


def test_models_of_other_sizes_see_the_same_crops() -> None:
    pixels = tensor_of(photograph())
    small = crops(noise=0)(pixels, [3], 0, 0, SIZE)
    large = crops(noise=0)(pixels, [3], 0, 0, 2 * SIZE)
    assert torch.allclose(torch.nn.functional.avg_pool2d(large, 2), small, atol=0.12)


def test_a_whole_crop_without_noise_is_the_picture_and_its_mirror_image() -> None:
    pixels = tensor_of(photograph())
    (view,) = crops(low=1, noise=0, count=1, flip=0.0)(pixels, [0], 0, 0, 64)
    (mirrored,) = crops(low=1, noise=0, count=1, flip=1.0)(pixels, [0], 0, 0, 64)
    assert torch.allclose(view, pixels[0], atol=1e-5)
    assert torch.allclose(mirrored, pixels[0].flip(2), atol=1e-5)


def test_crops_move_from_overview_to_detail_along_the_run() -> None:
    """A narrow crop of a ramp spans less of it."""
    ramp = torch.linspace(0, 1, 64).expand(1, 3, 64, 64)
    crops_over_run = RandomCrops(16, LinearSchedule(0.9, 0.1), LinearSchedule(1.0, 0.2), NoiseSchedule(0, 0))

    def span(progress: float) -> float:
        views = crops_over_run(ramp, [0], 0, progress, SIZE)
        return float((views.amax(dim=(1, 2, 3)) - views.amin(dim=(1, 2, 3))).mean())

    assert span(0) > 0.85
    assert 0.4 < span(0.5) < 0.7
    assert span(1) < 0.25


def test_noise_follows_its_schedule() -> None:
    grey = torch.full((1, 3, 64, 64), 0.5)
    crops_over_run = RandomCrops(8, LinearSchedule(1, 1), LinearSchedule(1, 1), NoiseSchedule(0.1, 0.4))
    assert float(crops_over_run(grey, [0], 0, 0, SIZE).std()) == pytest.approx(0.1, rel=0.03)
    assert float(crops_over_run(grey, [0], 0, 0.5, SIZE).std()) == pytest.approx(0.2, rel=0.03)
    assert float(crops_over_run(grey, [0], 0, 1, SIZE).std()) == pytest.approx(0.4, rel=0.03)
    assert NoiseSchedule(0.4, 0).at(0.5) == pytest.approx(0.2)


def test_without_noise_a_view_stays_within_the_picture_s_values() -> None:
    pixels = 0.25 + 0.5 * tensor_of(photograph())
    views = crops(noise=0, rotation=30, perspective=0.2)(pixels, [1], 0, 0, SIZE)
    assert float(views.min()) >= float(pixels.min()) - 1e-5
    assert float(views.max()) <= float(pixels.max()) + 1e-5


def test_every_part_of_a_picture_is_seen() -> None:
    pixels = tensor_of(photograph()).requires_grad_()
    for step in range(30):
        crops(noise=0, low=0.5)(pixels, [0], step, 0, SIZE).sum().backward()  # type: ignore[no-untyped-call]
    assert pixels.grad is not None
    weights = pixels.grad.sum(dim=(0, 1))
    assert float(weights.min()) > 0.1 * float(weights.mean())


def test_jitter_is_a_linear_map_of_the_colours() -> None:
    pixels = tensor_of(photograph())
    plain = crops(noise=0)(pixels, [0], 0, 0, SIZE)
    tinted = crops(noise=0, jitter=1.0)(pixels, [0], 0, 0, SIZE)
    for before, after in zip(plain, tinted, strict=True):
        columns = torch.cat([before.flatten(1), torch.ones(1, SIZE * SIZE)]).T
        solution = torch.linalg.lstsq(columns, after.flatten(1).T).solution
        assert torch.allclose(columns @ solution, after.flatten(1).T, atol=1e-4)
    assert not torch.allclose(plain, tinted, atol=0.05)


def test_both_ways_of_warping_agree_in_the_picture_and_in_its_gradient() -> None:
    maps = homographies(5, 30, 0.2, torch.Generator().manual_seed(1))
    views = torch.rand(5, SIZE, SIZE, 3, generator=torch.Generator().manual_seed(2)).requires_grad_()
    axis = (torch.arange(SIZE) + 0.5) * (2 / SIZE) - 1
    y, x = torch.meshgrid(axis, axis, indexing="ij")
    read = torch.einsum("hwk,vjk->vhwj", torch.stack([x, y, torch.ones_like(x)], dim=2), maps)
    grid = read[..., :2] / read[..., 2:]
    one, other = sampled(views, grid), gathered(views, grid)
    assert torch.allclose(one, other, atol=1e-5)
    pull = torch.rand(one.shape, generator=torch.Generator().manual_seed(3))
    for first, second in zip(
        torch.autograd.grad(one, views, pull), torch.autograd.grad(other, views, pull), strict=True
    ):
        assert torch.allclose(first, second, atol=1e-4)


def test_the_identity_warp_changes_nothing_and_a_quarter_turn_rotates_by_90_degrees() -> None:
    views = torch.rand(1, SIZE, SIZE, 3, generator=torch.Generator().manual_seed(0))
    assert torch.allclose(warped(views, torch.eye(3)[None]), views, atol=1e-5)
    turn = torch.tensor([[[0.0, -1, 0], [1, 0, 0], [0, 0, 1]]])
    # Where it looks at (x, y) it reads (−y, x): clockwise by a quarter, so the picture turns the other way.
    assert torch.allclose(warped(views, turn), views.rot90(1, (1, 2)), atol=1e-4)
