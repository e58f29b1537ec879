"""What a person does on the page: writing, reacting, deleting, and starting interactions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox import posting, reacting, registry, wire_message
from bot.sandbox.attachments import assemble
from bot.sandbox.body import read_body
from bot.sandbox.errors import invalid_form, missing_permissions, unknown_command, unknown_interaction, unknown_message
from bot.sandbox.interactions import Kind, State
from bot.sandbox.page.modal import modal_values
from bot.sandbox.payload import snowflake
from bot.sandbox.permissions import Permission
from bot.sandbox.rest.channels import delete_as
from bot.sandbox.rest.endpoint import path_id
from bot.sandbox.validate.command import CHAT_INPUT, MESSAGE, USER
from bot.sandbox.validate.component import SELECTS, STRING_SELECT
from bot.sandbox.validate.form import Form
from bot.sandbox.validate.message import check_message
from bot.sandbox.validate.option import Options

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiohttp import web

    from bot.sandbox.body import Upload
    from bot.sandbox.payload import Payload
    from bot.sandbox.realm import Realm
    from bot.sandbox.world import Attachment, Channel, Command, Message

# what a person's client can send; embeds and components are for applications
_PERSONAL = ("content", "attachments", "message_reference", "nonce", "allowed_mentions", "flags")
MODAL_CALLBACK = 9


def _channel(realm: Realm, user_id: int, request: web.Request) -> Channel:
    channel = realm.channel(path_id(request, "channel_id"))
    realm.require(user_id, channel, Permission.VIEW_CHANNEL)
    return channel


def _message(realm: Realm, user_id: int, channel: Channel, request: web.Request) -> Message:
    """Return the message that a path names, if this member sees it."""
    message = realm.world.message(channel.id, path_id(request, "message_id"))
    if message is None or message.ephemeral_for not in (None, user_id):
        raise unknown_message()
    return message


async def post_message(realm: Realm, user_id: int, request: web.Request) -> Payload:
    """Write a message."""
    channel = _channel(realm, user_id, request)
    body = await read_body(request)
    draft = check_message({key: value for key, value in body.object().items() if key in _PERSONAL})
    return wire_message.message(realm, posting.post(realm, user_id, channel, draft, body.files), viewer_id=user_id)


async def delete_message(realm: Realm, user_id: int, request: web.Request) -> Payload:
    """Delete a message."""
    channel = _channel(realm, user_id, request)
    delete_as(realm, user_id, channel, realm.message(channel, path_id(request, "message_id")))
    return {}


async def add_reaction(realm: Realm, user_id: int, request: web.Request) -> Payload:
    """React."""
    channel = _channel(realm, user_id, request)
    message = realm.message(channel, path_id(request, "message_id"))
    reacting.react(realm, channel, message, user_id, request.match_info["emoji"])
    return {}


async def remove_reaction(realm: Realm, user_id: int, request: web.Request) -> Payload:
    """Take one's own reaction back."""
    channel = _channel(realm, user_id, request)
    message = realm.message(channel, path_id(request, "message_id"))
    reacting.unreact(realm, message, user_id, request.match_info["emoji"])
    return {}


async def use_component(realm: Realm, user_id: int, request: web.Request) -> Payload:
    """Click a button or choose from a select."""
    channel = _channel(realm, user_id, request)
    message = _message(realm, user_id, channel, request)
    body = (await read_body(request)).object()
    component = _component(message, body.get("custom_id"))
    data: Payload = {"custom_id": component["custom_id"], "component_type": component["type"], "id": component["id"]}
    if component["type"] in SELECTS:
        data |= _selected(realm, user_id, component, body.get("values"))
    opened = realm.interactions.open(realm, Kind.COMPONENT, user_id, channel, data, message=message)
    return {"interaction_id": str(opened.id)}


def _component(message: Message, custom_id: object) -> Payload:
    for row in message.components:
        for component in row["components"]:
            if component.get("custom_id") == custom_id and custom_id and not component.get("disabled"):
                found: Payload = component
                return found
    words = "There is no such component to use"
    raise invalid_form({"custom_id": {"_errors": [{"code": "COMPONENT_NOT_FOUND", "message": words}]}})


def _selected(realm: Realm, user_id: int, component: Payload, values: object) -> Payload:
    form = Form()
    chosen = form.array(("values",), values, component["max_values"], component["min_values"])
    data: Payload = {"values": [str(value) for value in chosen]}
    if component["type"] == STRING_SELECT:
        for index, value in enumerate(chosen):
            form.choice(("values", index), value, tuple(option["value"] for option in component["options"]))
    else:
        # select types 5 to 8 hold what option types 6, 8, 9 and 7 hold
        kind = {5: 6, 6: 8, 7: 9, 8: 7}[component["type"]]
        options = Options(realm, user_id, {}, form)
        for value in chosen:
            options.check([{"type": kind, "name": "value"}], [{"name": "value", "value": value}], ("values",))
        data["resolved"] = options.resolved
    form.finish()
    return data


