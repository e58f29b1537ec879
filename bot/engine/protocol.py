"""The engine's protocol: messages of a JSON object and named pieces of bytes, with lengths before them.

Not pickle: a child that went mad must not be able to make the parent run anything.
"""

import json
import struct
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, BinaryIO, Final

HEADER: Final = struct.Struct(">II")
LIMIT: Final = 512 * 2**20
"""Two checkpoints of the largest picture, 200 MiB each, and images beside them."""

Fields = dict[str, Any]
Blobs = Mapping[str, bytes]
NONE: Final[Blobs] = {}


class RunCommand(StrEnum):
    """What the bot can tell a run under way to do."""

    CANCEL = "cancel"
    FINISH = "finish"
    SUSPEND = "suspend"


def encode(fields: Fields, blobs: Blobs = NONE) -> bytes:
    """One message.

    Raises:
        ValueError: It would be longer than LIMIT.
    """
    text = json.dumps([fields, {name: len(blob) for name, blob in blobs.items()}]).encode()
    size = sum(map(len, blobs.values()))
    _check(len(text) + size)
    return b"".join([HEADER.pack(len(text), size), text, *blobs.values()])


def lengths(header: bytes) -> tuple[int, int]:
    """Of the JSON and of all the bytes, in that order.

    Raises:
        ValueError: Longer than any message: the stream is out of step.
    """
    text, size = HEADER.unpack(header)
    _check(text + size)
    return text, size


def decode(body: bytes, text: int) -> tuple[Fields, dict[str, bytes]]:
    """What follows a header, of which the JSON takes the first `text` bytes.

    Raises:
        ValueError: Not a message of this protocol.
    """
    try:
        fields, sizes = json.loads(body[:text])
        blobs, begin = {}, text
        for name, size in sizes.items():
            blobs[name] = body[begin : begin + size]
            begin += size
    except (TypeError, AttributeError) as error:
        raise ValueError("a message has another shape") from error
    if begin != len(body) or not isinstance(fields, dict):
        raise ValueError("a message has another shape")
    return fields, blobs


def read(stream: BinaryIO) -> tuple[Fields, dict[str, bytes]] | None:
    """The next message of a blocking stream; None at its end."""
    header = stream.read(HEADER.size)
    if len(header) < HEADER.size:
        return None
    text, size = lengths(header)
    body = stream.read(text + size)
    if len(body) < text + size:
        return None
    return decode(body, text)


def _check(length: int) -> None:
    if length > LIMIT:
        raise ValueError("a message is too long")
