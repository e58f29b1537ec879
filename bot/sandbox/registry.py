"""Which commands the bot has registered, and who may use them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox import permissions
from bot.sandbox.errors import DiscordError
from bot.sandbox.events import CommandsChanged
from bot.sandbox.validate.command import CHAT_INPUT, check_command
from bot.sandbox.validate.form import Form
from bot.sandbox.world import Command

if TYPE_CHECKING:
    from bot.sandbox.payload import Payload
    from bot.sandbox.realm import Realm
    from bot.sandbox.world import Channel

MOST_SLASH, MOST_MENUS = 100, 5


def listed(realm: Realm, guild_id: int | None) -> list[Command]:
    """Return the global commands (None) or a guild's."""
    return [command for command in realm.world.commands if command.guild_id == guild_id]


def overwrite(realm: Realm, guild_id: int | None, bodies: list[object]) -> list[Command]:
    """Replace all commands of a scope; one whose name and type stay keeps its id.

    Raises:
        DiscordError: 50035 for a definition that breaks a rule, 30032 for too many.
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
    others = [command for command in realm.world.commands if command.guild_id != guild_id]
    fresh = [_register(realm, guild_id, definition) for definition in definitions]
    _keep(realm, others + fresh)
    return fresh


def upsert(realm: Realm, guild_id: int | None, body: object) -> Command:
    """Add one command, or replace the one of its name and type."""
    form = Form()
    definition = check_command(form, (), body)
    form.finish()
    command = _register(realm, guild_id, definition)
    rest = [other for other in realm.world.commands if other.id != command.id]
    _count([other.definition for other in rest if other.guild_id == guild_id] + [definition])
    _keep(realm, [*rest, command])
    return command


def remove(realm: Realm, command: Command) -> None:
    """Delete a command."""
    _keep(realm, [other for other in realm.world.commands if other is not command])


def usable(realm: Realm, command: Command, user_id: int, channel: Channel) -> bool:
    """Tell whether a member sees a command in a channel: permissions, context, and the default a bot sets."""
    granted = realm.permissions(user_id, channel)
    if not granted & permissions.Permission.USE_APPLICATION_COMMANDS:
        return False
    contexts = command.definition.get("contexts")
    if contexts is not None and 0 not in contexts:
        return False
    if command.definition.get("nsfw") and not realm.world.root(channel).nsfw:
        return False
    default = command.definition.get("default_member_permissions")
    if default is None:
        return True
    needed = int(default)
    # "0" means nobody but administrators
    return granted == permissions.ALL or (needed != 0 and granted & needed == needed)


def _register(realm: Realm, guild_id: int | None, definition: Payload) -> Command:
    key = (definition["name"], definition["type"])
    before = next((c for c in listed(realm, guild_id) if (c.name, c.type) == key), None)
    if before is not None and before.definition == definition:
        return before
    version = realm.snowflakes.next()
    return Command(before.id if before else version, version, guild_id, definition)


def _count(definitions: list[Payload]) -> None:
    for kind in (1, 2, 3):
        most = MOST_SLASH if kind == CHAT_INPUT else MOST_MENUS
        if sum(definition["type"] == kind for definition in definitions) > most:
            raise DiscordError(400, 30032, f"Maximum number of application commands reached ({most})")


def _keep(realm: Realm, commands: list[Command]) -> None:
    realm.world.commands = commands
    realm.archive.put_commands(commands)
    realm.events.publish(CommandsChanged())
