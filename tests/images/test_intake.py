"""Uploads are checked before they are read, and only their pixels are stored."""

import io
import struct
import zlib

import pytest
from PIL import Image

from bot.images.intake import MAX_BYTES, MAX_SIDE, IntakeError, UploadTooLargeError, request_in, store_upload
from bot.store.pictures import Pictures
from guidance.io.picture import to_png
from tests.harness.worker import SMALL


class File:
    """An attachment with a declared size, which may be wrong."""

    def __init__(self, data: bytes, size: int | None = None) -> None:
        self.data = data
        self.size = len(data) if size is None else size
        self.reads = 0

    async def fetch(self, most: int) -> bytes:
        self.reads += 1
        if len(self.data) > most:
            raise UploadTooLargeError
        return self.data


def encoded(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


@pytest.fixture
def pictures(tmp_path: object) -> Pictures:
    return Pictures(tmp_path)  # type: ignore[arg-type]


async def stored(file: File, pictures: Pictures) -> Image.Image:
    data = await pictures.get(await store_upload(file.size, file.fetch, pictures))
    image = Image.open(io.BytesIO(data))
    assert image.format == "PNG"
    return image


async def refused(file: File, pictures: Pictures) -> str:
    with pytest.raises(IntakeError) as caught:
        await store_upload(file.size, file.fetch, pictures)
    return str(caught.value)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "BMP", "AVIF"])
async def test_a_picture_is_stored_as_a_new_png(pictures: Pictures, kind: str) -> None:
    image = await stored(File(encoded(Image.new("RGB", (40, 30), "red"), kind)), pictures)
    assert (image.size, image.mode) == ((40, 30), "RGB")
    red, green, blue = image.getpixel((20, 15))  # type: ignore[misc]
    assert red > 240
    assert max(green, blue) < 15


async def test_a_file_with_a_too_large_declared_size_is_not_read(pictures: Pictures) -> None:
    file = File(b"", MAX_BYTES + 1)
    with pytest.raises(UploadTooLargeError):
        await store_upload(file.size, file.fetch, pictures)
    assert file.reads == 0


async def test_a_file_larger_than_its_declared_size_is_refused(pictures: Pictures) -> None:
    file = File(b"x" * (MAX_BYTES + 1), 100)
    with pytest.raises(UploadTooLargeError):
        await store_upload(file.size, file.fetch, pictures)


async def test_a_decompression_bomb_is_not_decoded(pictures: Pictures) -> None:
    """A small PNG that declares 60 000 × 60 000 pixels."""
    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(b"\0" * 100_000)), (b"IEND", b"")]
    data = b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body)) for name, body in chunks
    )
    assert "too large" in await refused(File(data), pictures)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"hello",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"\x89PNG\r\n\x1a\n",
        encoded(Image.new("RGB", (40, 30)))[:60],
        encoded(Image.new("RGB", (40, 30)), "TIFF"),
    ],
    ids=["empty", "text", "svg", "only a signature", "cut off", "tiff"],
)
async def test_other_files_are_refused_with_a_message(pictures: Pictures, data: bytes) -> None:
    assert await refused(File(data), pictures) in {
        "the file is empty",
        "this is a text, not a picture",
        "this is a file in the format SVG, which is not read; save the picture as PNG or JPEG",
        "this is a file in the format TIFF, which is not read; save the picture as PNG or JPEG",
        "the image is broken and cannot be read",
    }


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
async def test_the_first_frame_of_an_animation_is_stored(pictures: Pictures, kind: str) -> None:
    frames = [Image.new("RGB", (16, 16), colour) for colour in ("red", "lime", "blue")]
    data = encoded(frames[0], kind, save_all=True, append_images=frames[1:], duration=50)
    image = await stored(File(data), pictures)
    assert getattr(image, "n_frames", 1) == 1
    assert image.getpixel((8, 8))[0] > 200  # type: ignore[index]


async def test_metadata_is_dropped_and_the_exif_orientation_applied(pictures: Pictures) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # rotated by 90°
    exif[0x010E] = "52.5200 N 13.4050 E"
    data = encoded(Image.new("RGB", (40, 30), "red"), "JPEG", exif=exif, comment=b"secret words") + b"trailing secret"
    file = File(data)
    clean = await pictures.get(await store_upload(file.size, file.fetch, pictures))
    image = Image.open(io.BytesIO(clean))
    assert image.size == (30, 40)
    assert image.info == {}
    assert not image.getexif()
    for words in (b"52.52", b"secret", b"Exif"):
        assert words not in clean


async def test_a_large_picture_is_scaled_down_and_transparency_becomes_white(pictures: Pictures) -> None:
    image = await stored(File(encoded(Image.new("RGBA", (3000, 30), (0, 0, 0, 0)))), pictures)
    assert image.width == MAX_SIDE
    assert image.getpixel((5, 5)) == (255, 255, 255)


async def test_the_same_pixels_in_different_files_are_stored_once(pictures: Pictures) -> None:
    image = Image.new("RGB", (40, 30), "red")
    files = [File(encoded(image)), File(encoded(image, compress_level=0)), File(encoded(image, "WEBP", lossless=True))]
    assert len({await store_upload(file.size, file.fetch, pictures) for file in files}) == 1


async def test_the_request_is_read_only_from_a_png_that_embeds_one() -> None:
    ours = File(to_png(Image.new("RGB", (64, 64)), SMALL))
    assert await request_in(ours.size, ours.fetch) == SMALL
    for data, words in (
        (encoded(Image.new("RGB", (64, 64))), "carries no request"),
        (encoded(Image.new("RGB", (64, 64)), "JPEG"), "this is a JPEG file; only a PNG"),
        (b"\1", "not a PNG"),
    ):
        file = File(data)
        with pytest.raises(IntakeError, match=words):
            await request_in(file.size, file.fetch)
