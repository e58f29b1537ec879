"""Pixels of any depth and colours of any profile become sRGB of eight bits."""

import struct
import zlib

import pytest
from PIL import Image, ImageCms

from guidance.io.file_parts import PNG_SIGNATURE
from guidance.io.picture import read_image
from tests.guidance.io.odd_files import chunk, encoded, png_with


def grey16(value: int, mode: str = "I;16") -> Image.Image:
    return Image.frombytes(mode, (8, 8), struct.pack("<H" if mode == "I;16" else ">H", value) * 64)


GREY, COLOUR, GREY_ALPHA, COLOUR_ALPHA = 0, 2, 4, 6


def bits_of(depth: int, *values: int, kind: int = GREY, transparent: tuple[int, ...] = ()) -> bytes:
    """A PNG of 8 × 8 equal pixels with some bits per value."""
    row = int("".join(f"{value:0{depth}b}" for value in values) * 8, 2).to_bytes(depth * len(values), "big")
    header = struct.pack(">IIBBBBB", 8, 8, depth, kind, 0, 0, 0)
    named = chunk(b"tRNS", struct.pack(f">{len(transparent)}H", *transparent)) if transparent else b""
    data = zlib.compress((b"\0" + row) * 8)
    return PNG_SIGNATURE + chunk(b"IHDR", header) + named + chunk(b"IDAT", data) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("data", "level"),
    [
        (encoded(grey16(0)), 0),
        (encoded(grey16(32768)), 128),
        (encoded(grey16(65535)), 255),
        (bits_of(16, 0x8000), 128),
        (bits_of(1, 1), 255),
        (bits_of(2, 2), 170),
        (bits_of(4, 8), 136),
        (bits_of(1, 0, transparent=(0,)), 255),
        (bits_of(1, 0, transparent=(1,)), 0),
        (bits_of(2, 1, transparent=(1,)), 255),
        (bits_of(2, 1, transparent=(2,)), 85),
        (bits_of(4, 7, transparent=(7,)), 255),
        (bits_of(8, 9, transparent=(9,)), 255),
        (bits_of(16, 0x8000, transparent=(0x8000,)), 255),
        (bits_of(16, 0x8000, transparent=(0x80,)), 128),
        (bits_of(16, *[0x8000] * 3, kind=COLOUR), 128),
        (bits_of(16, *[0x8001] * 3, kind=COLOUR, transparent=(0x8001,) * 3), 255),
        (bits_of(16, *[0x8001] * 3, kind=COLOUR, transparent=(1,) * 3), 128),
        (bits_of(16, 0x8000, 0xFFFF, kind=GREY_ALPHA), 128),
        (bits_of(16, 0, 0, 0, 0x8000, kind=COLOUR_ALPHA), 127),
        (encoded(Image.new("LA", (8, 8), (90, 255))), 90),
        (encoded(Image.new("LA", (8, 8), (90, 0))), 255),
        (encoded(Image.new("L", (8, 8), 7).convert("P"), transparency=7), 255),
        (encoded(Image.new("L", (8, 8), 7).convert("P"), transparency=bytes(256)), 255),
        (encoded(Image.new("RGB", (8, 8), (7, 7, 7)), transparency=(7, 7, 7)), 255),
        (encoded(Image.new("CMYK", (8, 8), (0, 0, 0, 255)), "JPEG"), 0),
        (encoded(Image.new("P", (8, 8), 7), "GIF", transparency=7), 255),
    ],
)
def test_every_depth_is_read_as_eight_bits(data: bytes, level: int) -> None:
    image = read_image(data)
    assert (image.mode, image.getpixel((4, 4))) == ("RGB", (level, level, level))


