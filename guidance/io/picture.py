"""Reading and writing pictures, without torch.

A PNG carries its request in a text chunk. It carries no time, path or host, so equal pictures have equal bytes.
"""

import io
from collections.abc import Sequence
from typing import Final

from PIL import Image, ImageOps, PngImagePlugin, UnidentifiedImageError

from guidance.request.request import Request, RequestError

CHUNK: Final = "guidance"
"""Keyword of the PNG text chunk that holds the request as JSON."""
FORMATS: Final = ("PNG", "JPEG", "WEBP")
MAX_PIXELS: Final = 40_000_000


class PictureError(ValueError):
    """A picture cannot be read or written; the message is one sentence."""


def filled(image: Image.Image, width: int, height: int) -> Image.Image:
    """The image as RGB, scaled to fill the size and cropped around its centre."""
    ratio = max(width / image.width, height / image.height)
    box_width, box_height = width / ratio, height / ratio
    left, top = (image.width - box_width) / 2, (image.height - box_height) / 2
    box = (left, top, left + box_width, top + box_height)
    return image.convert("RGB").resize((width, height), Image.Resampling.LANCZOS, box=box)


def read_image(data: bytes, max_pixels: int = MAX_PIXELS) -> Image.Image:
    """The first frame of a PNG, JPEG or WebP as RGB, on white, rotated as its EXIF data says, without metadata.

    Raises:
        PictureError: The bytes are another format, damaged, or an image of more than `max_pixels`. The size is
            checked before the image is decoded.
    """
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as image:
            return _decoded(image, max_pixels)
    except UnidentifiedImageError as error:
        raise PictureError("this is not a PNG, JPEG or WebP image") from error
    except Image.DecompressionBombError as error:
        raise PictureError(f"the image is too large; at most {max_pixels / 1e6:g} million pixels are read") from error
    except (OSError, SyntaxError, ValueError) as error:
        raise PictureError("the image is broken and cannot be read") from error


def _decoded(image: Image.Image, max_pixels: int) -> Image.Image:
    if image.width * image.height > max_pixels:
        raise Image.DecompressionBombError
    upright = ImageOps.exif_transpose(image)
    return Image.alpha_composite(Image.new("RGBA", upright.size, "white"), upright.convert("RGBA")).convert("RGB")


def to_png(image: Image.Image, request: Request) -> bytes:
    """A PNG file that carries the request."""
    chunks = PngImagePlugin.PngInfo()
    chunks.add_itxt(CHUNK, request.to_json())
    return png_of(image, chunks)


def png_of(image: Image.Image, chunks: PngImagePlugin.PngInfo | None = None) -> bytes:
    """A PNG file with the given text chunks."""
    buffer = io.BytesIO()
    image.save(buffer, "PNG", pnginfo=chunks, optimize=False, compress_level=6)
    return buffer.getvalue()


def request_of(data: bytes) -> Request:
    """The request that a PNG carries.

    Raises:
        PictureError: The bytes are not a PNG, or carry no valid request.
    """
    try:
        with Image.open(io.BytesIO(data), formats=("PNG",)) as image:
            image.load()
            text = image.info.get(CHUNK)
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise PictureError("this is not a PNG image") from error
    if not isinstance(text, str):
        raise PictureError("this PNG carries no request; it was not made by guidance, or was re-saved since")
    try:
        return Request.from_json(text)
    except RequestError as error:
        raise PictureError(f"the PNG's request cannot be used: {error}") from error


def to_preview(image: Image.Image, side: int) -> bytes:
    """A JPEG whose long side is at most `side` pixels."""
    small = image.copy()
    small.thumbnail((side, side), Image.Resampling.LANCZOS)
    buffer = io.BytesIO()
    small.save(buffer, "JPEG", quality=85)
    return buffer.getvalue()


def contact_sheet(images: Sequence[Image.Image], columns: int, cell: int = 256, gap: int = 4) -> Image.Image:
    """The images in rows of `columns`, each scaled to fill a square of `cell` pixels, `gap` pixels apart."""
    rows = -(-len(images) // columns)
    sheet = Image.new("RGB", (columns * (cell + gap) - gap, rows * (cell + gap) - gap), "white")
    for index, image in enumerate(images):
        row, column = divmod(index, columns)
        sheet.paste(filled(image, cell, cell), (column * (cell + gap), row * (cell + gap)))
    return sheet
