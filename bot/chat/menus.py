"""Message menus: the same as buttons and commands, from any message."""

import asyncio
from typing import Any, Final

import discord
from discord import app_commands

from bot import derive, intake
from bot.chat import forms, info
from bot.chat.counter import Counter
from bot.chat.desk import Desk, Wish, defer
from bot.chat.errors import UserFacingError
from bot.chat.parts import Parts
from bot.chat.speech import spoken
from bot.chat.texts import voice
from bot.chat.who import Interaction, place_of
from bot.intake import IntakeError
from bot.job import Origin
from guidance.request import Request

FETCH_S: Final = 2.0
"""A form must be shown within three seconds."""
IMAGES: Final = ("image/png", "image/jpeg", "image/webp")


class Menus:
    """The four menus."""

    def __init__(self, parts: Parts, desk: Desk, counter: Counter) -> None:
        self._parts = parts
        self._desk = desk
        self._counter = counter

    def commands(self) -> "list[app_commands.ContextMenu]":
        """As discord.py registers them."""
        callbacks = {
            "menu-init": self._init,
            "menu-rerun": self._rerun,
            "menu-info": self._info,
            "menu-report": self._report,
        }
        return [_menu(name, callback) for name, callback in callbacks.items()]

    async def _init(self, interaction: Interaction, message: discord.Message) -> None:
        place_of(interaction)
        attachment = _image(message)
        try:
            async with asyncio.timeout(FETCH_S):
                sha256 = await take(self._parts, attachment)
        except TimeoutError as error:
            raise UserFacingError("image-too-slow") from error
        await interaction.response.send_modal(forms.init(sha256, voice(interaction.locale)))

    async def _rerun(self, interaction: Interaction, message: discord.Message) -> None:
        jobs = await self._parts.jobs.of_message(message.id)
        if jobs:
            await self._counter.rerun(interaction, jobs, Origin.MENU)
            return
        request = await self._request_in(interaction, message)
        if request.inputs():
            raise UserFacingError("needs-its-inputs")
        again = derive.rerun(request, self._parts.config.engine.model)
        await self._desk.answer(interaction, Wish(requests=[again], origin=Origin.MENU))

    async def _info(self, interaction: Interaction, message: discord.Message) -> None:
        jobs = await self._parts.jobs.of_message(message.id)
        requests = [job.request for job in jobs] or [await self._request_in(interaction, message)]
        await info.show(interaction, requests, jobs)

    async def _report(self, interaction: Interaction, message: discord.Message) -> None:
        where = place_of(interaction)
        if self._parts.guilds.of(where.guild_id).log_channel is None:
            raise UserFacingError("no-log-channel")
        await interaction.response.send_modal(forms.report(where.channel_id, message.id, voice(interaction.locale)))

    async def _request_in(self, interaction: Interaction, message: discord.Message) -> Request:
        attachment = _image(message)
        await defer(interaction)  # a file may take longer to load than Discord waits for an answer
        try:
            return await intake.request_in(attachment.size, lambda most: self._parts.download(attachment, most))
        except IntakeError as error:
            raise _refused(error) from error


async def take(parts: Parts, attachment: discord.Attachment) -> str:
    """Takes an attached picture in; returns its sha256.

    Raises:
        UserFacingError: It is not taken.
    """
    try:
        return await intake.take(attachment.size, lambda most: parts.download(attachment, most), parts.pictures)
    except IntakeError as error:
        raise _refused(error) from error


def _refused(error: IntakeError) -> UserFacingError:
    if str(error) == "image-too-large":
        return UserFacingError("image-too-large", most=intake.MOST_BYTES // 2**20)
    return UserFacingError("image-refused", reason=str(error))


def _menu(name: str, callback: Any) -> "app_commands.ContextMenu":
    return app_commands.ContextMenu(name=spoken(name), callback=callback, type=discord.AppCommandType.message)


def _image(message: discord.Message) -> discord.Attachment:
    for attachment in message.attachments:
        if attachment.content_type in IMAGES:
            return attachment
    raise UserFacingError("no-image")
