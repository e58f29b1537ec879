"""Pictures in request bodies: data URIs.

https://discord.com/developers/docs/reference#image-data
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.sandbox.validate.form import Form, Path

_IMAGE = re.compile(r"data:(image/(?:png|jpeg|gif|webp));base64,(.+)", re.DOTALL)


def check_image(form: Form, path: Path, value: object, most: int) -> tuple[str, bytes]:
    """Return the content type and the bytes of a data URI of at most `most` bytes; of none, empty ones."""
    match = _IMAGE.fullmatch(value) if isinstance(value, str) else None
    data = b""
    if match is not None:
        try:
            data = base64.b64decode(match[2], validate=True)
        except binascii.Error:
            match = None
    if match is None:
        form.error(path, "IMAGE_INVALID", "Invalid image data")
        return "", b""
    if len(data) > most:
        form.error(path, "BINARY_TYPE_MAX_SIZE", f"File cannot be larger than {most / 1024} kb.")
    return match[1], data
