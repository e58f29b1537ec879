"""Pictures as phones, scanners and other programs write them: metadata that is broken or large, depths, profiles."""

import io
import json
import struct
import subprocess
import sys
import textwrap
import zlib
from collections.abc import Callable

import pytest
from PIL import Image, ImageCms, PngImagePlugin

from guidance.io import formats, picture
from guidance.io.file_parts import PNG_SIGNATURE
from guidance.io.picture import CHUNK, PictureError, read_image, request_of, to_png
from guidance.request.request import Request

REQUEST = Request.resolve("ein Löwe 🦁", seed=9)
RED = (255, 0, 0)


def encoded(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def chunk(kind: bytes, body: bytes, checksum: int | None = None) -> bytes:
    crc = zlib.crc32(kind + body) if checksum is None else checksum
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", crc)


def png_with(*chunks: bytes, image: Image.Image | None = None) -> bytes:
    """A red PNG with chunks after its header."""
    data = encoded(image or Image.new("RGB", (30, 20), RED))
    return data[:33] + b"".join(chunks) + data[33:]


def jpeg_with(*segments: tuple[int, bytes]) -> bytes:
    """A red JPEG with segments at its beginning."""
    data = encoded(Image.new("RGB", (30, 20), RED), "JPEG", quality=100, subsampling=0)
    inserted = b"".join(bytes([0xFF, marker]) + struct.pack(">H", len(body) + 2) + body for marker, body in segments)
    return data[:2] + inserted + data[2:]


def exif(*entries: tuple[int, int, int, bytes]) -> bytes:
    """EXIF data with (tag, type, count, value of four bytes), and 16 bytes of zeros that values may point to."""
    table = b"".join(struct.pack(">HHI", *entry[:3]) + entry[3] for entry in entries)
    return b"Exif\0\0MM\0*\0\0\0\x08" + struct.pack(">H", len(entries)) + table + bytes(20)


TURNED = (0x0112, 3, 1, b"\0\x06\0\0")
RESOLUTION = (0x011A, 5, 1, struct.pack(">I", 8 + 2 + 3 * 12 + 4))  # points to zeros: 0/0
EXIF = {
    "a rational of 0/0": exif(TURNED, RESOLUTION, (0x0128, 3, 1, b"\0\2\0\0")),
    "a resolution unit that is text": exif(TURNED, RESOLUTION, (0x0128, 2, 4, b"two\0")),
    "its beginning written twice": b"Exif\0\0" + exif(TURNED),
    "two values of one": exif(TURNED, (0x011A, 5, 2, struct.pack(">I", 60))),
    "text of no length": exif(TURNED, (0x010F, 2, 0, bytes(4))),
    "an end that is cut off": exif(TURNED)[:30],
    "a second table that is not there": exif(TURNED)[:-20] + b"\xff\xff\xff\0",
    "a tag that points outside": exif(TURNED, (0x010E, 2, 9999, b"\x7f\0\0\0"), (0x0128, 3, 1, b"\0\2\0\0")),
    "a tag of an unknown type": exif(TURNED, (0x010E, 99, 1, b"\0\0\0\1")),
}


@pytest.mark.parametrize("data", EXIF.values(), ids=EXIF)
def test_a_photo_with_broken_exif_data_is_read_and_turned_upright(data: bytes) -> None:
    for image in (read_image(jpeg_with((0xE1, data))), read_image(png_with(chunk(b"eXIf", data[6:])))):
        assert image.size == (20, 30)
        assert image.getpixel((10, 10))[0] > 250  # type: ignore[index]


BROKEN_METADATA = {
    "EXIF that is none": jpeg_with((0xE1, b"Exif\0\0garbage")),
    "an orientation of 77": jpeg_with((0xE1, exif((0x0112, 3, 1, b"\0\x4d\0\0")))),
    "an orientation that is text": jpeg_with((0xE1, exif((0x0112, 2, 4, b"top\0")))),
    "a profile that is none": jpeg_with((0xE2, b"ICC_PROFILE\0\1\1garbage")),
    "a missing part of a profile": jpeg_with((0xE2, b"ICC_PROFILE\0\2\3garbage"), (0xE2, b"ICC_PROFILE\0")),
    "Photoshop's data, cut off": jpeg_with((0xED, b"Photoshop 3.0\0" + b"8BIM\3\xed\0\0\0\0\0\x10" + bytes(3))),
    "several pictures, cut off": jpeg_with((0xE2, b"MPF\0MM\0*\0\0\0\x08\0\1")),
    "JFIF without a version": jpeg_with((0xE0, b"JFIF\0")),
    "a compressed comment of 2 MB": png_with(chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(2_000_000)))),
    "a compressed profile of 2 MB": png_with(chunk(b"iCCP", b"icc\0\0" + zlib.compress(bytes(2_000_000)))),
    "a compressed profile of 8 MB": png_with(chunk(b"iCCP", b"icc\0\0" + zlib.compress(bytes(8_000_000)))),
    "a broken compressed comment": png_with(chunk(b"zTXt", b"Comment\0\0garbage")),
    "a comment without an end": png_with(chunk(b"tEXt", b"garbage")),
    "a comment with a wrong checksum": png_with(chunk(b"tEXt", b"Comment\0words", 1)),
    "a time that is none": png_with(chunk(b"tIME", b"\0")),
    "Photoshop's data without an end": jpeg_with((0xED, b"Photoshop 3.0\0" + b"8BIM\4\4" + bytes(6) + b"8BIM")),
    "a profile compressed in an unknown way": png_with(chunk(b"iCCP", b"icc\0\1" + zlib.compress(b"profile"))),
    "a profile with a wrong checksum": png_with(chunk(b"iCCP", b"icc\0\0" + zlib.compress(b"profile"), 1)),
    "EXIF without its beginning": png_with(chunk(b"eXIf", b"\0\x08\0\2\1\x12\0\3" + bytes(9))),
    "EXIF of no length": png_with(chunk(b"eXIf", b"")),
    "primaries that are none": png_with(chunk(b"cHRM", bytes(32))),
    "a gamma of 0": png_with(chunk(b"gAMA", bytes(4))),
    "colours of HDR": png_with(chunk(b"cICP", b"\x09\x10\0\1")),
    "a chunk without a name": png_with(chunk(bytes(4), b"")),
    "no end": png_with()[:-12],
    "a resolution that is none": png_with(chunk(b"pHYs", b"\0")),
    "an animation that is none": png_with(chunk(b"acTL", b"\0")),
    "a thousand comments of 100 kB": png_with(*[chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(100_000)))] * 1000),
}


