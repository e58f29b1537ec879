"""The bot's registered commands, and who can use them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.errors import DiscordError
from bot.sandbox.models import permissions
from bot.sandbox.models.guild import Command
from bot.sandbox.state.events import CommandsChanged
from bot.sandbox.validate.command import CHAT_INPUT, MESSAGE, USER, check_command
from bot.sandbox.validate.form import Form

if TYPE_CHECKING:
    from bot.sandbox.models.guild import Channel
    from bot.sandbox.models.payload import Payload
    from bot.sandbox.state.sandbox_state import SandboxState

# of slash commands, user menus and message menus; fifteen message menus since March 2026
MAX_COMMANDS = {CHAT_INPUT: 100, USER: 5, MESSAGE: 15}


def listed(state: SandboxState, guild_id: int | None) -> list[Command]:
    """Return the commands of a guild, or the global ones for None."""
    return [command for command in state.guild_data.commands if command.guild_id == guild_id]


def overwrite(state: SandboxState, guild_id: int | None, bodies: list[object]) -> list[Command]:
    """Replace all commands of a guild, or the global ones. A command with the same name and type keeps its id.

    Raises:
        DiscordError: 50035 for an invalid definition, 30032 for too many commands.
    """
    form = Form()
    definitions = [check_command(form, (index,), body) for index, body in enumerate(bodies)]
    names = [(definition["name"], definition["type"]) for definition in definitions]
    for index, name in enumerate(names):
        if name in names[:index]:
            words = "Application command names must be unique"
            form.error((index, "name"), "APPLICATION_COMMANDS_DUPLICATE_NAME", words)
    form.finish()
    _count(definitions)
    others = [command for command in state.guild_data.commands if command.guild_id != guild_id]
    fresh = [_register(state, guild_id, definition) for definition in definitions]
    _store(state, others + fresh)
    return fresh


def upsert(state: SandboxState, guild_id: int | None, body: object) -> Command:
    """Add a command, or replace the one with the same name and type.

    Raises:
        DiscordError: 50035 for an invalid definition, 30032 for too many commands.
    """
    form = Form()
    definition = check_command(form, (), body)
    form.finish()
    command = _register(state, guild_id, definition)
    rest = [other for other in state.guild_data.commands if other.id != command.id]
    _count([other.definition for other in rest if other.guild_id == guild_id] + [definition])
    _store(state, [*rest, command])
    return command


def remove(state: SandboxState, command: Command) -> None:
    """Delete a command."""
    _store(state, [other for other in state.guild_data.commands if other is not command])


def usable(state: SandboxState, command: Command, user_id: int, channel: Channel) -> bool:
    """Return whether a member can use a command in a channel, by permissions, contexts and age restriction."""
    granted = state.permissions(user_id, channel)
    if not granted & permissions.Permission.USE_APPLICATION_COMMANDS:
        return False
    contexts = command.definition.get("contexts")
    if contexts is not None and 0 not in contexts:
        return False
    if command.definition.get("nsfw") and not state.guild_data.root(channel).nsfw:
        return False
    default = command.definition.get("default_member_permissions")
    if default is None:
        return True
    needed = int(default)
    # "0" means administrators only
    return granted == permissions.ALL or (needed != 0 and granted & needed == needed)


def _register(state: SandboxState, guild_id: int | None, definition: Payload) -> Command:
    key = (definition["name"], definition["type"])
    before = next((c for c in listed(state, guild_id) if (c.name, c.type) == key), None)
    if before is not None and before.definition == definition:
        return before
    version = state.snowflakes.next()
    return Command(before.id if before else version, version, guild_id, definition)


def _count(definitions: list[Payload]) -> None:
    for kind, most in MAX_COMMANDS.items():
        if sum(definition["type"] == kind for definition in definitions) > most:
            raise DiscordError(400, 30032, f"Maximum number of application commands reached ({most})")


def _store(state: SandboxState, commands: list[Command]) -> None:
    state.guild_data.commands = commands
    state.archive.put_commands(commands)
    state.events.publish(CommandsChanged())
