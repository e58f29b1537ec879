"""Submits what a member typed. What belongs to another program is named, and a button goes on without it."""

import re
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final, Self

import discord

from bot.chat.context import Interaction
from bot.chat.errors import UserFacingError, answer_error
from bot.chat.i18n.localizer import Localizer, localizer
from bot.chat.i18n.reasons import reason
from bot.chat.messages.content import escape
from bot.operations import logs
from guidance.request.messages import Message
from guidance.request.request import RequestError

MOST_OFFERS: Final = 1000
"""Offers that are kept; the oldest go first. They are not stored, as the text can be sent again."""
SHOWN_CHARACTERS: Final = 800

Submit = Callable[[Interaction, str], Awaitable[None]]
"""Makes a request of a text and submits it; raises RequestError if the text cannot be read."""


@dataclass(slots=True)
class _Offer:
    """The rest of a member's text, how it is submitted, and whether it was."""

    member_id: int
    text: str
    submit: Submit
    used: bool = False


class GoOnButton(discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]], template=r"go-on:(?P<offer>[0-9a-f]{16})"):
    """Submits the rest of a text, once; `TypedTexts` handles it."""

    def __init__(self, offer: str, label: str = "·") -> None:
        super().__init__(discord.ui.Button(label=label, style=discord.ButtonStyle.primary, custom_id=f"go-on:{offer}"))
        self._offer = offer

    @classmethod
    async def from_custom_id(
        cls, interaction: "discord.Interaction[Any]", item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """Called by discord.py for a pressed button whose custom_id matches the template."""
        del interaction, item
        return cls(match["offer"])

    async def callback(self, interaction: "discord.Interaction[Any]") -> None:
        """Handles a press. discord.py only logs errors raised here, so they are shown to the user here."""
        with logs.log_context(interaction=interaction.id):
            try:
                await interaction.client.handlers.typed_texts.press(interaction, self._offer)
            except Exception as error:  # noqa: BLE001 - every error is shown to the user
                await answer_error(interaction, error)


class TypedTexts:
    """Submits texts, and keeps what is left of those that have something unknown in them."""

    def __init__(self) -> None:
        self._offers: dict[str, _Offer] = {}

    async def submit(self, interaction: Interaction, text: str, submit: Submit) -> None:
        """Submits a text; if something in it is unknown, offers to submit it without that.

        Raises:
            UserFacingError: The text cannot be read, and leaving something out does not help.
        """
        try:
            await submit(interaction, text)
        except RequestError as error:
            if not error.without:
                raise UserFacingError("request-error", message=error.message) from error
            t = localizer(interaction.locale)
            content = t("left-out", problem=_problem(error, t), prompt=escape(error.without, SHOWN_CHARACTERS))
            view = discord.ui.View(timeout=None)
            offer = self._keep(_Offer(interaction.user.id, error.without, submit))
            view.add_item(GoOnButton(offer, t("button-go-on")))
            if interaction.response.is_done():
                await interaction.followup.send(content, view=view, ephemeral=True)
            else:
                await interaction.response.send_message(content, view=view, ephemeral=True)

    async def press(self, interaction: Interaction, name: str) -> None:
        """Submits what is left of a text, once.

        Raises:
            UserFacingError: The offer is gone, such as after a restart, or is somebody else's; or as `submit`.
        """
        offer = self._offers.get(name)
        if offer is None or offer.member_id != interaction.user.id:
            raise UserFacingError("go-on-gone")
        if offer.used:
            await interaction.response.defer()
            return
        offer.used = True
        try:
            await self.submit(interaction, offer.text, offer.submit)
        except BaseException:
            offer.used = False
            raise

    def _keep(self, offer: _Offer) -> str:
        while len(self._offers) >= MOST_OFFERS:
            del self._offers[next(iter(self._offers))]
        name = secrets.token_hex(8)
        self._offers[name] = offer
        return name


def _problem(error: RequestError, t: Localizer) -> str:
    """What is unknown in a text, without the advice to leave it out, which is what the button does."""
    problem = error.message
    if isinstance(problem, Message) and problem.name == "at-column" and isinstance(problem.values["problem"], Message):
        problem = problem.values["problem"]
        if problem.name == "from-elsewhere" and isinstance(items := problem.values["items"], tuple):
            return t("from-another-program", items="; ".join(reason(item, t) for item in items))
    text = reason(problem, t)
    return text[:1].upper() + text[1:]
