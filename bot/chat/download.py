"""Reads attached files from Discord's CDN, up to a size limit."""

from collections.abc import Awaitable, Callable
from typing import Final

import aiohttp
import discord

from bot.images.intake import NotDownloadedError, UploadTooLargeError

TIMEOUT: Final = aiohttp.ClientTimeout(total=30)
CHUNK_BYTES: Final = 1 << 16

Download = Callable[[discord.Attachment, int], Awaitable[bytes]]
"""Reads an attachment of at most so many bytes; raises UploadTooLargeError or NotDownloadedError."""


def downloader(session: aiohttp.ClientSession) -> Download:
    """A `Download` that reads through an HTTP session."""

    async def download(attachment: discord.Attachment, most: int) -> bytes:
        data = bytearray()
        try:
            async with session.get(attachment.url, timeout=TIMEOUT) as response:
                if response.status != 200:
                    raise NotDownloadedError
                async for chunk in response.content.iter_chunked(CHUNK_BYTES):
                    data += chunk
                    if len(data) > most:
                        raise UploadTooLargeError
        except (TimeoutError, aiohttp.ClientError) as error:
            raise NotDownloadedError from error
        return bytes(data)

    return download
