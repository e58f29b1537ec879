"""Canvases represent pictures at any size, each item of a batch on its own."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from guidance.canvas.registry import REGISTRY, Canvas
from guidance.io.tensor import from_tensor
from guidance.request.parameters import CANVASES, PLAIN_CANVASES
from guidance.request.request import Request
from tests.guidance.pictures import decibels, photograph, tensor_of

CONTINUOUS = [name for name in PLAIN_CANVASES if name != "palette"]


def canvas(
    name: str, height: int, width: int, seeds: tuple[int, ...] = (0,), colours: int = 16, pixel: int = 1
) -> Canvas:
    """A canvas that starts from noise."""
    request = Request.resolve("x", seed=0, width=width, height=height, canvas=name, colours=colours, pixel=pixel)
    return REGISTRY[name](request, seeds)


def test_every_declared_canvas_is_registered() -> None:
    assert set(REGISTRY) == set(CANVASES)


@pytest.mark.parametrize("name", CONTINUOUS)
@pytest.mark.parametrize("size", [(64, 64), (96, 160), (101, 67)])
def test_a_canvas_holds_a_photograph_with_black_and_white_in_it_to_35_decibels(
    name: str, size: tuple[int, int]
) -> None:
    wanted = tensor_of(photograph(size[1], size[0]))
    wanted[..., -5:, :5], wanted[..., -5:, -5:] = 0, 1
    tested = canvas(name, *size)
    tested.from_image(wanted)
    assert decibels(tested().detach(), wanted) > 35


@settings(max_examples=25)
@given(colours=st.integers(2, 24), pixel=st.integers(1, 5), seed=st.integers(0, 999))
def test_a_palette_holds_a_picture_of_its_colours_exactly(colours: int, pixel: int, seed: int) -> None:
    source = torch.Generator().manual_seed(seed)
    palette = torch.randint(0, 256, (colours, 3), generator=source) / 255
    squares = palette[torch.randint(0, colours, (-(-64 // pixel), -(-80 // pixel)), generator=source)].permute(2, 0, 1)[
        None
    ]
    wanted = squares.repeat_interleave(pixel, 2).repeat_interleave(pixel, 3)
    tested = canvas("palette", wanted.shape[2], wanted.shape[3], colours=colours, pixel=pixel)
    tested.from_image(wanted)
    assert from_tensor(tested()[0]).tobytes() == from_tensor(wanted[0]).tobytes()


@pytest.mark.parametrize("colours", [2, 5, 16, 64])
def test_a_palette_comes_within_half_a_decibel_of_pillow_s_quantiser(colours: int) -> None:
    image = photograph(96, 80)
    wanted = tensor_of(image)
    tested = canvas("palette", 80, 96, colours=colours)
    tested.from_image(wanted)
    best = max(
        decibels(tensor_of(image.quantize(colours, method=method, dither=Image.Dither.NONE).convert("RGB")), wanted)
        for method in (Image.Quantize.MEDIANCUT, Image.Quantize.MAXCOVERAGE, Image.Quantize.FASTOCTREE)
    )
    assert decibels(tested().detach(), wanted) > best - 0.5


def test_a_palette_shows_no_more_than_its_colours_in_squares_and_every_parameter_has_a_gradient() -> None:
    tested = canvas("palette", 70, 90, colours=7, pixel=4)
    shown = tested()
    assert shown.shape == (1, 3, 70, 90)
    assert len(torch.unique(shown.detach().flatten(2)[0], dim=1).T) <= 7
    assert torch.equal(shown[..., 0:4, 0:4], shown[..., :1, :1].expand(-1, -1, 4, 4))
    ramp = torch.linspace(-1, 1, 90).expand_as(shown)
    gradients = torch.autograd.grad((shown * ramp).sum(), list(tested.parameters()))
    assert all(float(gradient.abs().max()) > 0 for gradient in gradients)


@pytest.mark.parametrize("name", PLAIN_CANVASES)
def test_items_of_a_batch_start_from_their_own_seeds(name: str) -> None:
    together = canvas(name, 64, 80, (5, 6))()
    alone = torch.cat([canvas(name, 64, 80, (seed,))() for seed in (5, 6)])
    assert torch.allclose(together, alone, atol=1e-6)
    assert not torch.allclose(together[0], together[1], atol=1e-3)


@pytest.mark.parametrize("name", PLAIN_CANVASES)
def test_items_of_a_batch_are_set_to_their_own_images(name: str) -> None:
    wanted = torch.cat([tensor_of(photograph(80, 64)), 1 - tensor_of(photograph(80, 64))])
    tested = canvas(name, 64, 80, (5, 6), colours=64)
    tested.from_image(wanted)
    assert decibels(tested().detach(), wanted) > 22
