"""The input images of a request: checked against their sha256, and scaled to the request's size."""

import hashlib
from collections.abc import Mapping

from torch import Tensor

from guidance.io.picture import read_image
from guidance.io.tensor import to_tensor
from guidance.request.messages import Message
from guidance.request.request import Request, RequestError


def inputs_of(request: Request, blobs: Mapping[str, bytes]) -> dict[str, bytes]:
    """The request's inputs by sha256, taken from `blobs`, which may hold more.

    Raises:
        RequestError: An input is missing, or its bytes have another sha256 than its key.
    """
    found = {}
    for sha256 in sorted(request.inputs()):
        if sha256 not in blobs:
            raise RequestError(Message("input-not-given", sha256=sha256[:12]))
        if digest(blobs[sha256]) != sha256:
            raise RequestError(Message("input-differs", sha256=sha256[:12]))
        found[sha256] = blobs[sha256]
    return found


def digest(data: bytes) -> str:
    """The sha256 in hexadecimal, by which a request names its inputs."""
    return hashlib.sha256(data).hexdigest()


def image_of(data: bytes, request: Request) -> Tensor:
    """(1, 3, H, W) in [0, 1], scaled to the request's size.

    Raises:
        PictureError: The bytes are not an image that can be read.
    """
    return to_tensor(read_image(data), request.width, request.height)[None]
