"""Pictures: PNGs carry their request; other files are read safely or refused."""

import io
import struct
import zlib

import pytest
from PIL import Image, PngImagePlugin

from guidance.io.picture import PictureError, read_image, request_of, to_png, to_preview
from guidance.io.tensor import to_tensor
from guidance.request.request import Request


def encoded(image: Image.Image, format_name: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, format_name, **options)
    return buffer.getvalue()


def bomb(width: int, height: int) -> bytes:
    """A tiny PNG that claims to be huge."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")


def test_a_png_carries_its_request_in_any_language() -> None:
    request = Request.resolve("ein Löwe 🦁 “quoted”", seed=9)
    data = to_png(Image.new("RGB", (8, 8), "navy"), request)
    assert request_of(data) == request
    assert Image.open(io.BytesIO(data)).getpixel((0, 0)) == (0, 0, 128)


def test_a_png_has_no_metadata_except_its_request() -> None:
    data = to_png(Image.new("RGB", (8, 8)), Request.resolve("a cat", seed=9))
    assert set(Image.open(io.BytesIO(data)).info) == {"guidance"}


@pytest.mark.parametrize("format_name", ["PNG", "JPEG", "WEBP", "GIF", "BMP", "AVIF"])
def test_six_formats_are_read(format_name: str) -> None:
    assert read_image(encoded(Image.new("RGB", (30, 20), "red"), format_name)).size == (30, 20)


def test_only_the_first_frame_and_no_metadata_is_taken() -> None:
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue")]
    image = read_image(encoded(frames[0], "WEBP", save_all=True, append_images=frames[1:], lossless=True))
    assert image.getpixel((0, 0)) == (255, 0, 0)
    assert image.info == {}


def test_transparency_becomes_white_and_rotation_is_applied() -> None:
    clear = Image.new("RGBA", (8, 8), (255, 0, 0, 0))
    assert read_image(encoded(clear, "PNG")).getpixel((0, 0)) == (255, 255, 255)
    turned = Image.new("RGB", (30, 20))
    exif = turned.getexif()
    exif[0x0112] = 6
    assert read_image(encoded(turned, "JPEG", exif=exif)).size == (20, 30)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "the file is empty"),
        (b"GIF89a" + bytes(100), "broken"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "the format SVG, which is not read; save .* as PNG or JPEG"),
        (encoded(Image.new("RGB", (64, 64)), "TIFF"), "the format TIFF"),
        (encoded(Image.effect_noise((64, 64), 50), "PNG")[:200], "broken"),
        (bomb(30_000, 30_000), "million pixels"),
        (bomb(9_000, 9_000), "million pixels"),
    ],
)
def test_other_data_is_refused_before_it_is_decoded(data: bytes, says: str) -> None:
    with pytest.raises(PictureError, match=says):
        read_image(data)


def test_every_truncation_of_a_file_is_read_or_refused() -> None:
    data = encoded(Image.effect_noise((40, 40), 80).convert("RGB"), "PNG")
    for length in range(0, len(data), 97):
        try:
            read_image(data[:length])
        except PictureError as error:
            assert str(error)


@pytest.mark.parametrize("text", [None, "{}", "not json", '{"schema":99}'])
def test_a_png_without_a_valid_request_is_refused_with_a_message(text: str | None) -> None:
    chunks = PngImagePlugin.PngInfo()
    if text is not None:
        chunks.add_itxt("guidance", text)
    with pytest.raises(PictureError):
        request_of(encoded(Image.new("RGB", (8, 8)), "PNG", pnginfo=chunks))


def test_an_image_is_scaled_to_fill_and_cropped_around_its_centre() -> None:
    striped = Image.new("RGB", (300, 100), "blue")
    striped.paste("red", (100, 0, 200, 100))
    pixels = to_tensor(striped, 50, 50)
    assert pixels.shape == (3, 50, 50)
    assert float(pixels[0].mean()) > 0.98


def test_a_preview_is_small_and_keeps_the_shape() -> None:
    preview = Image.open(io.BytesIO(to_preview(Image.new("RGB", (400, 200)), 100)))
    assert (preview.format, preview.size) == ("JPEG", (100, 50))
