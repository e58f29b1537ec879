"""Measurements of pictures."""

import numpy as np
import pytest
from PIL import Image

from tools.pocket import measures


def flat(value: int, side: int = 64) -> Image.Image:
    return Image.new("RGB", (side, side), (value >> 16, value >> 8 & 255, value & 255))


@pytest.mark.parametrize("name", measures.NAMES)
def test_each_colour_is_called_by_its_name(name: str) -> None:
    assert measures.dominant(flat(measures.NAMES[name]), name) == name
    assert measures.shares(flat(measures.NAMES[name]))[name] == 1


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (0x8B0000, "red"),  # CSS darkred
        (0xCC2222, "red"),
        (0x4682B4, "blue"),  # CSS steelblue
        (0x2E8B57, "green"),  # CSS seagreen
        (0xFFD700, "yellow"),  # CSS gold
        (0x4B0082, "purple"),  # CSS indigo
        (0x202020, "black"),
        (0x5C4033, "brown"),
        (0xFFB6C1, "pink"),  # CSS lightpink
        (0xF0F0F0, "white"),
        (0x606060, "grey"),
    ],
)
def test_shades_have_their_usual_colour_name(value: int, name: str) -> None:
    found = measures.shares(flat(value))
    assert max(found, key=lambda key: found[key]) == name


def test_a_road_does_not_hide_the_colour_of_the_car() -> None:
    picture = flat(measures.NAMES["grey"])
    picture.paste(flat(measures.NAMES["red"], 24), (16, 16))
    assert measures.dominant(picture, "red") == "red"
    assert measures.dominant(picture, "grey") == "grey"


def test_lightness_rises_from_black_to_white_and_saturation_from_grey_to_red() -> None:
    assert measures.lightness(flat(0)) == 0
    assert measures.lightness(flat(0)) < measures.lightness(flat(0x929591)) < measures.lightness(flat(0xFFFFFF))
    assert measures.lightness(flat(0xFFFFFF)) == pytest.approx(1, abs=1e-3)
    assert measures.saturation(flat(0x808080)) == pytest.approx(0, abs=1e-3)
    assert measures.saturation(flat(0xFF0000)) == pytest.approx(0.26, abs=0.01)


def test_edge_density_is_the_share_of_pixels_beside_a_step() -> None:
    assert measures.edge_density(flat(0x336699)) == 0
    halves = np.zeros((64, 64, 3), np.uint8)
    halves[:, 32:] = 255
    assert measures.edge_density(Image.fromarray(halves)) == pytest.approx(1 / 63)
    blurred = np.repeat(np.linspace(0, 255, 64).astype(np.uint8)[None, :, None], 64, axis=0).repeat(3, axis=2)
    assert measures.edge_density(Image.fromarray(blurred)) < 0.05


@pytest.mark.parametrize("colours", [1, 2, 5])
def test_palette_size_counts_the_colours_that_cover_most(colours: int) -> None:
    rows = np.arange(60)[:, None] * colours // 60
    picture = np.stack([rows * 40, rows * 30, 250 - rows * 40], axis=-1).astype(np.uint8).repeat(60, axis=1)
    assert measures.palette_size(Image.fromarray(picture)) == colours
    speckled = picture.copy()
    speckled[::15, ::15] = 7  # a hundredth of the pixels
    assert measures.palette_size(Image.fromarray(speckled)) == colours
