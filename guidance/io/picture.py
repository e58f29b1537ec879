"""Reading and writing pictures, without torch.

A PNG carries its request in a text chunk. It carries no time, path or host, so equal pictures have equal bytes.
"""

import io
import json
from collections.abc import Sequence
from typing import Final

from PIL import Image, ImageFile, PngImagePlugin

from guidance.io.colour import Convert, to_srgb
from guidance.io.colour_tags import profile_of_avif
from guidance.io.file_parts import orientation_of, parts_of, scans_of, texts_of
from guidance.io.formats import OPENERS, format_of, what_it_is
from guidance.request.messages import Message, MessageError, message_of
from guidance.request.request import Request, RequestError

CHUNK: Final = "guidance"
"""Keyword of the PNG text chunk that holds the request as JSON."""
MAX_PIXELS: Final = 40_000_000
MAX_JPEG_PIXELS: Final = 200_000_000
"""JPEGs above MAX_PIXELS are decoded at reduced scale."""
MAX_PROGRESSIVE_PIXELS: Final = 64_000_000
MOST_SCANS: Final = 50
"""Encoders write up to about 20 in a progressive JPEG. Each takes as long as a whole picture, however few its bytes."""
STRIP_PIXELS: Final = 1_000_000
_KNOWN: Final = " or ".join((", ".join(list(OPENERS)[:-1]), list(OPENERS)[-1]))
_TURNED: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


class PictureError(MessageError, ValueError):
    """A picture cannot be read or written; the message is one sentence."""


def filled(image: Image.Image, width: int, height: int) -> Image.Image:
    """The image as RGB, scaled to fill the size and cropped around its centre."""
    ratio = max(width / image.width, height / image.height)
    box_width, box_height = width / ratio, height / ratio
    left, top = (image.width - box_width) / 2, (image.height - box_height) / 2
    box = (left, top, left + box_width, top + box_height)
    return image.convert("RGB").resize((width, height), Image.Resampling.LANCZOS, box=box)


def read_image(data: bytes, max_pixels: int = MAX_PIXELS, side: int | None = None) -> Image.Image:
    """The first frame as 8-bit sRGB, on white, rotated as its EXIF data says, without metadata.

    The format is recognised by the bytes; see `guidance.io.formats`. Broken metadata is ignored.

    Args:
        data: The file.
        max_pixels: Most pixels that are decoded. A larger JPEG is decoded at reduced scale, up to MAX_JPEG_PIXELS.
        side: Most pixels of the long side; a larger picture is scaled down, with less memory than `thumbnail` needs.

    Raises:
        PictureError: The bytes are another format, damaged, or an image with too many pixels. The size is checked
            before the image is decoded.
    """
    name = format_of(data)
    if name is None:
        raise PictureError(what_it_is(data) or Message("picture-unknown", formats=_KNOWN))
    if name not in OPENERS:
        raise PictureError(Message("picture-format", format=name))
    parts = parts_of(data)
    if name == "JPEG" and scans_of(parts.pixels) > MOST_SCANS:
        raise PictureError(Message("picture-scans", most=MOST_SCANS))
    try:
        with OPENERS[name](io.BytesIO(parts.pixels)) as image:
            _check_size(image, name, max_pixels, side)
            exif, profile = (parts.exif, parts.profile) if parts.pixels is not data else _metadata(image, data)
            upright = _converted(image, to_srgb(profile, image.mode), side)
    except (PictureError, MemoryError):
        raise
    except Exception as error:
        # Decoders raise errors of many kinds for damaged files.
        raise PictureError(Message("picture-broken")) from error
    turned = _TURNED.get(orientation_of(exif))
    if turned is not None:
        upright = upright.transpose(turned)
    if side is not None:
        upright.thumbnail((side, side), Image.Resampling.LANCZOS)
    return upright


def _check_size(image: ImageFile.ImageFile, name: str, max_pixels: int, side: int | None) -> None:
    """Refuses an image with too many pixels; tells the decoder of a large JPEG to decode it at reduced scale."""
    width, height = image.size
    most = max_pixels
    if name == "JPEG":
        # A progressive JPEG is kept in memory as a whole, whatever the scale is.
        most = max(max_pixels, MAX_PROGRESSIVE_PIXELS if image.info.get("progressive") else MAX_JPEG_PIXELS)
    if width * height > most:
        raise PictureError(Message("picture-too-large", most=most / 1e6))
    if name != "JPEG":
        return
    scale = 1
    while width * height > max_pixels * scale**2 or (side is not None and max(width, height) >= 2 * scale * side):
        scale *= 2
    if scale > 1:
        image.draft(None, (width // scale, height // scale))


def _metadata(image: ImageFile.ImageFile, data: bytes) -> tuple[bytes, bytes]:
    """EXIF data and profile of the formats that `parts_of` does not take apart."""
    exif, profile = image.info.get("exif"), image.info.get("icc_profile")
    if not profile and format_of(data) == "AVIF":
        profile = profile_of_avif(data)
    return exif if isinstance(exif, bytes) else b"", profile if isinstance(profile, bytes) else b""


def _converted(image: ImageFile.ImageFile, convert: Convert, side: int | None) -> Image.Image:
    """The pixels by strips, so that only a strip is in memory in every mode; each is scaled down by a whole number."""
    image.load()
    factor = 1 if side is None else max(1, max(image.size) // side)
    width, height = image.size
    whole = Image.new("RGB", (-(-width // factor), -(-height // factor)))
    rows = factor * max(1, STRIP_PIXELS // (width * factor))
    for top in range(0, height, rows):
        strip = convert(image.crop((0, top, width, min(top + rows, height))))
        whole.paste(strip.reduce(factor) if factor > 1 else strip, (0, top // factor))
    return whole


def to_png(image: Image.Image, request: Request) -> bytes:
    """A PNG file that carries the request."""
    chunks = PngImagePlugin.PngInfo()
    # Plain text in ASCII: other programs keep it when they save the picture again, but lose international text.
    chunks.add_text(CHUNK, json.dumps(json.loads(request.to_json()), sort_keys=True, separators=(",", ":")))
    return png_of(image, chunks)


def png_of(image: Image.Image, chunks: PngImagePlugin.PngInfo | None = None) -> bytes:
    """A PNG file with the given text chunks."""
    buffer = io.BytesIO()
    image.save(buffer, "PNG", pnginfo=chunks, optimize=False, compress_level=6)
    return buffer.getvalue()


def request_of(data: bytes) -> Request:
    """The request that a PNG carries. The pixels are not decoded.

    Raises:
        PictureError: The bytes are not a PNG, or carry no valid request.
    """
    if (name := format_of(data)) != "PNG":
        other = Message("picture-not-png") if name is None else Message("picture-other", format=name)
        raise PictureError((what_it_is(data) if name is None else None) or other)
    text = next(texts_of(data, CHUNK), None)
    if text is None:
        raise PictureError(Message("picture-without-request"))
    try:
        return Request.from_json(text)
    except RequestError as error:
        raise PictureError(Message("picture-request-wrong", reason=message_of(error))) from error


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
