"""Submits what a member typed. What belongs to another program is named, and a button goes on without it."""

from collections.abc import Awaitable, Callable
from typing import Any, Final

import discord

from bot.chat.context import Interaction
from bot.chat.errors import UserFacingError, answer_error
from bot.chat.i18n.localizer import Localizer, localizer
from bot.chat.i18n.reasons import reason
from bot.chat.messages.content import escape
from guidance.request.request import RequestError

VALID_S: Final = 600.0
"""The button works this long: a restart of the bot ends it too, and the text can be typed again."""
SHOWN_CHARACTERS: Final = 800

Submit = Callable[[Interaction, str], Awaitable[None]]
"""Makes a request of a text and submits it; raises RequestError if the text cannot be read."""


async def submit_typed(interaction: Interaction, text: str, submit: Submit) -> None:
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
        content = t("left-out", reason=_sentence(error, t), prompt=escape(error.without, SHOWN_CHARACTERS))
        view = _GoOn(error.without, submit, t)
        if interaction.response.is_done():
            await interaction.followup.send(content, view=view, ephemeral=True)
        else:
            await interaction.response.send_message(content, view=view, ephemeral=True)


class _GoOn(discord.ui.View):
    """The button that submits the rest of a text, once."""

    def __init__(self, text: str, submit: Submit, t: Localizer) -> None:
        super().__init__(timeout=VALID_S)
        self._text = text
        self._submit = submit
        self._used = False
        button: discord.ui.Button[_GoOn] = discord.ui.Button(label=t("button-go-on"), style=discord.ButtonStyle.primary)
        button.callback = self._pressed  # type: ignore[method-assign]
        self.add_item(button)

    async def _pressed(self, interaction: "discord.Interaction[Any]") -> None:
        if self._used:
            await interaction.response.defer()
            return
        self._used = True
        try:
            await submit_typed(interaction, self._text, self._submit)
        except Exception as error:  # noqa: BLE001 - every error is shown to the user
            self._used = False
            await answer_error(interaction, error)


def _sentence(error: RequestError, t: Localizer) -> str:
    text = reason(error, t)
    return text[:1].upper() + text[1:]
