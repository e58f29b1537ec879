"""Message menus: the same as buttons and commands, from any message."""

import asyncio
from typing import Any, Final

import discord
from discord import app_commands

from bot.chat.context import Interaction, context_of
from bot.chat.errors import UserFacingError
from bot.chat.i18n.command_translator import localized
from bot.chat.i18n.localizer import localizer
from bot.chat.job_actions import JobActions
from bot.chat.messages import parameters
from bot.chat.modals import forms
from bot.chat.services import Services
from bot.chat.submission import JobSubmitter, Submission, defer
from bot.images import intake
from bot.images.intake import IntakeError
from bot.jobs import derived
from bot.jobs.job import Origin
from guidance.request.request import Request

FETCH_S: Final = 2.0
"""A form must be shown within three seconds."""
IMAGES: Final = ("image/png", "image/jpeg", "image/webp")


class ContextMenus:
    """The four menus of a message."""

    def __init__(self, services: Services, submitter: JobSubmitter, job_actions: JobActions) -> None:
        self._services = services
        self._submitter = submitter
        self._job_actions = job_actions

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
        context_of(interaction)
        attachment = _image(message)
        try:
            async with asyncio.timeout(FETCH_S):
                sha256 = await store_attachment(self._services, attachment)
        except TimeoutError as error:
            raise UserFacingError("image-too-slow") from error
        await interaction.response.send_modal(forms.init(sha256, localizer(interaction.locale)))

    async def _rerun(self, interaction: Interaction, message: discord.Message) -> None:
        jobs = await self._services.jobs.of_message(message.id)
        if jobs:
            await self._job_actions.rerun(interaction, jobs, Origin.MENU)
            return
        request = await self._request_in(interaction, message)
        if request.inputs():
            raise UserFacingError("needs-its-inputs")
        rerun = derived.rerun(request, self._services.config.engine.model)
        await self._submitter.submit(interaction, Submission(requests=[rerun], origin=Origin.MENU))

    async def _info(self, interaction: Interaction, message: discord.Message) -> None:
        jobs = await self._services.jobs.of_message(message.id)
        requests = [job.request for job in jobs] or [await self._request_in(interaction, message)]
        await parameters.show(interaction, requests, jobs)

    async def _report(self, interaction: Interaction, message: discord.Message) -> None:
        context = context_of(interaction)
        if self._services.guilds.of(context.guild_id).log_channel is None:
            raise UserFacingError("no-log-channel")
        await interaction.response.send_modal(
            forms.report(context.channel_id, message.id, localizer(interaction.locale))
        )

    async def _request_in(self, interaction: Interaction, message: discord.Message) -> Request:
        attachment = _image(message)
        await defer(interaction)  # a file may take longer to load than Discord waits for an answer
        try:
            return await intake.request_in(attachment.size, lambda most: self._services.download(attachment, most))
        except IntakeError as error:
            raise _refused(error) from error


async def store_attachment(services: Services, attachment: discord.Attachment) -> str:
    """Takes an attached picture in; returns its sha256.

    Raises:
        UserFacingError: It is not taken.
    """
    try:
        return await intake.store_upload(
            attachment.size, lambda most: services.download(attachment, most), services.pictures
        )
    except IntakeError as error:
        raise _refused(error) from error


def _refused(error: IntakeError) -> UserFacingError:
    if str(error) == "image-too-large":
        return UserFacingError("image-too-large", most=intake.MOST_BYTES // 2**20)
    return UserFacingError("image-refused", reason=str(error))


def _menu(name: str, callback: Any) -> "app_commands.ContextMenu":
    return app_commands.ContextMenu(name=localized(name), callback=callback, type=discord.AppCommandType.message)


def _image(message: discord.Message) -> discord.Attachment:
    for attachment in message.attachments:
        if attachment.content_type in IMAGES:
            return attachment
    raise UserFacingError("no-image")
