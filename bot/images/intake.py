"""Pictures that people bring: looked at before they are read, read before they are kept, and kept as our own PNG.

Nothing of the file survives but its pixels: no metadata, no second frame, no trailing bytes.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from PIL import Image

from bot.store.pictures import Pictures
from guidance.io.picture import PictureError, png_of, read_image, request_of
from guidance.request.request import Request

MOST_BYTES: Final = 10 * 2**20
LONGEST_SIDE: Final = 2048
"""Pixels; more would only be scaled away by every run that starts from it."""

Fetch = Callable[[int], Awaitable[bytes]]
"""Reads at most so many bytes; raises IntakeError when there are more."""


class IntakeError(ValueError):
    """A file that is not taken. The message is a text's id, or a sentence of guidance's."""


async def store_upload(size: int, fetch: Fetch, pictures: Pictures) -> str:
    """Takes a picture in; returns the sha256 under which it is kept.

    Args:
        size: As declared.
        fetch: Reads it.
        pictures: Keeps it.

    Raises:
        IntakeError: Too many bytes or pixels, or not a PNG, JPEG or WebP.
    """
    return await pictures.put(await asyncio.to_thread(_clean, await read(size, fetch)))


async def read(size: int, fetch: Fetch) -> bytes:
    """The bytes of a file that is not too large.

    Raises:
        IntakeError: It is.
    """
    if size > MOST_BYTES:
        raise IntakeError("image-too-large")
    return await fetch(MOST_BYTES)


async def request_in(size: int, fetch: Fetch) -> Request:
    """The request in a PNG of ours that somebody brings back.

    Raises:
        IntakeError: There is none.
    """
    data = await read(size, fetch)
    try:
        return await asyncio.to_thread(request_of, data)
    except PictureError as error:
        raise IntakeError(str(error)) from error


def _clean(data: bytes) -> bytes:
    try:
        image = read_image(data)
    except PictureError as error:
        raise IntakeError(str(error)) from error
    image.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    return png_of(image)
