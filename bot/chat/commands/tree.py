"""The command tree, and its registration with Discord only when it has changed."""

import hashlib
import json
import logging
from typing import Any, Final

import discord
from discord import app_commands

from bot.chat.commands.config import ConfigGroup
from bot.chat.commands.imagine import imagine
from bot.chat.commands.me import me_commands
from bot.chat.commands.menus import ContextMenus
from bot.chat.commands.mod import ModGroup
from bot.chat.commands.queue import queue_commands
from bot.chat.commands.session import SessionGroup
from bot.chat.commands.style import StyleGroup
from bot.chat.errors import answer_error
from bot.chat.i18n.command_translator import CommandTranslator
from bot.chat.job_actions import JobActions
from bot.chat.services import Services
from bot.chat.submission import JobSubmitter
from bot.operations import logs
from bot.store.key_values import KeyValueStore

log = logging.getLogger(__name__)

COMMANDS_KEY: Final = "commands"


class Tree(app_commands.CommandTree[discord.Client]):
    """The command tree; every error reaches the person."""

    async def interaction_check(self, interaction: "discord.Interaction[Any]", /) -> bool:
        """Lets everybody through; from here on the log says which interaction it is about."""
        logs.bind(interaction=interaction.id, member=interaction.user.id, guild=interaction.guild_id or 0)
        return True

    async def on_error(self, interaction: "discord.Interaction[Any]", error: app_commands.AppCommandError, /) -> None:
        """See `bot.chat.errors` for the order of handling."""
        await answer_error(interaction, error)


def build(client: discord.Client, services: Services, submitter: JobSubmitter, job_actions: JobActions) -> Tree:
    """The tree of a client."""
    tree = Tree(
        client,
        allowed_contexts=app_commands.AppCommandContext(guild=True),
        allowed_installs=app_commands.AppInstallationType(guild=True),
    )
    for command in (
        imagine(services, submitter),
        *queue_commands(services, job_actions),
        *me_commands(services),
        StyleGroup(services),
        SessionGroup(services),
        ModGroup(services),
        ConfigGroup(services),
        *ContextMenus(services, submitter, job_actions).commands(),
    ):
        tree.add_command(command)
    return tree


async def sync(tree: Tree, key_values: KeyValueStore, application_id: int) -> None:
    """Registers the commands if their payload, or the application, is not the one registered last.

    Discord limits registrations per day, and each makes clients load the list anew.
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
    # What `tree.sync` does, with a payload that is there already.
    await tree.client.http.bulk_upsert_global_commands(application_id, payload=payload)
    await key_values.set(COMMANDS_KEY, digest)
    log.info("%d commands registered", len(payload))
