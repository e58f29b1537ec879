"""Buttons that work after any restart: all they know is in their custom_id."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, Self

import discord

from bot.chat import texts
from bot.chat.errors import answer_error


class Action(StrEnum):
    """What a press asks for."""

    CANCEL = "cancel"
    RERUN = "rerun"


@dataclass(frozen=True, slots=True)
class Look:
    """How a button looks."""

    label: str
    style: discord.ButtonStyle
    emoji: str | None = None


LOOKS: Final = {
    Action.CANCEL: Look(texts.CANCEL, discord.ButtonStyle.secondary),
    Action.RERUN: Look(texts.NEW_SEED, discord.ButtonStyle.primary, texts.RERUN_EMOJI),
}


def prefix(job_id: int) -> str:
    """With what the custom_id of every button of a job begins."""
    return f"job:{job_id}:"


class JobButton(
    discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]],
    template=rf"job:(?P<job>\d{{1,18}}):(?P<action>{'|'.join(Action)})",
):
    """A button of a job's message. What a press does, and who may, is the desk's to say."""

    def __init__(self, job_id: int, action: Action) -> None:
        look = LOOKS[action]
        super().__init__(
            discord.ui.Button(
                label=look.label, style=look.style, emoji=look.emoji, custom_id=f"{prefix(job_id)}{action}"
            )
        )
        self._job_id = job_id
        self._action = action

    @classmethod
    async def from_custom_id(
        cls, interaction: "discord.Interaction[Any]", item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """As discord.py wants it."""
        del interaction, item
        return cls(int(match["job"]), Action(match["action"]))

    async def callback(self, interaction: "discord.Interaction[Any]") -> None:
        """A press. discord.py only logs what is raised here, so the person is told here."""
        desk = interaction.client.desk
        press = {Action.CANCEL: desk.cancel, Action.RERUN: desk.rerun}[self._action]
        try:
            await press(interaction, self._job_id)
        except Exception as error:  # noqa: BLE001 - every error must reach the person
            await answer_error(interaction, error)
