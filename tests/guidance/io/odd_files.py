"""Files with chunks and segments of any kind, for the tests of pictures that other programs write."""

import io
import struct
import zlib

from PIL import Image, PngImagePlugin

from guidance.io.picture import CHUNK
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


def itxt(text: str) -> bytes:
    info = PngImagePlugin.PngInfo()
    info.add_itxt(CHUNK, text)
    return encoded(Image.new("RGB", (8, 8)), pnginfo=info)
