"""`/history` in pages, with thumbnails; the buttons know person and page, so they work after any restart."""

import asyncio
import io
import re
from collections.abc import Sequence
from typing import Any, Final, Self

import discord

from bot.chat.errors import UserFacingError, answer_error
from bot.chat.i18n.localizer import localizer
from bot.chat.messages.content import MessageContent, escape
from bot.chat.services import Services
from bot.images.contact_sheet import contact_sheet_png
from bot.jobs.job import Job
from bot.operations import logs

PAGE: Final = 6
COLUMNS: Final = 3
CELL: Final = 160
PROMPT_CHARACTERS: Final = 80


class PageButton(
    discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]],
    template=r"history:(?P<person>\d{1,20}):(?P<page>\d{1,6})",
):
    """Turns to a page of somebody's history; only they see it."""

    def __init__(self, person_id: int, page: int, label: str = "·", *, disabled: bool = False) -> None:
        super().__init__(discord.ui.Button(label=label, custom_id=f"history:{person_id}:{page}", disabled=disabled))
        self._person_id = person_id
        self._page = page

    @classmethod
    async def from_custom_id(
        cls, interaction: "discord.Interaction[Any]", item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """As discord.py wants it."""
        del interaction, item
        return cls(int(match["person"]), int(match["page"]))

    async def callback(self, interaction: "discord.Interaction[Any]") -> None:
        """A press."""
        with logs.log_context(interaction=interaction.id):
            try:
                _require_own(interaction, self._person_id)
                page = await history_page(interaction.client.services, interaction, self._page)
                await interaction.response.edit_message(embed=page.embed, view=page.view, attachments=page.files)
            except Exception as error:  # noqa: BLE001 - every error must reach the person
                await answer_error(interaction, error)


def _require_own(interaction: "discord.Interaction[Any]", person_id: int) -> None:
    if interaction.user.id != person_id:
        raise UserFacingError("not-your-history")


async def history_page(services: Services, interaction: "discord.Interaction[Any]", page: int) -> MessageContent:
    """A page of the person's pictures in this server.

    Raises:
        UserFacingError: There are none.
    """
    person_id, guild_id = interaction.user.id, interaction.guild_id or 0
    t = localizer(interaction.locale)
    count = await services.history.count_of(person_id, guild_id)
    if not count:
        raise UserFacingError("history-empty")
    last = (count - 1) // PAGE
    page = min(page, last)
    jobs = await services.history.pictures_of(person_id, guild_id, page, PAGE)
    lines = [
        f"**{number}** · #{job.id} · {escape(job.request.prompt[:PROMPT_CHARACTERS])} · "
        f"[↗](https://discord.com/channels/{guild_id}/{job.channel_id}/{job.message_id or ''})"
        for number, job in enumerate(jobs, start=1)
    ]
    embed = discord.Embed(title=t("history-title", count=count), description="\n".join(lines))
    embed.set_footer(text=t("history-page", page=page + 1, pages=last + 1))
    view = discord.ui.View(timeout=None)
    view.add_item(PageButton(person_id, max(0, page - 1), "◀", disabled=page == 0))
    # Two buttons of one message may not have the same custom_id, so the end points past itself and is disabled.
    view.add_item(PageButton(person_id, page + 1, "▶", disabled=page == last))
    return MessageContent(embed, view, await _thumbnails(services, jobs))


async def _thumbnails(services: Services, jobs: Sequence[Job]) -> list[discord.File]:
    data: list[bytes | None] = []
    for job in jobs:
        try:
            data.append(await services.pictures.get(job.picture) if job.picture else None)
        except FileNotFoundError:
            data.append(None)
    thumbnails = await asyncio.to_thread(contact_sheet_png, data, COLUMNS, CELL)
    return [discord.File(io.BytesIO(thumbnails), filename="history.png", spoiler=any(job.spoiler for job in jobs))]
