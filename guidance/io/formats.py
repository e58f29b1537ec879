"""Recognises the format of a picture by its first bytes, whatever its name or declared type is."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from PIL import AvifImagePlugin, BmpImagePlugin, GifImagePlugin, ImageFile, JpegImagePlugin, PngImagePlugin
from PIL import WebPImagePlugin as WebpImagePlugin

from guidance.io.file_parts import PNG_SIGNATURE

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
    b"\x1aE\xdf\xa3": "video",
}
_BRANDS: Final = {
    b"avif": "AVIF",
    b"avis": "AVIF",
    **dict.fromkeys((b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1"), "HEIC"),
}


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
    return "SVG" if b"<svg" in data[:1000] else None
