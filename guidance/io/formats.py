"""Recognises the format of a picture by its first bytes, whatever its name or declared type is."""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from PIL import AvifImagePlugin, BmpImagePlugin, GifImagePlugin, ImageFile, JpegImagePlugin, PngImagePlugin
from PIL import WebPImagePlugin as WebpImagePlugin

from guidance.io.file_parts import PNG_SIGNATURE
from guidance.request.messages import Message

Opener = Callable[[Any], ImageFile.ImageFile]

# The classes themselves, as Image.open tries others too and refuses sizes before a JPEG can be read at reduced scale.
OPENERS: Final[Mapping[str, Opener]] = {
    "PNG": PngImagePlugin.PngImageFile,
    "JPEG": JpegImagePlugin.JpegImageFile,
    "WebP": WebpImagePlugin.WebPImageFile,
    "GIF": GifImagePlugin.GifImageFile,
    "BMP": BmpImagePlugin.BmpImageFile,
    "AVIF": AvifImagePlugin.AvifImageFile,
}
"""The formats that are read."""

_BEGINNINGS: Final = {
    PNG_SIGNATURE: "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"GIF87a": "GIF",
    b"GIF89a": "GIF",
    b"BM": "BMP",
    b"II*\0": "TIFF",
    b"MM\0*": "TIFF",
    b"8BPS": "Photoshop",
    b"%PDF": "PDF",
    b"\xff\x0a": "JPEG XL",
    b"\0\0\0\x0cJXL ": "JPEG XL",
    b"\0\0\0\x0cjP  ": "JPEG 2000",
    b"\0\0\1\0": "icon",
    b"<svg": "SVG",
    b"II+\0": "TIFF",
    b"MM\0+": "TIFF",
    b"\xff\x4f\xff\x51": "JPEG 2000",
    b"\x1aE\xdf\xa3": "video",
    b"OggS": "Ogg",
    b"ID3": "MP3",
    b"PK\3\4": "ZIP",
    b"\x1f\x8b": "gzip",
    b"gimp xcf": "GIMP",
    b"icns": "icon",
    b"DDS ": "DDS",
    b"v/1\1": "OpenEXR",
    b"#?RADIANCE": "Radiance HDR",
    b"%!PS": "PostScript",
}
_BRANDS: Final = {
    b"avif": "AVIF",
    b"avis": "AVIF",
    **dict.fromkeys((b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1"), "HEIC"),
}

_OTHERS: Final = {
    rb"\x89PNG[\r\n]|\xc2\x89PNG|\xef\xbf\xbdPNG|\?PNG\r\n\x1a\n": "picture-as-text",
    rb"version https://git-lfs": "picture-pointer",
    rb"data:image/|(?:iVBORw0KGgo|/9j/|R0lGOD|UklGR)[\w+/]{20}": "picture-base64",
    rb"<!doctype html|<html|<head|<body": "picture-web-page",
}
"""How files begin that are no pictures, and the messages for them."""


def format_of(data: bytes) -> str | None:
    """The name of the format, which may be one that is not read; None if it is unknown."""
    for beginning, name in _BEGINNINGS.items():
        if data.startswith(beginning):
            return name
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WebP"
    if data[4:8] == b"ftyp":
        end = min(int.from_bytes(data[:4], "big"), 64)
        brands = [data[8:12], *(data[at : at + 4] for at in range(16, end, 4))]
        # mif1 and msf1 only say that it is one of a family.
        known = [_BRANDS[brand] for brand in brands if brand in _BRANDS]
        return "AVIF" if "AVIF" in known else known[0] if known else "video"
    if data[:4] == b"RIFF":
        return {b"AVI ": "video", b"WAVE": "sound"}.get(data[8:12])
    if data[4:8] in (b"mdat", b"moov", b"wide", b"free", b"skip"):
        return "video"
    return "SVG" if b"<svg" in data[:1000] else None


def what_it_is(data: bytes) -> Message | None:
    """What a file of no known format is instead of a picture, and what to do; None if that is unknown."""
    if not data:
        return Message("picture-empty")
    start = data[:4096].removeprefix(b"\xef\xbb\xbf").lstrip()
    for pattern, name in _OTHERS.items():
        if re.match(pattern, start, re.IGNORECASE):
            return Message(name)
    try:
        text = start.decode("utf-8", errors="strict" if len(data) < 4096 else "ignore")
    except UnicodeDecodeError:
        return None
    return None if re.search(r"[\0-\x08\x0e-\x1f\x7f]", text) else Message("picture-text")
