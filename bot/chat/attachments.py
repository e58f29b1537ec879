"""Images attached to commands and messages: stored as init images, or read for the request they carry."""

from typing import Final

import discord

from bot.chat.download import Download
from bot.chat.errors import UserFacingError
from bot.images import intake
from bot.images.intake import IntakeError
from bot.store.pictures import Pictures
from guidance.request.request import Request

IMAGES: Final = ("image/png", "image/jpeg", "image/webp")


class Attachments:
    """Downloads attached images.

    Args:
        download: Reads an attachment.
        pictures: Stores the images.
    """

    def __init__(self, download: Download, pictures: Pictures) -> None:
        self._download = download
        self._pictures = pictures

    async def store(self, attachment: discord.Attachment) -> str:
        """Stores an image; returns its sha256.

        Raises:
            UserFacingError: It is too large, or not an image that can be read.
        """
        try:
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
            return await intake.request_in(attachment.size, lambda most: self._download(attachment, most))
        except IntakeError as error:
            raise _refused(error) from error


def image_of(message: discord.Message) -> discord.Attachment:
    """The first image attached to a message.

    Raises:
        UserFacingError: There is none.
    """
    for attachment in message.attachments:
        if attachment.content_type in IMAGES:
            return attachment
    raise UserFacingError("no-image")


def _refused(error: IntakeError) -> UserFacingError:
    if str(error) == "image-too-large":
        return UserFacingError("image-too-large", most=intake.MAX_BYTES // 2**20)
    return UserFacingError("image-refused", reason=str(error))
