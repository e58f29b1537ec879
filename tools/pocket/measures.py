"""Measurements of a picture without a network: colours, lightness, edges, palette size.

Colours are compared in OKLab (Ottosson, "A perceptual color space for image processing", 2020), after averaging blocks
of 4 × 4 pixels, which is how a picture looks from some distance. Edges and palettes are measured at full size.
"""

from typing import Final

import numpy as np
import numpy.typing as npt
from PIL import Image

Array = npt.NDArray[np.float64]

_TO_LMS: Final = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_TO_LAB: Final = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)
NAMES: Final = {
    "red": 0xE50000, "orange": 0xF97306, "yellow": 0xFFFF14, "green": 0x15B01A, "turquoise": 0x06C2AC,
    "blue": 0x0343DF, "purple": 0x7E1E9C, "pink": 0xFF81C0, "brown": 0x653700, "black": 0x000000,
    "white": 0xFFFFFF, "grey": 0x929591,
}  # fmt: skip
"""Colour names as sRGB: the means of the xkcd colour name survey (2010, CC0)."""
NEUTRAL: Final = ("black", "white", "grey")
NEUTRAL_CHROMA: Final = 0.04
"""A colour with less chroma is black, grey or white."""
DARK: Final = 0.35
LIGHT: Final = 0.85
"""A neutral colour is black below the lightness DARK, and white from LIGHT on."""
LIGHTNESS_WEIGHT: Final = 1.3
"""Weight of a difference in lightness relative to one in hue. It separates brown from orange and pink from red, but
leaves a dark red red."""
BLOCK: Final = 4
EDGE: Final = 0.08
"""Least difference in lightness between neighbouring pixels at an edge; black to white is 1."""
COVERED: Final = 0.9


def oklab(rgb: Array) -> Array:
    """(..., 3) sRGB in [0, 1] to lightness in [0, 1] and the two opponent axes."""
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    lab: Array = np.cbrt(linear @ _TO_LMS.T) @ _TO_LAB.T
    return lab


def shares(image: Image.Image) -> dict[str, float]:
    """The share of the picture that each colour name covers; the shares sum to 1."""
    colours = _block_colours(image)
    hues = [name for name in NAMES if name not in NEUTRAL]
    anchors = np.array([[NAMES[name] >> 16, NAMES[name] >> 8 & 255, NAMES[name] & 255] for name in hues]) / 255
    nearest = np.linalg.norm(_hued(colours)[:, None] - _hued(oklab(anchors)), axis=2).argmin(axis=1)
    plain = np.linalg.norm(colours[:, 1:], axis=1) < NEUTRAL_CHROMA
    light = colours[:, 0]
    found = {name: float((~plain & (nearest == index)).mean()) for index, name in enumerate(hues)}
    found["black"] = float((plain & (light < DARK)).mean())
    found["white"] = float((plain & (light >= LIGHT)).mean())
    found["grey"] = float((plain & (light >= DARK) & (light < LIGHT)).mean())
    return found


def _hued(colours: Array) -> Array:
    """(N, 3): weighted lightness, and the position on the unit circle of hues."""
    chroma = np.maximum(np.linalg.norm(colours[:, 1:], axis=1, keepdims=True), 1e-9)
    return np.hstack([LIGHTNESS_WEIGHT * colours[:, :1], colours[:, 1:] / chroma])


def dominant(image: Image.Image, wanted: str) -> str:
    """The name with the largest share. If `wanted` is a hue, black, white and grey do not count: roads are grey."""
    found = shares(image)
    return max((name for name in found if wanted in NEUTRAL or name not in NEUTRAL), key=lambda name: found[name])


def lightness(image: Image.Image) -> float:
    """Mean lightness, from 0 for black to 1 for white."""
    return float(_block_colours(image)[:, 0].mean())


def saturation(image: Image.Image) -> float:
    """Mean chroma; 0.26 for pure red."""
    return float(np.linalg.norm(_block_colours(image)[:, 1:], axis=1).mean())


def edge_density(image: Image.Image) -> float:
    """Share of pixels on an edge."""
    light = oklab(_array(image))[..., 0]
    down, right = np.abs(np.diff(light, axis=0))[:, :-1], np.abs(np.diff(light, axis=1))[:-1]
    return float((np.hypot(down, right) > EDGE).mean())


def palette_size(image: Image.Image) -> int:
    """The number of colours, at 16 levels per channel, that cover nine tenths of the picture."""
    steps = np.asarray(image.convert("RGB"), dtype=np.int64) >> 4
    counts = np.bincount((steps @ [256, 16, 1]).ravel())
    covered = np.cumsum(np.sort(counts)[::-1])
    return int((covered < COVERED * covered[-1]).sum()) + 1


def _block_colours(image: Image.Image) -> Array:
    """(N, 3) OKLab of the picture's blocks."""
    return oklab(_array(image.reduce(BLOCK))).reshape(-1, 3)


def _array(image: Image.Image) -> Array:
    return np.asarray(image.convert("RGB"), dtype=np.float64) / 255