async def use_command(realm: Realm, user_id: int, request: web.Request) -> Payload:
    """Use a slash command, or a menu command on a message or a member."""
    channel = _channel(realm, user_id, request)
    body = await read_body(request)
    asked = body.object()
    command = _usable(realm, user_id, channel, asked.get("command_id"))
    data: Payload = {"id": str(command.id), "name": command.name, "type": command.type}
    if command.guild_id is not None:
        data["guild_id"] = str(command.guild_id)
    if command.type == CHAT_INPUT:
        form = Form()
        options = Options(realm, user_id, _files(realm, channel, body.files), form)
        checked = options.check(command.definition["options"], asked.get("options") or [])
        form.finish()
        if checked:
            data["options"] = checked
        if options.resolved:
            data["resolved"] = options.resolved
        opened = realm.interactions.open(realm, Kind.COMMAND, user_id, channel, data)
    else:
        target = snowflake(asked.get("target_id"))
        data |= {"target_id": str(target), "resolved": _target(realm, user_id, channel, command, target)}
        message = realm.message(channel, target) if command.type == MESSAGE else None
        opened = realm.interactions.open(realm, Kind.COMMAND, user_id, channel, data, message=message)
    return {"interaction_id": str(opened.id)}


def _usable(realm: Realm, user_id: int, channel: Channel, command_id: object) -> Command:
    wanted = snowflake(command_id)
    command = next((command for command in realm.world.commands if command.id == wanted), None)
    if command is None:
        raise unknown_command()
    if not registry.usable(realm, command, user_id, channel):
        raise missing_permissions()
    return command


def _files(realm: Realm, channel: Channel, uploads: Mapping[int, Upload]) -> dict[str, Attachment]:
    """Keep the files that options name by their number, and return them under it."""
    kept = {}
    for number, upload in uploads.items():
        (file,) = assemble(realm, channel.id, [], None, {number: upload})
        realm.option_files[file.id] = file
        kept[str(number)] = file
    return kept


def _target(realm: Realm, user_id: int, channel: Channel, command: Command, target: int | None) -> Payload:
    if command.type == USER:
        form = Form()
        options = Options(realm, user_id, {}, form)
        options.check([{"type": 6, "name": "target_id"}], [{"name": "target_id", "value": str(target)}])
        form.finish()
        return options.resolved
    message = realm.message(channel, target)
    # a menu command shows the bot what the message says, whatever its intents
    body = wire_message.message(realm, message, viewer_id=user_id)
    return {"messages": {str(message.id): body}}


async def autocomplete(realm: Realm, user_id: int, request: web.Request) -> Payload:
    """Ask the bot to complete an option, and wait for its choices."""
    channel = _channel(realm, user_id, request)
    asked = (await read_body(request)).object()
    command = _usable(realm, user_id, channel, asked.get("command_id"))
    form = Form()
    options = Options(realm, user_id, {}, form, focused=str(asked.get("focused")))
    checked = options.check(command.definition["options"], asked.get("options") or [])
    form.finish()
    data: Payload = {"id": str(command.id), "name": command.name, "type": command.type, "options": checked}
    opened = realm.interactions.open(realm, Kind.AUTOCOMPLETE, user_id, channel, data)
    await opened.settled.wait()
    return {"failed": opened.state is State.FAILED, "choices": (opened.answer or {}).get("choices", [])}


async def submit_modal(realm: Realm, user_id: int, request: web.Request) -> Payload:
    """Submit a modal that the bot opened."""
    trigger = realm.interactions.get(path_id(request, "interaction_id"))
    if trigger is None or trigger.user_id != user_id or trigger.callback_type != MODAL_CALLBACK:
        raise unknown_interaction()
    body = (await read_body(request)).object()
    channel = realm.channel(trigger.channel_id)
    data = modal_values(realm, user_id, trigger.answer or {}, body.get("values"))
    message = None
    if trigger.kind is Kind.COMPONENT and trigger.message_id is not None:
        message = realm.world.message(channel.id, trigger.message_id)
    opened = realm.interactions.open(realm, Kind.MODAL, user_id, channel, data, message=message, trigger=trigger)
    return {"interaction_id": str(opened.id)}