def display_p3(gamma: float | None = None) -> bytes:
    """A profile with the primaries of Display P3, and the curve of sRGB or a power."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    primaries = {
        b"rXYZ": (0.51512, 0.24120, -0.00105),
        b"gXYZ": (0.29198, 0.69225, 0.04189),
        b"bXYZ": (0.15710, 0.06657, 0.78407),
    }
    for number in range(int.from_bytes(profile[128:132], "big")):
        tag, offset, _ = struct.unpack_from(">4sII", profile, 132 + 12 * number)
        if tag in primaries:
            struct.pack_into(">iii", profile, offset + 8, *(round(value * 65536) for value in primaries[tag]))
        elif tag.endswith(b"TRC") and gamma is not None:
            struct.pack_into(">4sIIH", profile, offset, b"curv", 0, 1, round(gamma * 256))
    return bytes(profile)


def grey_gamma() -> bytes:
    """A grey profile with a linear curve."""
    body = b"curv" + bytes(4) + struct.pack(">I", 0)
    white = b"XYZ " + bytes(4) + struct.pack(">iii", *(round(v * 65536) for v in (0.9642, 1.0, 0.8249)))
    table = struct.pack(">I", 2) + struct.pack(">4sII", b"kTRC", 156, 12) + struct.pack(">4sII", b"wtpt", 168, 20)
    size = 128 + len(table) + len(body) + len(white)
    header = struct.pack(">I4sI4s4s4s", size, b"lcms", 0x02400000, b"mntr", b"GRAY", b"XYZ ") + bytes(12) + b"acsp"
    header = header.ljust(68, b"\0") + struct.pack(">iii", *(round(v * 65536) for v in (0.9642, 1.0, 0.8249)))
    return header.ljust(128, b"\0") + table + body + white


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "AVIF"])
@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_an_embedded_profile_is_honoured(kind: str, mode: str) -> None:
    if (kind, mode) == ("JPEG", "RGBA"):
        pytest.skip("a JPEG has no transparency")
    options = {"lossless": True} if kind == "WEBP" else {"quality": 100, "subsampling": "4:4:4"}
    image = Image.new("RGB", (16, 16), (60, 160, 60)).convert(mode)
    pixel = read_image(encoded(image, kind, icc_profile=display_p3(), **options)).getpixel((8, 8))
    lossy = 2 if kind in {"JPEG", "AVIF"} else 0
    assert all(abs(value - wanted) <= lossy for value, wanted in zip(pixel, (0, 163, 40), strict=True))  # type: ignore[arg-type]


def tagged(*chunks: tuple[bytes, bytes]) -> bytes:
    """A PNG with chunks that describe its colours."""
    return png_with(*[chunk(*entry) for entry in chunks], image=Image.new("RGB", (8, 8), (60, 160, 60)))


SAME = (60, 160, 60)
GAMMA, LINEAR = struct.pack(">I", 45455), struct.pack(">I", 100_000)
SRGB, ADOBE = (
    struct.pack(">8I", 31270, 32900, 64000, 33000, *green, 15000, 6000) for green in ((30000, 60000), (21000, 71000))
)
TAGS = {
    "the same by sRGB's numbers": (tagged((b"cICP", b"\x01\x0d\0\1")), SAME),
    "Display P3 by its numbers": (tagged((b"cICP", b"\x0c\x0d\0\1")), (0, 163, 40)),
    "numbers before a profile": (
        tagged((b"iCCP", b"icc\0\0" + zlib.compress(display_p3(2.2))), (b"cICP", b"\x0c\x0d\0\1")),
        (0, 163, 40),
    ),
    "HDR, which is not read": (tagged((b"cICP", b"\x09\x10\0\1")), SAME),
    "the gamma that stands for sRGB": (tagged((b"gAMA", GAMMA), (b"cHRM", SRGB)), SAME),
    "no gamma": (tagged((b"gAMA", LINEAR)), (133, 208, 133)),
    "a gamma of 0.551": (tagged((b"gAMA", struct.pack(">I", 55_100))), (76, 175, 76)),
    "sRGB before gamma": (tagged((b"gAMA", LINEAR), (b"sRGB", b"\0")), SAME),
    "primaries of Adobe RGB": (tagged((b"gAMA", GAMMA), (b"cHRM", ADOBE)), (0, 160, 50)),
}


@pytest.mark.parametrize(("data", "colour"), TAGS.values(), ids=TAGS)
def test_colours_that_chunks_describe_in_numbers_are_honoured(data: bytes, colour: tuple[int, int, int]) -> None:
    assert read_image(data).getpixel((4, 4)) == colour


def test_colours_that_an_avif_describes_in_numbers_are_honoured() -> None:
    data = encoded(Image.new("RGB", (16, 16), (60, 160, 60)), "AVIF", quality=100, subsampling="4:4:4")
    at = data.index(b"colrnclx") + 8
    assert all(abs(a - b) <= 2 for a, b in zip(read_image(data).getpixel((8, 8)), SAME, strict=True))  # type: ignore[arg-type]
    p3 = data[:at] + b"\0\x0c\0\x0d" + data[at + 4 :]
    assert all(abs(a - b) <= 2 for a, b in zip(read_image(p3).getpixel((8, 8)), (0, 163, 40), strict=True))  # type: ignore[arg-type]


@pytest.mark.parametrize(("gamma", "srgb"), [(None, (0, 163, 40)), (2.2, (0, 164, 35))])
def test_the_curve_of_a_profile_counts_as_its_primaries_do(gamma: float | None, srgb: tuple[int, int, int]) -> None:
    """By the published primaries, (60, 160, 60) of Display P3 is (-43, 162.6, 39.9) in sRGB.

    With a plain gamma of 2.2, as some profiles named P3 have it, it is (-48, 164.2, 34.6).
    """
    data = encoded(Image.new("RGB", (8, 8), (60, 160, 60)), icc_profile=display_p3(gamma))
    assert read_image(data).getpixel((4, 4)) == srgb


def test_a_grey_profile_is_honoured() -> None:
    red, *_ = read_image(encoded(Image.new("L", (8, 8), 55), icc_profile=grey_gamma())).getpixel((4, 4))  # type: ignore[misc]
    assert abs(red - 128) <= 3
    deep = read_image(encoded(grey16(55 * 257), icc_profile=grey_gamma())).getpixel((4, 4))
    assert abs(deep[0] - 128) <= 3  # type: ignore[index]


def test_a_profile_of_srgb_changes_nothing_and_one_of_another_space_is_ignored() -> None:
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    noise = Image.merge("RGB", [Image.effect_noise((32, 32), 90)] * 3)
    assert read_image(encoded(noise, icc_profile=srgb)).tobytes() == noise.tobytes()
    assert read_image(encoded(noise, icc_profile=grey_gamma())).tobytes() == noise.tobytes()
