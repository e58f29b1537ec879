"""Checks uploaded pictures, and stores them as new PNGs that hold only the pixels.

Metadata, further frames and trailing bytes are dropped.
"""

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from bot.store.pictures import Pictures
from guidance.io.picture import PictureError, png_of, read_image, request_of
from guidance.request.messages import MessageError
from guidance.request.request import Request

MAX_BYTES: Final = 10 * 2**20
MAX_SIDE: Final = 2048
"""Maximum side of a stored picture in pixels. Runs scale larger pictures down anyway."""

_DECODER: Final = ThreadPoolExecutor(max_workers=1, thread_name_prefix="decoder")
"""Decodes one picture at a time, as a large one takes 160 MB."""

Fetch = Callable[[int], Awaitable[bytes]]
"""Reads the upload; raises UploadTooLargeError if it has more than the given number of bytes, or NotDownloadedError."""


class IntakeError(MessageError, ValueError):
    """The upload is refused; the message says why."""


class UploadTooLargeError(IntakeError):
    """The upload has more than MAX_BYTES bytes."""

    def __init__(self) -> None:
        super().__init__(f"the upload has more than {MAX_BYTES} bytes")


class NotDownloadedError(IntakeError):
    """The upload could not be read; another try may help."""

    def __init__(self) -> None:
        super().__init__("the upload could not be read")


async def store_upload(size: int, fetch: Fetch, pictures: Pictures) -> str:
    """Stores an uploaded picture; returns its sha256.

    Args:
        size: The declared size in bytes.
        fetch: Reads the upload.
        pictures: The store.

    Raises:
        IntakeError: The upload has too many bytes or pixels, or is of a format that is not read.
    """
    data = await read(size, fetch)
    return await pictures.put(await asyncio.get_running_loop().run_in_executor(_DECODER, _clean, data))


async def read(size: int, fetch: Fetch) -> bytes:
    """Reads an upload. Arguments as for `store_upload`.

    Raises:
        IntakeError: The upload has more than MAX_BYTES bytes.
    """
    if size > MAX_BYTES:
        raise UploadTooLargeError
    return await fetch(MAX_BYTES)


async def request_in(size: int, fetch: Fetch) -> Request:
    """The request that is embedded in an uploaded PNG made by this project. Arguments as for `store_upload`.

    Raises:
        IntakeError: The upload is too large, or has no request.
    """
    data = await read(size, fetch)
    try:
        return await asyncio.to_thread(request_of, data)
    except PictureError as error:
        raise IntakeError(error.message) from error


def _clean(data: bytes) -> bytes:
    try:
        return png_of(read_image(data, side=MAX_SIDE))
    except PictureError as error:
        raise IntakeError(error.message) from error
