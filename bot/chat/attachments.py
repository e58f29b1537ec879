"""Images attached to commands and messages: stored as init images, or read for the request they carry."""

import asyncio
from collections.abc import Sequence
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
UNLABELLED: Final = ("", "application/octet-stream")
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

    async def store_first(self, attachments: Sequence[discord.Attachment]) -> str:
        """Stores the first attachment that is an image that can be read; returns its sha256.

        Raises:
            UserFacingError: None is; says why the first is not.
        """
        first: UserFacingError | None = None
        for attachment in attachments:
            try:
                return await self.store(attachment)
            except UserFacingError as error:
                first = first or error
        raise _none_of(attachments, first)

    async def requests_in(self, attachments: Sequence[discord.Attachment]) -> list[Request]:
        """The requests that the attachments carry; those without one are passed over.

        Raises:
            UserFacingError: None carries one; says why the first does not.
        """
        found: list[Request] = []
        first: UserFacingError | None = None
        for attachment in attachments:
            try:
                found.append(await self.request_in(attachment))
            except UserFacingError as error:
                first = first or error
        if not found:
            raise _none_of(attachments, first)
        return found

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


def images_of(message: discord.Message) -> list[discord.Attachment]:
    """The attachments of a message: those that are labelled as images, those without a label, and the others.

    What they are, their bytes decide when they are read. A forwarded message has its attachments in its snapshots.

    Raises:
        UserFacingError: There are none.
    """
    forwarded = [attachment for snapshot in message.message_snapshots for attachment in snapshot.attachments]
    attachments = [*message.attachments, *forwarded]
    if not attachments:
        raise UserFacingError("no-image")
    return sorted(attachments, key=_likely)


def _none_of(attachments: Sequence[discord.Attachment], first: UserFacingError | None) -> UserFacingError:
    """Why none can be used: what is wrong with the first, if it should have been an image."""
    return first if first is not None and _likely(attachments[0]) < 2 else UserFacingError("no-image")


def _likely(attachment: discord.Attachment) -> int:
    label = (attachment.content_type or "").partition(";")[0].strip().lower()
    return 0 if label.startswith("image/") else 1 if label in UNLABELLED else 2


def _refused(error: IntakeError) -> UserFacingError:
    if isinstance(error, intake.UploadTooLargeError):
        return UserFacingError("image-too-large", most=intake.MAX_BYTES // 2**20)
    if isinstance(error, intake.NotDownloadedError):
        return UserFacingError("image-not-sent")
    return UserFacingError("image-refused", reason=error.message)
