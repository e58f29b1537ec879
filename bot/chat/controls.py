"""Buttons that work after any restart: all they know is in their custom_id."""

import re
from typing import Any, Self

import discord

from bot.chat import texts
from bot.chat.errors import answer_error

Button = discord.ui.Button[discord.ui.View]


def prefix(job_id: int) -> str:
    """With what the custom_id of every button of a job begins."""
    return f"job:{job_id}:"


class CancelButton(discord.ui.DynamicItem[Button], template=r"job:(?P<job>\d{1,18}):cancel"):
    """Cancels a job that waits or runs."""

    def __init__(self, job_id: int) -> None:
        super().__init__(
            discord.ui.Button(
                label=texts.CANCEL, style=discord.ButtonStyle.secondary, custom_id=f"{prefix(job_id)}cancel"
            )
        )
        self._job_id = job_id

    @classmethod
    async def from_custom_id(
        cls, interaction: "discord.Interaction[Any]", item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """As discord.py wants it."""
        del interaction, item
        return cls(int(match["job"]))

    async def callback(self, interaction: "discord.Interaction[Any]") -> None:
        """A press. discord.py only logs what is raised here, so the person is told here."""
        try:
            await interaction.client.desk.cancel(interaction, self._job_id)
        except Exception as error:  # noqa: BLE001 - every error must reach the person
            await answer_error(interaction, error)


class RerunButton(discord.ui.DynamicItem[Button], template=r"job:(?P<job>\d{1,18}):rerun"):
    """The same words with a new seed, on the quota of whoever presses."""

    def __init__(self, job_id: int) -> None:
        super().__init__(
            discord.ui.Button(
                label=texts.NEW_SEED,
                emoji=texts.RERUN_EMOJI,
                style=discord.ButtonStyle.primary,
                custom_id=f"{prefix(job_id)}rerun",
            )
        )
        self._job_id = job_id

    @classmethod
    async def from_custom_id(
        cls, interaction: "discord.Interaction[Any]", item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """As discord.py wants it."""
        del interaction, item
        return cls(int(match["job"]))

    async def callback(self, interaction: "discord.Interaction[Any]") -> None:
        """A press. discord.py only logs what is raised here, so the person is told here."""
        try:
            await interaction.client.desk.rerun(interaction, self._job_id)
        except Exception as error:  # noqa: BLE001 - every error must reach the person
            await answer_error(interaction, error)
