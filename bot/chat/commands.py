"""The slash commands, and their registration with Discord only when they have changed."""

import hashlib
import json
import logging
from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands

from bot.chat.errors import answer_error
from bot.config import Imagine
from bot.store.memos import Memos
from guidance.ranges import RANGES
from guidance.request import PROMPT_CHARACTERS

if TYPE_CHECKING:
    from bot.chat.client import ImagineClient

log = logging.getLogger(__name__)

MEMO = "commands"


class Tree(app_commands.CommandTree["ImagineClient"]):
    """The command tree; every error reaches the person."""

    async def on_error(self, interaction: "discord.Interaction[Any]", error: app_commands.AppCommandError, /) -> None:
        """See `bot.chat.errors` for the order of handling."""
        await answer_error(interaction, error)


def build(client: "ImagineClient", imagine: Imagine) -> Tree:
    """The tree of a client."""
    tree = Tree(
        client,
        allowed_contexts=app_commands.AppCommandContext(guild=True),
        allowed_installs=app_commands.AppInstallationType(guild=True),
    )
    tree.add_command(_imagine(imagine))
    return tree


def _imagine(settings: Imagine) -> "app_commands.Command[Any, ..., None]":
    seeds = RANGES["seed"]

    @app_commands.command(name="imagine", description="Turns your words into a picture, which forms in this channel")
    @app_commands.describe(
        prompt="What the picture should show; flags such as --ar 16:9 or --no fog count",
        negative="What it should not show",
        seed="The same seed and words give the same picture again",
        size="Width × height in pixels",
        steps="More steps take longer and add detail",
    )
    @app_commands.choices(
        size=[app_commands.Choice(name=size.replace("x", " × "), value=size) for size in settings.sizes]
    )
    async def imagine(
        interaction: "discord.Interaction[Any]",
        prompt: app_commands.Range[str, 1, PROMPT_CHARACTERS],
        negative: app_commands.Range[str, 0, PROMPT_CHARACTERS] = "",
        seed: app_commands.Range[int, int(seeds.low), int(seeds.high)] | None = None,
        size: str | None = None,
        steps: app_commands.Range[int, 1, settings.max_steps] | None = None,
    ) -> None:
        await interaction.client.desk.imagine(interaction, prompt, negative, seed, size, steps)

    return imagine


async def sync(tree: Tree, memos: Memos, application_id: int) -> None:
    """Registers the commands if their payload, or the application, is not the one registered last.

    Discord limits registrations per day, and each makes clients load the list anew.
    """
    payload = [command.to_dict(tree) for command in tree.get_commands()]
    digest = hashlib.sha256(json.dumps([application_id, payload], sort_keys=True).encode()).hexdigest()
    if await memos.get(MEMO) == digest and {command.name for command in await tree.fetch_commands()} == {
        command["name"] for command in payload
    }:
        return
    await tree.sync()
    await memos.set(MEMO, digest)
    log.info("%d commands registered", len(payload))
