"""The pictures that a request is given: proved to be what they are called, and made to fit."""

import hashlib
from collections.abc import Mapping

from torch import Tensor

from guidance.io.picture import read_image
from guidance.io.tensor import to_tensor
from guidance.request.request import Request, RequestError


def inputs_of(request: Request, blobs: Mapping[str, bytes]) -> dict[str, bytes]:
    """The request's inputs out of `blobs`, which may hold more.

    Raises:
        RequestError: One is missing, or has another sha256 than it is called by.
    """
    found = {}
    for sha256 in sorted(request.inputs()):
        if sha256 not in blobs:
            raise RequestError(f"an image that the request needs was not given: the one with sha256 {sha256[:12]}…")
        if digest(blobs[sha256]) != sha256:
            raise RequestError(f"the image given as {sha256[:12]}… has another sha256")
        found[sha256] = blobs[sha256]
    return found


def digest(data: bytes) -> str:
    """What a request calls these bytes: their sha256 in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def image_of(data: bytes, request: Request) -> Tensor:
    """(1, 3, H, W) in [0, 1], as large as the request's picture. Raises PictureError."""
    return to_tensor(read_image(data), request.width, request.height)[None]
