"""Reads attached files from Discord's CDN, and no more of them than is wanted."""

from collections.abc import Awaitable, Callable
from typing import Final

import aiohttp
import discord

from bot.images.intake import IntakeError

TIMEOUT: Final = aiohttp.ClientTimeout(total=30)
PIECE: Final = 1 << 16


def downloader(session: aiohttp.ClientSession) -> Callable[[discord.Attachment, int], Awaitable[bytes]]:
    """A function that reads an attachment through a session. It raises IntakeError as `bot.images.intake` wants it."""

    async def download(attachment: discord.Attachment, most: int) -> bytes:
        data = bytearray()
        try:
            async with session.get(attachment.url, timeout=TIMEOUT) as response:
                if response.status != 200:
                    raise IntakeError(f"Discord does not give it (HTTP {response.status})")
                async for piece in response.content.iter_chunked(PIECE):
                    data += piece
                    if len(data) > most:
                        raise IntakeError("image-too-large")
        except (TimeoutError, aiohttp.ClientError) as error:
            raise IntakeError("Discord does not give it") from error
        return bytes(data)

    return download
