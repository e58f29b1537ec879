"""Canvases hold pictures without loss; views are exact, reproducible crops."""

import numpy as np
import pytest
import torch
from torch import Tensor

from guidance import loss
from guidance.canvas import REGISTRY
from guidance.request import CANVASES
from guidance.resample import cubic, resize_matrix, sampling_matrix, triangle
from guidance.view import Crops


def picture(height: int, width: int, seed: int = 0) -> Tensor:
    """(1, 3, H, W) with black, white, noise and gradients."""
    pixels = torch.rand(1, 3, height, width, generator=torch.Generator().manual_seed(seed))
    pixels[..., : height // 3, :] = torch.linspace(0, 1, width)
    pixels[..., -5:, :5] = 0
    pixels[..., -5:, -5:] = 1
    return pixels


@pytest.mark.parametrize("name", CANVASES)
@pytest.mark.parametrize("size", [(64, 64), (96, 160), (101, 67)])
def test_a_canvas_holds_any_picture_to_35_decibels(name: str, size: tuple[int, int]) -> None:
    wanted = picture(*size)
    canvas = REGISTRY[name](*size, [0])
    canvas.from_image(wanted)
    error = float((canvas().detach() - wanted).square().mean())
    assert -10 * np.log10(error) > 35


@pytest.mark.parametrize("name", CANVASES)
def test_items_of_a_batch_start_from_their_own_seeds(name: str) -> None:
    together = REGISTRY[name](64, 80, [5, 6])()
    alone = torch.cat([REGISTRY[name](64, 80, [seed])() for seed in (5, 6)])
    assert torch.equal(together, alone)
    assert not torch.equal(together[0], together[1])


@pytest.mark.parametrize("kernel", [triangle, cubic])
@pytest.mark.parametrize(("size_in", "size_out"), [(64, 64), (64, 16), (16, 64), (7, 50), (50, 7)])
def test_resizing_keeps_flat_areas_flat(kernel: object, size_in: int, size_out: int) -> None:
    matrix = resize_matrix(size_in, size_out, kernel)  # type: ignore[arg-type]
    assert matrix.shape == (size_out, size_in)
    assert torch.allclose(matrix.sum(1), torch.ones(size_out), atol=1e-5)


def test_a_crop_of_the_whole_is_the_whole_and_a_flip_mirrors_it() -> None:
    line = torch.rand(12)
    whole, flipped = sampling_matrix(torch.zeros(2), torch.tensor([12.0, -12.0]), 12, 12, triangle) @ line
    assert torch.allclose(whole, line, atol=1e-6)
    assert torch.allclose(flipped, line.flip(0), atol=1e-6)


@pytest.mark.parametrize("side", [32, 48])
def test_shrinking_agrees_with_torch_s_antialiased_resize(side: int) -> None:
    pixels = picture(96, 96)
    matrix = resize_matrix(96, side, triangle)
    expected = torch.nn.functional.interpolate(pixels, size=(side, side), mode="bilinear", antialias=True)
    assert torch.allclose(matrix @ pixels @ matrix.T, expected, atol=1e-5)


def crops(**changes: float) -> Crops:
    """Four views of 32 pixels."""
    fields = {"count": 4, "low": 0.4, "high": 1.0, "noise": 0.1, "size": 32} | changes
    return Crops(**fields)  # type: ignore[arg-type]


def test_views_depend_on_seed_and_step_alone() -> None:
    pixels = picture(64, 96)
    first = crops()(pixels, [3], 7)
    torch.rand(5)
    assert torch.equal(crops()(pixels, [3], 7), first)
    assert not torch.equal(crops()(pixels, [3], 8), first)
    assert not torch.equal(crops()(pixels, [4], 7), first)


def test_an_item_is_seen_the_same_alone_and_in_a_batch() -> None:
    pair = torch.cat([picture(64, 64, 1), picture(64, 64, 2)])
    together = crops()(pair, [3, 4], 0)
    assert together.shape == (8, 3, 32, 32)
    assert torch.allclose(together[4:], crops()(pair[1:], [4], 0), atol=1e-6)


def test_without_noise_a_view_shows_nothing_that_the_picture_does_not_hold() -> None:
    pixels = 0.25 + 0.5 * picture(64, 64)
    views = crops(noise=0.0)(pixels, [1], 0)
    assert float(views.min()) >= 0.25 - 1e-5
    assert float(views.max()) <= 0.75 + 1e-5


def test_every_part_of_a_picture_is_looked_at() -> None:
    pixels = picture(64, 64).requires_grad_()
    crop = crops(noise=0.0, low=0.5)
    for step in range(30):
        crop(pixels, [0], step).sum().backward()  # type: ignore[no-untyped-call]
    assert pixels.grad is not None
    seen = pixels.grad.sum(dim=(0, 1))
    assert float(seen.min()) > 0.1 * float(seen.mean())


def test_total_variation_is_nothing_for_flat_and_most_for_a_chessboard() -> None:
    flat = torch.full((1, 3, 8, 8), 0.3)
    board = ((torch.arange(8)[:, None] + torch.arange(8)) % 2).float().expand(1, 3, 8, 8)
    assert loss.total_variation(flat) == 0
    assert loss.total_variation(board) == 2


def test_chroma_is_nothing_for_grey_and_grows_with_colour() -> None:
    colours = ([0.4] * 3, [0.5, 0.4, 0.4], [1.0, 0.0, 0.0])
    grey, pale, loud = (torch.tensor(rgb).view(1, 3, 1, 1).expand(1, 3, 4, 4) for rgb in colours)
    assert loss.chroma(grey) < 1e-12
    assert loss.chroma(grey) < loss.chroma(pale) < loss.chroma(loud)


def test_a_negative_phrase_pushes_only_while_the_picture_resembles_it() -> None:
    directions = torch.eye(2, 3)
    weights = torch.tensor([1.0, -0.5])
    alike, opposite = torch.tensor([[0.0, 1.0, 0.0]]), torch.tensor([[0.0, -1.0, 0.0]])
    assert loss.guidance(alike, directions, weights) == 1.5
    assert loss.guidance(opposite, directions, weights) == 1.0
    assert loss.similarity(torch.tensor([[0.6, 0.8, 0.0]]), directions, weights) == pytest.approx(0.6)
