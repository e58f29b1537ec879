"""The engine's wire: frames of a JSON object and bytes, each with its length before it.

Not pickle: a child that went mad must not be able to make the parent run anything.
"""

import json
import struct
from typing import Any, BinaryIO, Final

HEADER: Final = struct.Struct(">II")
LIMIT: Final = 256 * 2**20

Fields = dict[str, Any]


def encode(fields: Fields, blob: bytes = b"") -> bytes:
    """One frame."""
    text = json.dumps(fields).encode()
    return HEADER.pack(len(text), len(blob)) + text + blob


def lengths(header: bytes) -> tuple[int, int]:
    """Of the JSON and of the bytes, in that order.

    Raises:
        ValueError: Longer than any frame of ours: the stream is out of step.
    """
    text, blob = HEADER.unpack(header)
    if text + blob > LIMIT:
        raise ValueError("a frame is too long")
    return text, blob


def read(stream: BinaryIO) -> tuple[Fields, bytes] | None:
    """The next frame of a blocking stream; None at its end."""
    header = stream.read(HEADER.size)
    if len(header) < HEADER.size:
        return None
    text, blob = lengths(header)
    body = stream.read(text + blob)
    if len(body) < text + blob:
        return None
    return json.loads(body[:text]), body[text:]
