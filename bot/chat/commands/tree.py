"""The command tree, and its registration with Discord when it has changed."""

import hashlib
import json
import logging
from collections.abc import Sequence
from typing import Any, Final

import discord
from discord import app_commands

from bot.chat.context import Interaction
from bot.chat.errors import answer_error
from bot.chat.i18n.command_translator import CommandTranslator
from bot.operations import logs
from bot.store.key_values import KeyValueStore

log = logging.getLogger(__name__)

COMMANDS_KEY: Final = "commands"

AnyCommand = app_commands.Command[Any, ..., None] | app_commands.Group | app_commands.ContextMenu


class Tree(app_commands.CommandTree[discord.Client]):
    """A command tree that shows every error to the user."""

    async def interaction_check(self, interaction: Interaction, /) -> bool:
        """Lets every interaction through, and adds it to the log lines that follow."""
        logs.bind(interaction=interaction.id, member=interaction.user.id, guild=interaction.guild_id or 0)
        return True

    async def on_error(self, interaction: Interaction, error: app_commands.AppCommandError, /) -> None:
        """See `bot.chat.errors`."""
        await answer_error(interaction, error)


def build(client: discord.Client, commands: Sequence[AnyCommand]) -> Tree:
    """A client's tree with these commands, in servers only."""
    tree = Tree(
        client,
        allowed_contexts=app_commands.AppCommandContext(guild=True),
        allowed_installs=app_commands.AppInstallationType(guild=True),
    )
    for command in commands:
        tree.add_command(command)
    return tree


async def sync(tree: Tree, key_values: KeyValueStore, application_id: int) -> None:
    """Registers the commands if they or the application changed since the last registration.

    Discord limits registrations per day, and each makes its clients reload the list.
    """
    await tree.set_translator(CommandTranslator())
    translator = tree.translator
    assert translator is not None  # noqa: S101 - it was just set
    payload = [await command.get_translated_payload(tree, translator) for command in tree.get_commands()]
    digest = hashlib.sha256(json.dumps([application_id, payload], sort_keys=True).encode()).hexdigest()
    if await key_values.get(COMMANDS_KEY) == digest and {command.name for command in await tree.fetch_commands()} == {
        command["name"] for command in payload
    }:
        return
    # As `tree.sync`, which would build the payload again.
    await tree.client.http.bulk_upsert_global_commands(application_id, payload=payload)
    await key_values.set(COMMANDS_KEY, digest)
    log.info("%d commands registered", len(payload))
