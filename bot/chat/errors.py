"""What a person reads when something does not work, in this order.

1. A refusal by the gate, or a UserFacingError: its own sentence, to that person alone.
2. An interaction that Discord has given up or that was answered: nobody can be told, a log line remains.
3. Everything else: an incident number, which the log has too, with the traceback.
"""

import logging
import secrets
from typing import Any, Final

import discord
from discord import app_commands

from bot.admission import RefusedError
from bot.chat import texts

log = logging.getLogger(__name__)

UNKNOWN_INTERACTION: Final = 10062
ALREADY_ACKNOWLEDGED: Final = 40060


class UserFacingError(Exception):
    """A sentence that is safe and useful to the person who asked."""


def sentence(error: BaseException) -> str:
    """What to tell; logs what is told only as an incident."""
    if isinstance(error, app_commands.CommandInvokeError):
        error = error.original
    if isinstance(error, UserFacingError):
        return str(error)
    if isinstance(error, RefusedError):
        return texts.refusal(error)
    incident = secrets.token_hex(4)
    log.error("incident %s", incident, exc_info=error)
    return texts.INCIDENT.format(incident=incident)


async def answer_error(interaction: "discord.Interaction[Any]", error: BaseException) -> None:
    """Tells the person who caused the interaction, and nobody else."""
    original = error.original if isinstance(error, app_commands.CommandInvokeError) else error
    if isinstance(original, discord.HTTPException) and original.code in {UNKNOWN_INTERACTION, ALREADY_ACKNOWLEDGED}:
        log.warning("an interaction was lost: %s", original.text)
        return
    text = sentence(error)
    try:
        if interaction.response.is_done():
            await interaction.followup.send(text, ephemeral=True)
        else:
            await interaction.response.send_message(text, ephemeral=True)
    except discord.HTTPException as failure:
        log.warning("could not answer an interaction: %s", failure)
