"""Pictures that are large, damaged or of other formats."""

import base64
import gzip
import struct
import subprocess
import sys
import textwrap

import pytest
from PIL import Image

from guidance.io import formats, picture
from guidance.io.picture import PictureError, read_image, request_of
from tests.guidance.io.odd_files import RED, encoded


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


PNG, JPEG = encoded(Image.new("RGB", (32, 24), RED)), encoded(Image.new("RGB", (32, 24), RED), "JPEG")


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", "the file is empty"),
        (b"a castle", "this is a text, not a picture"),
        (b'{"message": "404: Not Found"}', "this is a text, not a picture"),
        ("eine Straße".encode() * 1000, "this is a text, not a picture"),
        (b"\xef\xbb\xbf\n<!DOCTYPE html><title>404</title>", "this is a web page, not a picture; save the picture"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n", "with: git lfs pull"),
        (base64.b64encode(PNG), "written as text \\(base64\\)"),
        (b"data:image/jpeg;base64," + base64.b64encode(JPEG), "written as text \\(base64\\)"),
        (PNG.replace(b"\r\n", b"\n"), "changed on its way"),
        (PNG.decode("latin-1").encode(), "changed on its way"),
        (gzip.compress(PNG), "in the format gzip, which is not read"),
        (b"PK\3\4" + bytes(30), "in the format ZIP"),
        (b"RIFF\0\0\0\0AVI LIST", "in the format video"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "in the format HEIC"),
        (b"\x01\x02\x03", "this is not a PNG, JPEG, WebP, GIF, BMP or AVIF image"),
    ],
)
def test_a_file_that_only_its_name_calls_a_picture_is_named(data: bytes, problem: str) -> None:
    for read in (read_image, request_of):
        with pytest.raises(PictureError, match=problem if read is read_image else r"\w"):
            read(data)


def test_another_format_carries_no_request_whatever_the_name() -> None:
    with pytest.raises(PictureError, match="this is a JPEG file; only a PNG made by guidance carries a request"):
        request_of(JPEG)
