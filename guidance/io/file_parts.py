"""Separates the pixels of a picture's file from its metadata, before a decoder sees them.

Metadata is optional and often broken; decoders refuse whole pictures for it. Here a broken part is skipped.
"""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from guidance.io.colour_tags import profile_of_png

PNG_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
MOST_PROFILE_BYTES: Final = 4 << 20
MOST_TEXT_BYTES: Final = 1 << 20
_PNG_PIXELS: Final = frozenset({b"IHDR", b"PLTE", b"IDAT", b"IEND"})
_PNG_METADATA: Final = frozenset({b"eXIf", b"iCCP", b"cICP", b"sRGB", b"gAMA", b"cHRM"})
_EXIF: Final = b"Exif\0\0"
_ORIENTATION: Final = 0x0112
_SHORT, _LONG = 3, 4
_ICC: Final = b"ICC_PROFILE\0"
_START_OF_SCAN: Final = 0xDA
_APP1, _APP2, _COMMENT = 0xE1, 0xE2, 0xFE
_JPEG_METADATA: Final = frozenset({*range(0xE0, 0xF0), _COMMENT})
_COLOURS: Final = {0xE0: (b"JFIF\0", 14), 0xEE: (b"Adobe", 12)}
"""Segments that are kept, with their beginning and least length: they say how the colours are stored."""


@dataclass(frozen=True, slots=True)
class FileParts:
    """A picture's file, taken apart.

    Attributes:
        pixels: The file without metadata.
        exif: EXIF data; b"" if there is none.
        profile: The ICC profile; b"" if there is none.
    """

    pixels: bytes
    exif: bytes = b""
    profile: bytes = b""


def parts_of(data: bytes) -> FileParts:
    """Takes a PNG or a JPEG apart. Other files, and files that have another structure, are returned as they are."""
    if data.startswith(PNG_SIGNATURE):
        return _png_parts(data)
    return _jpeg_parts(data) if data.startswith(b"\xff\xd8") else FileParts(data)


def scans_of(jpeg: bytes) -> int:
    """How often the pixels of a JPEG are gone through. In its data, a marker stands only where one is meant."""
    end = jpeg.find(b"\xff\xd9")
    return jpeg.count(bytes([0xFF, _START_OF_SCAN]), 0, end if end >= 0 else len(jpeg))


def texts_of(data: bytes, keyword: str) -> Iterator[str]:
    """The texts with this keyword in a PNG: plain (tEXt), compressed (zTXt) and international (iTXt).

    The pixels are not decoded. A text of more than MOST_TEXT_BYTES bytes, or a broken one, is skipped.
    """
    for kind, body, _ in _png_chunks(data):
        name, _, rest = body.partition(b"\0")
        if kind not in {b"tEXt", b"zTXt", b"iTXt"} or name != keyword.encode():
            continue
        if kind == b"zTXt":
            text = _inflated(rest[1:], MOST_TEXT_BYTES)
        elif kind == b"iTXt":
            *_, text = rest[2:].split(b"\0", 2)
            text = _inflated(text, MOST_TEXT_BYTES) if rest[:1] == b"\1" else text
        else:
            text = rest
        if text and len(text) <= MOST_TEXT_BYTES:
            yield _decoded(text)


def orientation_of(exif: bytes) -> int:
    """The orientation in EXIF data, 1 to 8; 1, upright, if it has none that can be read.

    Only this tag is looked at, as others are often broken.
    """
    data = exif
    while data.startswith(_EXIF):  # some programs write it twice
        data = data.removeprefix(_EXIF)
    order = {b"II": "<", b"MM": ">"}.get(data[:2], ">")
    try:
        (table,) = struct.unpack_from(f"{order}4xI", data)
        (count,) = struct.unpack_from(f"{order}H", data, table)
        for entry in range(table + 2, table + 2 + 12 * count, 12):
            tag, kind = struct.unpack_from(f"{order}HH", data, entry)
            if tag == _ORIENTATION:
                (value,) = struct.unpack_from(f"{order}{'I' if kind == _LONG else 'H'}", data, entry + 8)
                return value if kind in {_SHORT, _LONG} and 1 <= value <= 8 else 1
    except struct.error:
        pass
    return 1