@pytest.mark.parametrize("data", BROKEN_METADATA.values(), ids=BROKEN_METADATA)
def test_metadata_does_not_refuse_a_picture(data: bytes) -> None:
    image = read_image(data)
    assert image.size == (30, 20)
    assert image.getpixel((10, 10))[0] > 250  # type: ignore[index]
    assert image.info == {}


@pytest.mark.parametrize("data", [value for value in BROKEN_METADATA.values() if value.startswith(b"\x89PNG")])
def test_other_metadata_does_not_hide_the_request(data: bytes) -> None:
    ours = to_png(Image.new("RGB", (30, 20)), REQUEST)
    request = ours[33 : ours.index(b"IDAT") - 4]
    assert (
        request_of(data[:33] + data[33 : data.index(b"IDAT") - 4] + request + data[data.index(b"IDAT") - 4 :])
        == REQUEST
    )


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


def test_a_large_photo_is_decoded_at_reduced_scale() -> None:
    data = encoded(Image.new("RGB", (8200, 6200), RED), "JPEG")
    image = read_image(data)
    assert image.size == (4100, 3100)
    assert image.getpixel((9, 9))[0] > 250  # type: ignore[index]
    assert read_image(data, side=1000).size == (1000, 756)


def test_a_jpeg_has_a_limit_too() -> None:
    data = bytearray(encoded(Image.new("RGB", (64, 64)), "JPEG"))
    frame = data.index(b"\xff\xc0")
    struct.pack_into(">HH", data, frame + 5, 20_000, 20_000)
    with pytest.raises(PictureError, match="at most 200 million pixels"):
        read_image(bytes(data))


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA", "P", "I;16"])
def test_scaling_by_strips_is_like_scaling_the_whole(mode: str, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = Image.linear_gradient("L").resize((333, 777))
    image = (
        Image.frombytes(mode, whole.size, bytes(b for v in whole.tobytes() for b in (0, v)))
        if mode == "I;16"
        else whole.convert(mode)
    )
    monkeypatch.setattr(picture, "STRIP_PIXELS", 333 * 40)
    small = read_image(encoded(image), side=100)
    assert small.size == (43, 100)
    expected = whole.resize((43, 100), Image.Resampling.LANCZOS)
    difference = max(abs(a - b) for a, b in zip(small.convert("L").tobytes(), expected.tobytes(), strict=True))
    assert difference <= 8


PEAK = """
    import io, resource, sys
    from PIL import Image
    from guidance.io.picture import read_image
    data = sys.stdin.buffer.read()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    image = read_image(data, side=2048)
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_a_picture_of_40_megapixels_needs_little_more_memory_than_its_pixels(mode: str) -> None:
    """Four bytes per pixel are 160 MB; every copy of the whole picture would be as much again."""
    data = encoded(Image.new(mode, (8000, 4990), "navy"))
    code = textwrap.dedent(PEAK)
    done = subprocess.run([sys.executable, "-c", code], input=data, capture_output=True, check=True)
    assert int(done.stdout) < 250 * 1024


@pytest.mark.parametrize(
    ("beginning", "name"),
    [
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "HEIC"),
        (b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic", "HEIC"),
        (b"II*\0", "TIFF"),
        (b"8BPS\0\1", "Photoshop"),
        (b"%PDF-1.7", "PDF"),
        (b"\xff\x0a", "JPEG XL"),
        (b"\0\0\0\x18ftypisom\0\0\0\0isom", "video"),
    ],
)
def test_a_format_that_is_not_read_is_named_with_what_to_do(beginning: bytes, name: str) -> None:
    with pytest.raises(PictureError, match=f"in the format {name}, which is not read; save the picture as PNG or JPEG"):
        read_image(beginning + bytes(100))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "BMP", "AVIF"])
def test_a_damaged_file_is_read_or_refused_in_one_sentence(kind: str) -> None:
    whole = encoded(Image.effect_noise((40, 40), 80).convert("RGB"), kind)
    for at in range(0, len(whole), max(1, len(whole) // 60)):
        for data in (whole[:at], whole[:at] + b"\xff\0\xff" + whole[at + 3 :]):
            try:
                assert read_image(data).mode == "RGB"
            except PictureError as error:
                assert "\n" not in str(error)


def test_lack_of_memory_is_not_said_to_be_a_broken_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    def exhausted(data: object) -> None:
        raise MemoryError

    monkeypatch.setitem(formats.OPENERS, "PNG", exhausted)
    with pytest.raises(MemoryError):
        read_image(encoded(Image.new("RGB", (8, 8))))


def itxt(text: str) -> bytes:
    info = PngImagePlugin.PngInfo()
    info.add_itxt(CHUNK, text)
    return encoded(Image.new("RGB", (8, 8)), pnginfo=info)


WRITTEN: dict[str, Callable[[str], bytes]] = {
    "plain": lambda text: png_with(chunk(b"tEXt", CHUNK.encode() + b"\0" + text.encode("ascii"))),
    "compressed": lambda text: png_with(chunk(b"zTXt", CHUNK.encode() + b"\0\0" + zlib.compress(text.encode("ascii")))),
    "international": itxt,
    "after the pixels": lambda text: (
        png_with()[:-12] + itxt(text)[33 : itxt(text).index(b"IDAT") - 4] + png_with()[-12:]
    ),
}


@pytest.mark.parametrize("write", WRITTEN.values(), ids=WRITTEN)
def test_the_request_is_found_in_every_kind_of_text(write: Callable[[str], bytes]) -> None:
    assert request_of(write(json.dumps(json.loads(REQUEST.to_json())))) == REQUEST


def test_a_written_request_is_plain_ascii() -> None:
    data = to_png(Image.new("RGB", (8, 8)), REQUEST)
    assert b"tEXtguidance\0{" in data
    assert data.isascii() is False
    assert b"iTXt" not in data
    assert request_of(data) == REQUEST


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        '{"a":' * 100_000,
        '{"schema":' + "9" * 400 + "}",
        REQUEST.to_json().replace('"seed":9', '"seed":' + "9" * 400),
        REQUEST.to_json().replace('"seed":9', '"seed":' + "9" * 5000),
        REQUEST.to_json().replace('"steps":128', '"steps":1e400'),
        REQUEST.to_json().replace('"steps":128', '"steps":NaN'),
        REQUEST.to_json().replace('"strength":0.6', '"strength":-' + "9" * 400),
        REQUEST.to_json().replace('"images":[]', '"images":[{"sha256":"' + "a" * 64 + '","weight":' + "9" * 400 + "}]"),
        REQUEST.to_json().replace('"images":[]', '"images":5'),
        REQUEST.to_json().replace('"model":"pocket"', '"model":' + '"' + "a" * 5000 + '"'),
        REQUEST.to_json().replace('"init":null', '"init":' + "[" * 500 + "]" * 500),
        '{"schema":"x"}',
        '{"schema":null}',
        '{"schema":1}',
        '{"schema":[]}',
        "\ud800".encode("utf-8", "surrogatepass").decode("latin-1"),
    ],
)
def test_a_request_that_nobody_could_mean_is_refused_in_one_short_sentence(text: str) -> None:
    assert text != REQUEST.to_json()
    with pytest.raises(PictureError) as caught:
        request_of(itxt(text))
    assert len(str(caught.value)) < 300
    assert "\n" not in str(caught.value)


def test_a_request_is_read_without_decoding_400_megapixels() -> None:
    data = to_png(Image.new("RGB", (8, 8)), REQUEST)
    header = struct.pack(">IIBBBBB", 20_000, 20_000, 8, 2, 0, 0, 0)
    data = data[:8] + chunk(b"IHDR", header) + data[33:]
    assert request_of(data) == REQUEST
    with pytest.raises(PictureError, match="at most 40 million pixels"):
        read_image(data)
