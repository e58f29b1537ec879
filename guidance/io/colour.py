"""Conversion of decoded pixels to 8-bit sRGB on white."""

import io
import struct
from collections.abc import Callable
from typing import Final

from PIL import Image, ImageCms

_SIXTEEN_BITS: Final = {"I;16": 1, "I;16L": 1, "I;16B": 0}
"""Place of the high byte."""
_GREY: Final = ("1", "L", "LA", *_SIXTEEN_BITS)

Convert = Callable[[Image.Image], Image.Image]


def to_srgb(profile: bytes, mode: str) -> Convert:
    """A function that converts images of a mode to RGB in sRGB; transparent pixels become white.

    Args:
        profile: The ICC profile that is embedded in the file. One that is broken, or does not fit the mode, is ignored.
        mode: Pillow's name of the pixel format.
    """
    transform = _transform(profile, mode)

    def convert(image: Image.Image) -> Image.Image:
        image = _eight_bits(image)
        alpha = _alpha(image)
        opaque = image if alpha is None else _without_alpha(image)
        colours = opaque.convert("RGB") if transform is None else transform(opaque)
        if alpha is None:
            return colours
        colours.putalpha(alpha)
        return Image.alpha_composite(Image.new("RGBA", image.size, "white"), colours).convert("RGB")

    return convert


def _alpha(image: Image.Image) -> Image.Image | None:
    if image.mode in {"RGBA", "LA", "PA", "RGBa", "La"} or "transparency" in image.info:
        return image.convert("RGBA").getchannel("A")
    return None


def _eight_bits(image: Image.Image) -> Image.Image:
    """Pixels with more bits as "L"; Pillow's own conversion clips them."""
    if image.mode in _SIXTEEN_BITS:
        high = image.tobytes()[_SIXTEEN_BITS[image.mode] :: 2]
    elif image.mode == "I":
        # Pillow reads some files of 16 bits in this mode.
        high = bytes(min(max(value >> 8, 0), 255) for (value,) in struct.iter_unpack("=i", image.tobytes()))
    else:
        return image
    reduced = Image.frombytes("L", image.size, high)
    if "transparency" in image.info:
        reduced.info["transparency"] = image.info["transparency"]
    return reduced


def _transform(profile: bytes, mode: str) -> Convert | None:
    if not profile:
        return None
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        space = source.profile.xcolor_space.strip()
        source_mode = {"RGB": "RGB", "GRAY": "L", "CMYK": "CMYK"}.get(space)
        fits = source_mode == "RGB" or (source_mode == "L" and mode in _GREY) or source_mode == mode
        if source_mode is None or not fits or (source_mode == "RGB" and mode == "CMYK"):
            return None
        transform = ImageCms.buildTransform(
            source, ImageCms.createProfile("sRGB"), source_mode, "RGB", ImageCms.Intent.RELATIVE_COLORIMETRIC
        )
        if source_mode == "RGB" and _changes_nothing(transform):
            return None
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - a profile is optional, and a broken one fails in many ways
        return None
    # ImageCms returns None only where it changes the image in place.
    return lambda image: ImageCms.applyTransform(image.convert(source_mode), transform)  # type: ignore[return-value]


def _without_alpha(image: Image.Image) -> Image.Image:
    if image.mode == "LA":
        return image.convert("L")
    colours = image.convert("RGBA").convert("RGB")
    colours.info.pop("transparency", None)
    return colours


def _changes_nothing(transform: ImageCms.ImageCmsTransform) -> bool:
    """True for sRGB itself; its transform would change some values by one."""
    levels = range(0, 256, 51)
    cube = Image.frombytes(
        "RGB", (6 * 6 * 6, 1), bytes(v for r in levels for g in levels for b in levels for v in (r, g, b))
    )
    changed = ImageCms.applyTransform(cube, transform)
    assert changed is not None  # noqa: S101 - it is, unless the image is changed in place
    return all(abs(a - b) <= 1 for a, b in zip(cube.tobytes(), changed.tobytes(), strict=True))
