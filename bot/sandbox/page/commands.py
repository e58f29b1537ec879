"""The page's actions with commands: slash and context menu commands, autocomplete, and modals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.errors import missing_permissions, unknown_command, unknown_interaction
from bot.sandbox.models.interaction import InteractionKind, State
from bot.sandbox.models.payload import snowflake
from bot.sandbox.page.modal import modal_values
from bot.sandbox.page.path_params import channel_of, require_usable
from bot.sandbox.rest.endpoint import path_id
from bot.sandbox.rest.request_body import read_body
from bot.sandbox.serializers import message_objects
from bot.sandbox.services import application_commands, interaction_service
from bot.sandbox.services.attachment_service import assemble
from bot.sandbox.validate.command import CHAT_INPUT, MESSAGE, USER
from bot.sandbox.validate.form import Form
from bot.sandbox.validate.option import Options

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiohttp import web

    from bot.sandbox.models.guild import Attachment, Channel, Command
    from bot.sandbox.models.payload import Payload
    from bot.sandbox.models.upload import Upload
    from bot.sandbox.state.sandbox_state import SandboxState

MODAL_CALLBACK = 9


async def use_command(state: SandboxState, user_id: int, request: web.Request) -> Payload:
    """Use a slash command, or a context menu command on a message or a member."""
    channel = channel_of(state, user_id, request)
    body = await read_body(request)
    asked = body.object()
    command = _usable(state, user_id, channel, asked.get("command_id"))
    data: Payload = {"id": str(command.id), "name": command.name, "type": command.type}
    if command.guild_id is not None:
        data["guild_id"] = str(command.guild_id)
    if command.type == CHAT_INPUT:
        form = Form()
        options = Options(state, user_id, _files(state, channel, body.files), form)
        checked = options.check(command.definition["options"], asked.get("options") or [])
        form.finish()
        if checked:
            data["options"] = checked
        if options.resolved:
            data["resolved"] = options.resolved
        opened = interaction_service.open_interaction(state, InteractionKind.COMMAND, user_id, channel, data)
    else:
        target = snowflake(asked.get("target_id"))
        data |= {"target_id": str(target), "resolved": _target(state, user_id, channel, command, target)}
        message = state.message(channel, target) if command.type == MESSAGE else None
        opened = interaction_service.open_interaction(
            state, InteractionKind.COMMAND, user_id, channel, data, message=message
        )
    return {"interaction_id": str(opened.id)}


def _usable(state: SandboxState, user_id: int, channel: Channel, command_id: object) -> Command:
    wanted = snowflake(command_id)
    command = next((command for command in state.guild_data.commands if command.id == wanted), None)
    if command is None:
        raise unknown_command()
    require_usable(state, user_id, channel)
    if not application_commands.usable(state, command, user_id, channel):
        raise missing_permissions()
    return command


def _files(state: SandboxState, channel: Channel, uploads: Mapping[int, Upload]) -> dict[str, Attachment]:
    """Store the files of options, and return them by the number in the request."""
    kept = {}
    for number, upload in uploads.items():
        (file,) = assemble(state, channel.id, [], None, {number: upload})
        state.option_files[file.id] = file
        kept[str(number)] = file
    return kept


def _target(state: SandboxState, user_id: int, channel: Channel, command: Command, target: int | None) -> Payload:
    if command.type == USER:
        form = Form()
        options = Options(state, user_id, {}, form)
        options.check([{"type": 6, "name": "target_id"}], [{"name": "target_id", "value": str(target)}])
        form.finish()
        return options.resolved
    message = state.message(channel, target)
    # a message command shows the bot the content of the message even without the intent
    body = message_objects.message(state, message, viewer_id=user_id)
    return {"messages": {str(message.id): body}}


async def autocomplete(state: SandboxState, user_id: int, request: web.Request) -> Payload:
    """Ask the bot to complete an option, and wait for its choices."""
    channel = channel_of(state, user_id, request)
    asked = (await read_body(request)).object()
    command = _usable(state, user_id, channel, asked.get("command_id"))
    form = Form()
    options = Options(state, user_id, {}, form, focused=str(asked.get("focused")))
    checked = options.check(command.definition.get("options") or [], asked.get("options") or [])
    if not options.completing:
        form.error(("focused",), "UNKNOWN_OPTION", "The command has no such option with autocomplete")
    form.finish()
    data: Payload = {"id": str(command.id), "name": command.name, "type": command.type, "options": checked}
    if command.guild_id is not None:
        data["guild_id"] = str(command.guild_id)
    opened = interaction_service.open_interaction(state, InteractionKind.AUTOCOMPLETE, user_id, channel, data)
    await opened.settled.wait()
    return {"failed": opened.state is State.FAILED, "choices": (opened.answer or {}).get("choices", [])}


async def submit_modal(state: SandboxState, user_id: int, request: web.Request) -> Payload:
    """Submit a modal that the bot opened."""
    trigger = state.interactions.get(path_id(request, "interaction_id"))
    if trigger is None or trigger.user_id != user_id or trigger.callback_type != MODAL_CALLBACK:
        raise unknown_interaction()
    body = (await read_body(request)).object()
    channel = state.channel(trigger.channel_id)
    data = modal_values(state, user_id, trigger.answer or {}, body.get("values"))
    message = None
    if trigger.kind is InteractionKind.COMPONENT and trigger.message_id is not None:
        message = state.guild_data.message(channel.id, trigger.message_id)
    opened = interaction_service.open_interaction(
        state, InteractionKind.MODAL, user_id, channel, data, message=message, trigger=trigger
    )
    return {"interaction_id": str(opened.id)}
