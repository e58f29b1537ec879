"""Endpoints of channels and messages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.errors import cannot_message_user, not_the_author, old_edits_exhausted
from bot.sandbox.models.message_constants import COMPONENTS_V2
from bot.sandbox.models.payload import snowflake
from bot.sandbox.models.permissions import NONE, Permission, to_write
from bot.sandbox.rest import audit
from bot.sandbox.rest.endpoint import Answer, Endpoint, path_id
from bot.sandbox.rest.request_body import read_body
from bot.sandbox.serializers import message_objects, objects
from bot.sandbox.services import forward_service, message_service, thread_lifecycle
from bot.sandbox.state.audit_log import Action
from bot.sandbox.state.events import TypingStarted
from bot.sandbox.state.ratelimit import OLD_EDITS
from bot.sandbox.validate.form import Form
from bot.sandbox.validate.message import check_message

if TYPE_CHECKING:
    from aiohttp import web

    from bot.sandbox.models.guild import Channel, Message
    from bot.sandbox.state.sandbox_state import SandboxState


OLD_S = 3600.0


def bot_channel(state: SandboxState, request: web.Request, needed: Permission = NONE) -> Channel:
    """Return the channel of the path.

    Raises:
        DiscordError: 10003 if there is none, 50001 or 50013 if the bot lacks the needed permissions in it, 50007 if it
            is of direct messages.
    """
    channel_id = path_id(request, "channel_id")
    if channel_id in [channel.id for channel in state.guild_data.direct.values()]:
        raise cannot_message_user()
    channel = state.channel(channel_id)
    state.require(state.guild_data.bot.id, channel, needed)
    thread_lifecycle.auto_archive(state, channel)
    return channel


async def get_channel(state: SandboxState, request: web.Request) -> Answer:
    """GET /channels/{channel_id}."""
    channel_id = path_id(request, "channel_id")
    for user_id, channel in state.guild_data.direct.items():
        if channel.id == channel_id:
            return objects.direct_channel(channel, state.guild_data.user(user_id))
    return objects.channel(state, bot_channel(state, request))


async def list_messages(state: SandboxState, request: web.Request) -> Answer:
    """GET /channels/{channel_id}/messages, newest first; a direct message channel has none."""
    if path_id(request, "channel_id") in [channel.id for channel in state.guild_data.direct.values()]:
        return []
    channel = bot_channel(state, request)
    if not state.permissions(state.guild_data.bot.id, channel) & Permission.READ_MESSAGE_HISTORY:
        return []
    return [message_objects.message(state, post) for post in page_of(state, channel, request)]


def page_of(state: SandboxState, channel: Channel, request: web.Request) -> list[Message]:
    """Return the messages that a request's `limit`, `before`, `after` and `around` ask for, newest first."""
    form = Form()
    limit = snowflake(request.query.get("limit", "50"))
    if limit is None:
        form.error(("limit",), "NUMBER_TYPE_COERCE", f'Value "{request.query["limit"]}" is not int.')
    else:
        form.integer(("limit",), limit, 1, 100)
    bounds = {}
    for key in ("before", "after", "around"):
        if key in request.query:
            bounds[key] = snowflake(request.query[key])
            if bounds[key] is None:
                form.error((key,), "NUMBER_TYPE_COERCE", f'Value "{request.query[key]}" is not snowflake.')
    form.finish()
    count = limit or 50
    posted = [post for post in state.guild_data.messages.get(channel.id, {}).values() if post.ephemeral_for is None]
    if (around := bounds.get("around")) is not None:
        older = [post for post in posted if post.id < around][-(count // 2) :]
        newer = [post for post in posted if post.id >= around][: count - len(older)]
        return list(reversed(older + newer))
    if (after := bounds.get("after")) is not None:
        return list(reversed([post for post in posted if post.id > after][:count]))
    if (before := bounds.get("before")) is not None:
        posted = [post for post in posted if post.id < before]
    return list(reversed(posted[-count:]))


async def get_message(state: SandboxState, request: web.Request) -> Answer:
    """GET /channels/{channel_id}/messages/{message_id}."""
    channel = bot_channel(state, request, Permission.READ_MESSAGE_HISTORY)
    return message_objects.message(state, state.message(channel, path_id(request, "message_id")))


async def create_message(state: SandboxState, request: web.Request) -> Answer:
    """POST /channels/{channel_id}/messages."""
    channel = bot_channel(state, request)
    body = await read_body(request)
    draft = check_message(body.object())
    author_id = state.guild_data.bot.id
    if draft.reference is not None and draft.reference.forwards:
        message = forward_service.forward(state, author_id, channel, draft.reference)
    else:
        message = message_service.post(state, author_id, channel, draft, body.files)
    return message_objects.message(state, message)


async def edit_message(state: SandboxState, request: web.Request) -> Answer:
    """PATCH /channels/{channel_id}/messages/{message_id}."""
    channel = bot_channel(state, request)
    body = await read_body(request)
    message = state.message(channel, path_id(request, "message_id"))
    if message.author_id != state.guild_data.bot.id:
        raise not_the_author()
    draft = check_message(body.object(), v2=bool(message.flags & COMPONENTS_V2))
    # the bot may edit its own message in a channel in which it can no longer write
    needed = message_service.needed_to_post(channel, draft, body.files) & ~to_write(channel)
    state.require(state.guild_data.bot.id, channel, needed)
    _count_old_edit(state, message)
    return message_objects.message(state, message_service.edit(state, message, draft, body.files))


def _count_old_edit(state: SandboxState, message: Message) -> None:
    """Raise 30046 if messages older than an hour are edited too often."""
    if state.clock.time() - message.timestamp > OLD_S:
        result = state.limits.take(OLD_EDITS, str(message.channel_id), counts_globally=False)
        if not result.allowed:
            raise old_edits_exhausted(result.retry_after)


async def delete_message(state: SandboxState, request: web.Request) -> Answer:
    """DELETE /channels/{channel_id}/messages/{message_id}."""
    channel = bot_channel(state, request)
    message = state.message(channel, path_id(request, "message_id"))
    message_service.delete_as(state, state.guild_data.bot.id, channel, message)
    if message.author_id != state.guild_data.bot.id:
        audit.record(state, request, Action.MESSAGE_DELETE, message.author_id, channel_id=channel.id, count=1)
    return None


async def start_typing(state: SandboxState, request: web.Request) -> Answer:
    """POST /channels/{channel_id}/typing."""
    channel = bot_channel(state, request)
    state.require(state.guild_data.bot.id, channel, to_write(channel))
    state.events.publish(TypingStarted(channel.id, state.guild_data.bot.id, state.clock.time()))
    return None


MESSAGES = "/channels/{channel_id}/messages"
IN_CHANNEL = ("channel_id",)
ENDPOINTS = [
    Endpoint("GET", "/channels/{channel_id}", get_channel, "channel", IN_CHANNEL),
    Endpoint("POST", "/channels/{channel_id}/typing", start_typing, "typing", IN_CHANNEL),
    Endpoint("GET", MESSAGES, list_messages, "message-list", IN_CHANNEL),
    Endpoint("POST", MESSAGES, create_message, "message-post", IN_CHANNEL),
    Endpoint("GET", MESSAGES + "/{message_id}", get_message, "message-get", IN_CHANNEL),
    Endpoint("PATCH", MESSAGES + "/{message_id}", edit_message, "message-edit", IN_CHANNEL),
    Endpoint("DELETE", MESSAGES + "/{message_id}", delete_message, "message-delete", IN_CHANNEL),
]
