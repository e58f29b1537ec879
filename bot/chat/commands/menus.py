"""Message menus (right-click, Apps): start from an image, rerun, show parameters, report."""

import asyncio
from typing import Any, Final

import discord
from discord import app_commands

from bot.chat.attachments import Attachments, images_of
from bot.chat.context import Interaction, context_of
from bot.chat.errors import UserFacingError
from bot.chat.i18n.command_translator import localized
from bot.chat.i18n.localizer import localizer
from bot.chat.job_actions import JobActions
from bot.chat.messages import parameters
from bot.chat.modals import forms
from bot.chat.submission import JobSubmitter, Submission, defer
from bot.jobs import derived
from bot.jobs.canvases import Canvases
from bot.jobs.job import Origin
from bot.store.guilds import Guilds
from bot.store.jobs import Jobs
from guidance.request.request import Request

DOWNLOAD_S: Final = 2.0
"""Discord accepts a form only within 3 s of the interaction."""


class ContextMenus:
    """The menus of a message.

    Args:
        jobs, guilds: The stores it reads.
        attachments: Downloads images.
        submitter, job_actions: Make pictures again.
        canvases: Names the canvases of parameters.
        model: The name of the engine's model.
    """

    def __init__(
        self,
        *,
        jobs: Jobs,
        guilds: Guilds,
        attachments: Attachments,
        submitter: JobSubmitter,
        job_actions: JobActions,
        canvases: Canvases,
        model: str,
    ) -> None:
        self._jobs = jobs
        self._guilds = guilds
        self._attachments = attachments
        self._submitter = submitter
        self._job_actions = job_actions
        self._canvases = canvases
        self._model = model

    def commands(self) -> "list[app_commands.ContextMenu]":
        """The menus, to be added to the command tree."""
        callbacks = {
            "menu-init": self._init,
            "menu-rerun": self._rerun,
            "menu-info": self._info,
            "menu-report": self._report,
        }
        return [_menu(name, callback) for name, callback in callbacks.items()]

    async def _init(self, interaction: Interaction, message: discord.Message) -> None:
        context_of(interaction)
        found = images_of(message)
        await self._submitter.check_room(interaction)
        try:
            async with asyncio.timeout(DOWNLOAD_S):
                sha256 = await self._attachments.store_first(found)
        except TimeoutError as error:
            raise UserFacingError("image-too-slow") from error
        await interaction.response.send_modal(forms.init(sha256, localizer(interaction.locale)))

    async def _rerun(self, interaction: Interaction, message: discord.Message) -> None:
        jobs = await self._jobs.of_message(message.id)
        if jobs:
            await self._job_actions.rerun(interaction, jobs, Origin.MENU)
            return
        await self._submitter.check_room(interaction)
        request = (await self._requests_in(interaction, message))[0]
        if request.inputs():
            raise UserFacingError("needs-its-inputs")
        rerun = derived.rerun(request, self._model)
        await self._submitter.submit(interaction, Submission(requests=[rerun], origin=Origin.MENU))

    async def _info(self, interaction: Interaction, message: discord.Message) -> None:
        jobs = await self._jobs.of_message(message.id)
        requests = [job.request for job in jobs] or await self._requests_in(interaction, message)
        await parameters.show(interaction, self._canvases, requests, jobs)

    async def _report(self, interaction: Interaction, message: discord.Message) -> None:
        context = context_of(interaction)
        if self._guilds.of(context.guild_id).log_channel is None:
            raise UserFacingError("no-log-channel")
        await interaction.response.send_modal(
            forms.report(context.channel_id, message.id, localizer(interaction.locale))
        )

    async def _requests_in(self, interaction: Interaction, message: discord.Message) -> list[Request]:
        attachments = images_of(message)
        await defer(interaction)  # the download may take longer than the 3 s that Discord waits for an answer
        return await self._attachments.requests_in(attachments)


def _menu(name: str, callback: Any) -> "app_commands.ContextMenu":
    return app_commands.ContextMenu(name=localized(name), callback=callback, type=discord.AppCommandType.message)
