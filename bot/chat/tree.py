"""The command tree, and its registration with Discord only when it has changed."""

import hashlib
import json
import logging
from typing import TYPE_CHECKING, Any, Final

import discord
from discord import app_commands

from bot import logs
from bot.chat.commands.config import ConfigGroup
from bot.chat.commands.imagine import imagine
from bot.chat.commands.me import me_commands
from bot.chat.commands.mod import ModGroup
from bot.chat.commands.queue import queue_commands
from bot.chat.commands.session import SessionGroup
from bot.chat.commands.style import StyleGroup
from bot.chat.counter import Counter
from bot.chat.desk import Desk
from bot.chat.errors import answer_error
from bot.chat.menus import Menus
from bot.chat.parts import Parts
from bot.chat.speech import Speech
from bot.store.memos import Memos

if TYPE_CHECKING:
    from bot.chat.client import ImagineClient

log = logging.getLogger(__name__)

MEMO: Final = "commands"


class Tree(app_commands.CommandTree["ImagineClient"]):
    """The command tree; every error reaches the person."""

    async def interaction_check(self, interaction: "discord.Interaction[Any]", /) -> bool:
        """Lets everybody through; from here on the log says which interaction it is about."""
        logs.bind(interaction=interaction.id, member=interaction.user.id, guild=interaction.guild_id or 0)
        return True

    async def on_error(self, interaction: "discord.Interaction[Any]", error: app_commands.AppCommandError, /) -> None:
        """See `bot.chat.errors` for the order of handling."""
        await answer_error(interaction, error)


def build(client: "ImagineClient", parts: Parts, desk: Desk, counter: Counter) -> Tree:
    """The tree of a client."""
    tree = Tree(
        client,
        allowed_contexts=app_commands.AppCommandContext(guild=True),
        allowed_installs=app_commands.AppInstallationType(guild=True),
    )
    for command in (
        imagine(parts, desk),
        *queue_commands(parts, counter),
        *me_commands(parts),
        StyleGroup(parts),
        SessionGroup(parts),
        ModGroup(parts),
        ConfigGroup(parts),
        *Menus(parts, desk, counter).commands(),
    ):
        tree.add_command(command)
    return tree


async def sync(tree: Tree, memos: Memos, application_id: int) -> None:
    """Registers the commands if their payload, or the application, is not the one registered last.

    Discord limits registrations per day, and each makes clients load the list anew.
    """
    await tree.set_translator(Speech())
    translator = tree.translator
    assert translator is not None  # noqa: S101 - it was just set
    payload = [await command.get_translated_payload(tree, translator) for command in tree.get_commands()]
    digest = hashlib.sha256(json.dumps([application_id, payload], sort_keys=True).encode()).hexdigest()
    if await memos.get(MEMO) == digest and {command.name for command in await tree.fetch_commands()} == {
        command["name"] for command in payload
    }:
        return
    # What `tree.sync` does, with a payload that is there already.
    await tree.client.http.bulk_upsert_global_commands(application_id, payload=payload)
    await memos.set(MEMO, digest)
    log.info("%d commands registered", len(payload))
