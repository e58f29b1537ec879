"""Hostile pictures, made by code: none is in a file."""

import functools
import io
import struct
import zlib
from collections.abc import Callable
from typing import Final

from PIL import Image

from guidance.io.picture import CHUNK
from guidance.request.request import Request

OURS: Final = Request.resolve("lighthouse", seed=1).to_json().encode()
SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"


def chunk(kind: bytes, body: bytes, checksum: int | None = None) -> bytes:
    """A PNG chunk; by default with the right checksum."""
    crc = zlib.crc32(kind + body) if checksum is None else checksum
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", crc)


def png(
    width: int = 8, height: int = 8, *, depth: int = 8, colour: int = 2, data: bytes | None = None, more: bytes = b""
) -> bytes:
    """A PNG whose header says what is given, whatever its data is."""
    rows = zlib.compress((b"\0" + bytes(8 * 3)) * 8) if data is None else data
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    return SIGNATURE + chunk(b"IHDR", header) + more + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def saved(kind: str, image: Image.Image | None = None, **options: object) -> bytes:
    """A picture of 16 × 16 pixels in a format."""
    buffer = io.BytesIO()
    (image or Image.new("RGB", (16, 16), "navy")).save(buffer, kind, **options)
    return buffer.getvalue()


def animated(kind: str, frames: int) -> bytes:
    """A picture with many frames, all different."""
    images = [Image.new("RGB", (16, 16), (index % 256, index // 256, 9)) for index in range(frames)]
    return saved(kind, images[0], save_all=True, append_images=images[1:], duration=10)


def jpeg_of(width: int, height: int, *, progressive: bool = False) -> bytes:
    """A JPEG whose header says that it is larger than its data."""
    data = bytearray(saved("JPEG", progressive=progressive))
    frame = data.index(b"\xff\xc2" if progressive else b"\xff\xc0")
    struct.pack_into(">HH", data, frame + 5, height, width)
    return bytes(data)


def gif_of(width: int, height: int) -> bytes:
    """A GIF whose canvas and first frame are larger than its data."""
    data = bytearray(saved("GIF"))
    struct.pack_into("<HH", data, 6, width, height)
    struct.pack_into("<HH", data, data.index(b"\x2c") + 5, width, height)
    return bytes(data)


def bmp_of(width: int, height: int, bits: int = 24) -> bytes:
    """A BMP whose header says that it is larger than its data."""
    data = bytearray(saved("BMP"))
    struct.pack_into("<iiHH", data, 18, width, height, 1, bits)
    return bytes(data)


def request(text: bytes, kind: bytes = b"tEXt") -> bytes:
    """A PNG with a text where the request of our pictures is."""
    return png(more=chunk(kind, CHUNK.encode() + (b"\0" if kind == b"tEXt" else b"\0\0") + text))


def scans(side: int, count: int) -> bytes:
    """A progressive JPEG whose last scan, of a hundred bytes, is repeated: each takes as long as the whole picture."""
    data = saved("JPEG", Image.new("L", (side, side), 9), progressive=True)
    last = data.rindex(b"\xff\xda")
    return data[:-2] + data[last:-2] * count + data[-2:]


@functools.cache
def zeros(megabytes: int) -> bytes:
    """Compressed zeros, a thousandth of their size."""
    packer = zlib.compressobj()
    return b"".join(packer.compress(bytes(1 << 20)) for _ in range(megabytes)) + packer.flush()


PICTURES: Final[dict[str, Callable[[], bytes]]] = {
    "nothing": lambda: b"",
    "one byte": lambda: b"\x89",
    "only a signature": lambda: SIGNATURE,
    "only a header": lambda: png()[:33],
    "text": lambda: b"a picture",
    "a page": lambda: b"<!DOCTYPE html><script>alert(1)</script>",
    "an SVG that includes a file": lambda: b'<svg><image href="file:///etc/passwd"/></svg>',
    "an archive": lambda: b"PK\3\4" + bytes(100),
    "a program": lambda: b"\x7fELF" + bytes(100),
    "PostScript": lambda: b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(/etc/passwd) (r) file",
    "a picture and an archive": lambda: png() + b"PK\3\4" * 1000,
    "0 × 0 pixels": lambda: png(0, 0),
    "0 × 8 pixels": lambda: png(0, 8),
    "1 × 2 ** 31 pixels": lambda: png(1, 2**31 - 1),
    "2 ** 31 × 2 ** 31 pixels": lambda: png(2**31 - 1, 2**31 - 1),
    "negative pixels": lambda: png(2**32 - 1, 2**32 - 1),
    "400 megapixels": lambda: png(20_000, 20_000),
    "39 megapixels and no data": lambda: png(6200, 6200),
    "39 megapixels of zeros": lambda: png(6200, 6200, colour=0, data=zeros(40)),
    "a line of 39 megapixels": lambda: png(39_000_000, 1, colour=0, data=zeros(40)),
    "more data than pixels": lambda: png(data=zeros(100)),
    "data that is not compressed": lambda: png(data=b"garbage"),
    "data that is cut off": lambda: png()[:-30],
    "no data": lambda: png(data=b""),
    "a depth of 3": lambda: png(depth=3),
    "a colour type of 7": lambda: png(colour=7),
    "a palette that is not there": lambda: png(colour=3),
    "two headers": lambda: png(more=chunk(b"IHDR", struct.pack(">IIBBBBB", 9000, 9000, 8, 2, 0, 0, 0))),
    "a chunk that is longer than the file": lambda: png()[:33] + struct.pack(">I", 2**31 - 1) + b"tEXt",
    "a chunk of negative length": lambda: png()[:33] + struct.pack(">I", 2**32 - 1) + b"IDAT",
    "ten thousand chunks": lambda: png(more=chunk(b"tEXt", b"a\0b") * 10_000),
    "ten thousand bombs of text": lambda: png(more=chunk(b"zTXt", b"a\0\0" + zeros(1)) * 5_000),
    "a profile of 100 MB": lambda: png(more=chunk(b"iCCP", b"a\0\0" + zeros(100))),
    "a request of 100 MB": lambda: request(zeros(100), b"zTXt"),
    "a request that is nested": lambda: request(b"[" * 500_000),
    "a request of nested objects": lambda: request(b'{"a":' * 200_000),
    "a request of one huge number": lambda: request(b'{"schema":' + b"9" * 500_000 + b"}"),
    "a request of infinities": lambda: request(b'{"schema":1e999,"seed":-Infinity,"steps":NaN}'),
    "a request of surrogates": lambda: request(OURS.replace(b"lighthouse", b"\\ud800\\udfff")),
    "a request of null bytes": lambda: request(OURS.replace(b"lighthouse", b"a\\u0000b")),
    "a request of an invisible prompt": lambda: request(OURS.replace(b"lighthouse", b"\\u202egnp")),
    "a request of an endless seed": lambda: request(OURS.replace(b'"seed":1', b'"seed":1e400')),
    "a request of all views": lambda: request(OURS.replace(b'"views":4', b'"views":999999999')),
    "a request of a model that is a path": lambda: request(OURS.replace(b"pocket", b"local-dir:/etc")),
    "a request of null": lambda: request(b"null"),
    "a request that is not text": lambda: request(b"\xff\xfe\0\0"),
    "an animation of 300 frames": lambda: animated("PNG", 300),
    "a GIF of 300 frames": lambda: animated("GIF", 300),
    "a WebP of 100 frames": lambda: animated("WEBP", 100),
    "an animation that says nothing": lambda: png(more=chunk(b"acTL", struct.pack(">II", 2**31 - 1, 0))),
    "a JPEG of 65,000 × 65,000 pixels": lambda: jpeg_of(65_000, 65_000),
    "a JPEG of 190 megapixels and no data": lambda: jpeg_of(19_000, 10_000),
    "a progressive JPEG of 190 megapixels": lambda: jpeg_of(19_000, 10_000, progressive=True),
    "a progressive JPEG of 63 megapixels": lambda: jpeg_of(9_000, 7_000, progressive=True),
    "a JPEG of 0 pixels": lambda: jpeg_of(0, 0),
    "a JPEG of 100,000 scans": lambda: scans(500, 100_000),
    "a JPEG of 40 scans": lambda: scans(64, 34),
    "a JPEG of markers": lambda: b"\xff\xd8" + b"\xff" * 100_000,
    "a JPEG of empty segments": lambda: b"\xff\xd8" + b"\xff\xe1\0\2" * 50_000,
    "a JPEG cut off": lambda: saved("JPEG")[:-40],
    "a GIF of 65,535 × 65,535 pixels": lambda: gif_of(65_535, 65_535),
    "a GIF of 39 megapixels and no data": lambda: gif_of(6200, 6200),
    "a BMP of 2 ** 31 pixels": lambda: bmp_of(2**31 - 1, 1),
    "a BMP of negative pixels": lambda: bmp_of(-5, -(2**31)),
    "a BMP of 39 megapixels and no data": lambda: bmp_of(6200, 6200),
    "a BMP of 99 bits": lambda: bmp_of(16, 16, 99),
    "a WebP cut off": lambda: saved("WEBP")[:-9],
    "a WebP that says 4 GB": lambda: b"RIFF\xff\xff\xff\xffWEBP" + saved("WEBP")[12:],
    "an AVIF cut off": lambda: saved("AVIF")[:-9],
    "an AVIF of nothing": lambda: b"\0\0\0\x1cftypavif" + bytes(40),
    "an AVIF of an endless box": lambda: b"\0\0\0\x18ftypavif\0\0\0\0avifmif1" + b"\0\0\0\1meta" + b"\xff" * 40,
    "a TIFF": lambda: b"II*\0" + bytes(100),
    "an icon": lambda: b"\0\0\1\0" + bytes(100),
}
"""Each is under 10 MiB, the most that the bot downloads."""
