"""The control API's changes of what exists: messages, channels, threads, permissions and roles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.control.body import ControlError, channel_in, id_in, read_fields, user_id_of
from bot.sandbox.models.guild import Message, Overwrite
from bot.sandbox.serializers import message_objects, objects
from bot.sandbox.services import channel_service, message_service, role_service, thread_lifecycle

if TYPE_CHECKING:
    from aiohttp import web

    from bot.sandbox.gateway.gateway import Gateway
    from bot.sandbox.models.payload import Payload
    from bot.sandbox.state.sandbox_state import SandboxState


async def get_state(state: SandboxState, _: Gateway, __: web.Request) -> Payload:
    """GET /state: ids and names of everything."""
    data = state.guild_data
    return {
        "bot_id": str(data.bot.id),
        "bot_online": state.bot_online,
        "bot_token": state.bot_token,
        "guild_id": str(data.guild.id),
        "channels": [objects.channel(state, channel) for channel in data.channels.values()],
        "threads": [objects.channel(state, thread) for thread in data.threads.values()],
        "roles": [objects.role(role) for role in data.roles.values()],
        "members": [objects.member(member) for member in data.members.values()],
        "pings": [{"message_id": str(message), "user_id": str(user)} for message, user in state.pings],
    }


async def list_messages(state: SandboxState, _: Gateway, request: web.Request) -> Payload:
    """GET /channels/{channel_id}/messages: all of them, oldest first, ephemeral ones too, with their nonce."""
    channel = channel_in(state, request)
    found = state.guild_data.messages.get(channel.id, {}).values()
    return {"messages": [message_objects.message(state, message) | {"nonce": message.nonce} for message in found]}


async def add_message(state: SandboxState, _: Gateway, request: web.Request) -> Payload:
    """POST /channels/{channel_id}/messages: `count` messages of a member, without a check of permissions."""
    channel = channel_in(state, request)
    fields = await read_fields(request)
    author_id = user_id_of(state, fields.get("author", str))
    content, count = fields.get("content", str), fields.get("count", int, 1)
    fields.finish()
    if not 1 <= count <= 1000:
        raise ControlError("The count has to be between 1 and 1000.")
    posted = []
    for _number in range(count):
        now = state.clock.time()
        message = Message(state.snowflakes.next(), channel.id, author_id, now, content=content)
        posted.append(message_service.publish(state, message))
    return {"ids": [str(message.id) for message in posted]}


async def remove_message(state: SandboxState, _: Gateway, request: web.Request) -> Payload:
    """DELETE /channels/{channel_id}/messages/{message_id}."""
    channel = channel_in(state, request)
    message = state.guild_data.message(channel.id, id_in(request, "message_id"))
    if message is None:
        raise ControlError("There is no such message.", 404)
    message_service.delete(state, message)
    return {}


async def add_channel(state: SandboxState, _: Gateway, request: web.Request) -> Payload:
    """POST /channels."""
    fields = await read_fields(request)
    name, kind = fields.get("name", str), fields.get("type", int, 0)
    fields.finish()
    return objects.channel(state, channel_service.create(state, name, kind))


async def change_channel(state: SandboxState, _: Gateway, request: web.Request) -> Payload:
    """PATCH /channels/{channel_id}: a name; or `archived` and `locked` of a thread."""
    channel = channel_in(state, request)
    fields = await read_fields(request)
    named, flags = fields.given("name", str), fields.given("archived", bool) | fields.given("locked", bool)
    fields.finish()
    if flags and channel.thread is None:
        raise ControlError("Only threads can be archived and locked.")
    if channel.thread is None:
        channel_service.edit(state, channel, **named)
        return objects.channel(state, channel)
    channel.name = named.get("name", channel.name)
    channel.thread.locked = flags.get("locked", channel.thread.locked)
    if "archived" in flags:
        thread_lifecycle.archive(state, channel, archived=flags["archived"])
    thread_lifecycle.publish_update(state, channel)
    return objects.channel(state, channel)


async def remove_channel(state: SandboxState, _: Gateway, request: web.Request) -> Payload:
    """DELETE /channels/{channel_id}: a channel or a thread, with everything in it."""
    channel = channel_in(state, request)
    (channel_service.delete if channel.thread is None else thread_lifecycle.delete)(state, channel)
    return {}


async def set_overwrite(state: SandboxState, _: Gateway, request: web.Request) -> Payload:
    """PUT /channels/{channel_id}/overwrites/{target_id}: `allow` and `deny` are permission bits."""
    channel, target_id = channel_in(state, request), id_in(request, "target_id")
    fields = await read_fields(request)
    allow, deny = fields.get("allow", int, 0), fields.get("deny", int, 0)
    fields.finish()
    if channel.thread is not None:
        raise ControlError("A thread has the overwrites of its channel; change those.")
    kind = 0 if target_id in state.guild_data.roles else 1
    channel_service.set_overwrite(state, channel, Overwrite(target_id, kind, allow, deny))
    return objects.channel(state, channel)


async def remove_overwrite(state: SandboxState, _: Gateway, request: web.Request) -> Payload:
    """DELETE /channels/{channel_id}/overwrites/{target_id}."""
    channel = channel_in(state, request)
    channel_service.remove_overwrite(state, channel, id_in(request, "target_id"))
    return objects.channel(state, channel)


async def change_role(state: SandboxState, _: Gateway, request: web.Request) -> Payload:
    """PATCH /roles/{role_id}: its permission bits."""
    role = state.guild_data.roles.get(id_in(request, "role_id"))
    if role is None:
        raise ControlError("There is no such role.", 404)
    fields = await read_fields(request)
    granted = fields.get("permissions", int)
    fields.finish()
    role_service.edit(state, role, permissions=granted)
    return objects.role(role)
