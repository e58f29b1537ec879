"""The pages of `/history`. Their buttons' custom_id holds member and page, so they still work after a restart."""

import asyncio
import io
import re
from collections.abc import Sequence
from typing import Any, Final, Self

import discord

from bot.chat.context import Interaction
from bot.chat.errors import UserFacingError, answer_error
from bot.chat.i18n.localizer import localizer
from bot.chat.messages.content import MessageContent, escape
from bot.images.contact_sheet import contact_sheet_png
from bot.jobs.job import Job
from bot.operations import logs
from bot.store.history import History
from bot.store.pictures import Pictures

PAGE: Final = 6
COLUMNS: Final = 3
CELL: Final = 160
PROMPT_CHARACTERS: Final = 80


class PageButton(
    discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]],
    template=r"history:(?P<person>\d{1,20}):(?P<page>\d{1,6})",
):
    """Shows another page of a member's own history."""

    def __init__(self, person_id: int, page: int, label: str = "·", *, disabled: bool = False) -> None:
        super().__init__(discord.ui.Button(label=label, custom_id=f"history:{person_id}:{page}", disabled=disabled))
        self._person_id = person_id
        self._page = page

    @classmethod
    async def from_custom_id(
        cls, interaction: "discord.Interaction[Any]", item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """Called by discord.py for a pressed button whose custom_id matches the template."""
        del interaction, item
        return cls(int(match["person"]), int(match["page"]))

    async def callback(self, interaction: "discord.Interaction[Any]") -> None:
        """Handles a press. discord.py only logs errors raised here, so they are shown to the user here."""
        with logs.log_context(interaction=interaction.id):
            try:
                page = await interaction.client.handlers.history_pages.page(interaction, self._page, self._person_id)
                await interaction.response.edit_message(embed=page.embed, view=page.view, attachments=page.files)
            except Exception as error:  # noqa: BLE001 - every error is shown to the user
                await answer_error(interaction, error)


class HistoryPages:
    """Builds pages.

    Args:
        history, pictures: The stores it reads.
    """

    def __init__(self, history: History, pictures: Pictures) -> None:
        self._history = history
        self._pictures = pictures

    async def page(self, interaction: Interaction, page: int, person_id: int) -> MessageContent:
        """A page of the user's pictures in this server.

        Args:
            interaction: The user's.
            page: From 0, the newest pictures.
            person_id: Whose history it is.

        Raises:
            UserFacingError: There are no pictures, or it is somebody else's history.
        """
        if interaction.user.id != person_id:
            raise UserFacingError("not-your-history")
        guild_id = interaction.guild_id or 0
        t = localizer(interaction.locale)
        count = await self._history.count_of(person_id, guild_id)
        if not count:
            raise UserFacingError("history-empty")
        last = (count - 1) // PAGE
        page = min(page, last)
        jobs = await self._history.pictures_of(person_id, guild_id, page, PAGE)
        lines = [
            f"**{number}** · #{job.id} · {escape(job.request.prompt[:PROMPT_CHARACTERS])} · "
            f"[↗](https://discord.com/channels/{guild_id}/{job.channel_id}/{job.message_id or ''})"
            for number, job in enumerate(jobs, start=1)
        ]
        embed = discord.Embed(title=t("history-title", count=count), description="\n".join(lines))
        embed.set_footer(text=t("history-page", page=page + 1, pages=last + 1))
        view = discord.ui.View(timeout=None)
        view.add_item(PageButton(person_id, max(0, page - 1), "◀", disabled=page == 0))
        # On the last page this names a page that does not exist: custom_ids in a message must differ.
        view.add_item(PageButton(person_id, page + 1, "▶", disabled=page == last))
        return MessageContent(embed, view, await self._thumbnails(jobs))

    async def _thumbnails(self, jobs: Sequence[Job]) -> list[discord.File]:
        data: list[bytes | None] = []
        for job in jobs:
            try:
                data.append(await self._pictures.get(job.picture) if job.picture else None)
            except FileNotFoundError:
                data.append(None)
        thumbnails = await asyncio.to_thread(contact_sheet_png, data, COLUMNS, CELL)
        return [discord.File(io.BytesIO(thumbnails), filename="history.png", spoiler=any(job.spoiler for job in jobs))]
