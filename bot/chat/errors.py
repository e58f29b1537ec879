"""Errors as the user reads them.

1. RefusedError, UserFacingError and RequestError: their own text, shown only to the user.
2. Interactions that Discord dropped or that were answered already: a log line only, as no answer can be sent.
3. A disk that refuses, or Discord when it cannot be reached: a text that says so, and a line in the log.
4. Everything else: an incident number, which the log has too, with the traceback.
"""

import logging
import secrets
from typing import Any, Final

import discord
from discord import app_commands

from bot.chat.i18n.localizer import Localizer, localizer
from bot.chat.i18n.reasons import reason
from bot.delivery.messenger import UnreachableError
from bot.jobs.admission import RefusedError
from bot.store.storage_error import StorageError
from guidance.request.messages import Message
from guidance.request.request import RequestError

log = logging.getLogger(__name__)

UNKNOWN_INTERACTION: Final = 10062
ALREADY_ACKNOWLEDGED: Final = 40060


class UserFacingError(app_commands.AppCommandError):
    """An error whose text is shown to the user.

    Args:
        name: The text's id.
        values: The text's variables.
    """

    def __init__(self, name: str, /, **values: object) -> None:
        super().__init__(name)
        self.name = name
        self.values = values


def user_message(error: BaseException, t: Localizer) -> str:
    """The text for the user; an unexpected error is logged and gets an incident number."""
    if isinstance(error, app_commands.CommandInvokeError):
        error = error.original
    if isinstance(error, UserFacingError):
        values = error.values.items()
        return t(
            error.name, **{key: reason(value, t) if isinstance(value, Message) else value for key, value in values}
        )
    if isinstance(error, RefusedError):
        return refusal(error, t)
    if isinstance(error, StorageError):
        log.error("a member's request could not be stored: %s", error)
        return t("not-stored")
    if isinstance(error, RequestError):
        return t("request-error", message=reason(error, t))
    if isinstance(error, UnreachableError):
        log.warning("a member's request could not reach Discord: %s", error)
        return t("unreachable")
    incident = secrets.token_hex(4)
    log.error("incident %s", incident, exc_info=error)
    return t("incident", incident=incident)


def refusal(error: RefusedError, t: Localizer) -> str:
    """Why a request was refused, and when it can be tried again if that is known."""
    text = t(
        f"refused-{error.refusal.replace('_', '-')}",
        limit=error.limit,
        detail=discord.utils.escape_mentions(error.detail) if not error.detail.startswith("<#") else error.detail,
        has_detail="yes" if error.detail else "no",
    )
    if error.until is None:
        return text
    return f"{text} {t('retry-at', at=f'<t:{int(error.until) + 1}:R>')}"


async def answer_error(interaction: "discord.Interaction[Any]", error: BaseException) -> None:
    """Shows an error to the user who caused the interaction."""
    original = error.original if isinstance(error, app_commands.CommandInvokeError) else error
    if isinstance(original, discord.HTTPException) and original.code in {UNKNOWN_INTERACTION, ALREADY_ACKNOWLEDGED}:
        log.warning("interaction lost: %s", original.text)
        return
    text = user_message(error, localizer(interaction.locale))
    try:
        if interaction.response.is_done():
            await interaction.followup.send(text, ephemeral=True)
        else:
            await interaction.response.send_message(text, ephemeral=True)
    except discord.HTTPException as failure:
        log.warning("could not answer an interaction: %s", failure)