def _decoded(text: bytes) -> str:
    """Plain texts should be Latin-1, but some programs write UTF-8."""
    try:
        return text.decode("utf-8")
    except UnicodeDecodeError:
        return text.decode("latin-1")


def _png_chunks(data: bytes) -> Iterator[tuple[bytes, bytes, bytes]]:
    """(kind, body, whole chunk) of every chunk up to IEND; the last may be cut off. Checksums are not looked at."""
    at = len(PNG_SIGNATURE)
    while at + 8 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        whole = data[at : at + 12 + length]
        yield kind, whole[8 : 8 + length], whole
        at += 12 + length
        if kind == b"IEND":
            return


def _png_parts(data: bytes) -> FileParts:
    found: dict[bytes, bytes] = {}
    kept = [PNG_SIGNATURE]
    for kind, body, whole in _png_chunks(data):
        if kind in _PNG_METADATA:
            found.setdefault(kind, body)
        elif kind == b"tRNS":
            kept.append(_transparency(data, body, whole))
        elif kind in _PNG_PIXELS:
            kept.append(whole)
    _, _, rest = found.pop(b"iCCP", b"").partition(b"\0")
    profile = profile_of_png({b"cICP": found.pop(b"cICP", b"")}) or _inflated(rest[1:], MOST_PROFILE_BYTES)
    return FileParts(b"".join(kept), found.get(b"eXIf", b""), profile or profile_of_png(found))


def _transparency(data: bytes, body: bytes, whole: bytes) -> bytes:
    """The chunk that names the transparent colour, for pixels of eight bits, as Pillow decodes them."""
    depth, colour = data[24:25], data[25:26]
    if depth == b"\x08" or (colour, len(body)) not in {(b"\0", 2), (b"\2", 6)}:
        return whole
    values = struct.unpack(f">{len(body) // 2}H", body)
    levels = [value >> 8 if depth[0] == 16 else value * 255 // ((1 << depth[0]) - 1) & 0xFF for value in values]
    named = b"tRNS" + struct.pack(f">{len(levels)}H", *levels)
    return struct.pack(">I", len(named) - 4) + named + struct.pack(">I", zlib.crc32(named))


def _inflated(data: bytes, most: int) -> bytes:
    """The decompressed bytes; b"" if they are broken or more than `most`."""
    decompressor = zlib.decompressobj()
    try:
        inflated = decompressor.decompress(data, most)
    except zlib.error:
        return b""
    return b"" if decompressor.unconsumed_tail else inflated


def _jpeg_parts(data: bytes) -> FileParts:
    exif = b""
    profiles: list[bytes] = []
    kept = [data[:2]]
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker == 0xFF:  # a marker may be preceded by any number of these
            at += 1
            continue
        length = int.from_bytes(data[at + 2 : at + 4], "big")
        if marker == _START_OF_SCAN or length < 2:
            break
        segment = data[at : at + 2 + length]
        body = segment[4:]
        at += 2 + length
        if marker == _APP1 and body.startswith(_EXIF):
            exif = exif or body
        elif marker == _APP2 and body.startswith(_ICC):
            profiles.append(body[len(_ICC) :])
        elif marker not in _JPEG_METADATA or _says_colours(marker, body):
            kept.append(segment)
    kept.append(data[at:])
    # Each part begins with its number and the number of parts.
    return FileParts(b"".join(kept), exif, b"".join(part[2:] for part in sorted(profiles)))


def _says_colours(marker: int, body: bytes) -> bool:
    beginning, least = _COLOURS.get(marker, (b"", 0))
    return bool(beginning) and body.startswith(beginning) and len(body) >= least
