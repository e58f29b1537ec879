"""Metadata as phones, scanners and other programs write it: broken, large, or with a request in any kind of text."""

import json
import struct
import zlib
from collections.abc import Callable

import pytest
from PIL import Image

from guidance.io.picture import CHUNK, PictureError, read_image, request_of, to_png
from tests.guidance.io.odd_files import REQUEST, chunk, exif, itxt, jpeg_with, png_with

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
