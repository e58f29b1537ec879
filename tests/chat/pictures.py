"""Files that people attach."""

import io
import struct
import zlib

from PIL import Image


def png(colour: str = "orange", side: int = 64) -> bytes:
    """A plain picture, not made here."""
    data = io.BytesIO()
    Image.new("RGB", (side, side), colour).save(data, "PNG")
    return data.getvalue()


def jpeg() -> bytes:
    """A plain photo."""
    data = io.BytesIO()
    Image.new("RGB", (64, 64), "orange").save(data, "JPEG")
    return data.getvalue()


def bomb() -> bytes:
    """A small PNG that says it has 10,000 million pixels."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", 100_000, 100_000, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")
