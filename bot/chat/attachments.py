"""Images attached to commands and messages: stored as init images, or read for the request they carry."""

import asyncio
from typing import Final

import discord

from bot.chat.download import Download
from bot.chat.errors import UserFacingError
from bot.images import intake
from bot.images.intake import IntakeError
from bot.store.pictures import Pictures
from guidance.request.request import Request

UPLOADS_AT_ONCE: Final = 4
"""Attachments that are held in memory at a time; others wait."""
UNLABELLED: Final = (None, "", "application/octet-stream")
"""Content types that Discord gives a file whose name has no known ending."""


class Attachments:
    """Downloads attached images.

    Args:
        download: Reads an attachment.
        pictures: Stores the images.
    """

    def __init__(self, download: Download, pictures: Pictures) -> None:
        self._download = download
        self._pictures = pictures
        self._slots = asyncio.Semaphore(UPLOADS_AT_ONCE)

    async def store(self, attachment: discord.Attachment) -> str:
        """Stores an image; returns its sha256.

        Raises:
            UserFacingError: It is too large, or not an image that can be read.
        """
        try:
            async with self._slots:
                return await intake.store_upload(
                    attachment.size, lambda most: self._download(attachment, most), self._pictures
                )
        except IntakeError as error:
            raise _refused(error) from error

    async def request_in(self, attachment: discord.Attachment) -> Request:
        """The request that a PNG made by guidance carries.

        Raises:
            UserFacingError: It carries none, or cannot be read.
        """
        try:
            async with self._slots:
                return await intake.request_in(attachment.size, lambda most: self._download(attachment, most))
        except IntakeError as error:
            raise _refused(error) from error


def image_of(message: discord.Message) -> discord.Attachment:
    """The first attachment of a message that is labelled as an image, else the first without a label.

    What it is, its bytes decide when it is read.

    Raises:
        UserFacingError: There is none.
    """
    unlabelled = [attachment for attachment in message.attachments if attachment.content_type in UNLABELLED]
    images = [attachment for attachment in message.attachments if (attachment.content_type or "").startswith("image/")]
    for attachment in (*images, *unlabelled):
        return attachment
    raise UserFacingError("no-image")


def _refused(error: IntakeError) -> UserFacingError:
    if str(error) == "image-too-large":
        return UserFacingError("image-too-large", most=intake.MAX_BYTES // 2**20)
    return UserFacingError("image-refused", reason=str(error))
