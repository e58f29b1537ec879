"""Endpoints that start, change, join and list threads."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from bot.sandbox.errors import missing_access, missing_permissions, unknown_guild, unknown_member, wrong_channel_type
from bot.sandbox.models.payload import snowflake
from bot.sandbox.models.permissions import Permission, to_write
from bot.sandbox.models.thread import ANNOUNCEMENT_THREAD, PRIVATE_THREAD, PUBLIC_THREAD
from bot.sandbox.rest import guild_channels
from bot.sandbox.rest.channels import IN_CHANNEL, MESSAGES, bot_channel
from bot.sandbox.rest.endpoint import Answer, Endpoint, path_id
from bot.sandbox.rest.request_body import read_body
from bot.sandbox.serializers import message_objects, objects, thread_objects
from bot.sandbox.services import forum_service, thread_lifecycle, thread_service
from bot.sandbox.validate.channel_types import FORUM_KINDS
from bot.sandbox.validate.form import Form
from bot.sandbox.validate.message import check_message
from bot.sandbox.validate.thread import check_new_thread, check_thread_update

if TYPE_CHECKING:
    from aiohttp import web

    from bot.sandbox.models.guild import Channel
    from bot.sandbox.models.payload import Payload
    from bot.sandbox.rest.request_body import RequestBody
    from bot.sandbox.state.sandbox_state import SandboxState


async def start_from_message(state: SandboxState, request: web.Request) -> Answer:
    """POST /channels/{channel_id}/messages/{message_id}/threads."""
    channel = bot_channel(state, request)
    message = state.message(channel, path_id(request, "message_id"))
    wanted = check_new_thread((await read_body(request)).object(), with_message=True)
    return objects.channel(
        state, thread_service.start_from_message(state, state.guild_data.bot.id, channel, message, wanted)
    )


async def start_without_message(state: SandboxState, request: web.Request) -> Answer:
    """POST /channels/{channel_id}/threads; in a forum, a post."""
    channel = bot_channel(state, request)
    body = await read_body(request)
    if channel.type in FORUM_KINDS:
        return _start_post(state, channel, body)
    wanted = check_new_thread(body.object(), with_message=False)
    # announcement channels have announcement threads only
    if (wanted.kind == ANNOUNCEMENT_THREAD) != (channel.type == thread_service.ANNOUNCEMENT):
        raise wrong_channel_type()
    return objects.channel(state, thread_service.start_without_message(state, state.guild_data.bot.id, channel, wanted))


def _start_post(state: SandboxState, channel: Channel, body: RequestBody) -> Payload:
    payload = body.object()
    form = Form()
    message = form.mapping(("message",), payload.get("message"))
    form.finish()
    wanted = check_new_thread(payload, with_message=True)
    draft = check_message(message, path=("message",))
    thread, post = forum_service.start_post(state, state.guild_data.bot.id, channel, wanted, draft, body.files)
    return objects.channel(state, thread) | {"message": message_objects.message(state, post)}


async def edit(state: SandboxState, request: web.Request) -> Answer:
    """PATCH /channels/{channel_id}."""
    channel = bot_channel(state, request)
    if channel.thread is None:
        return await guild_channels.edit(state, request, channel)
    body = (await read_body(request)).object()
    thread_service.update_thread(state, state.guild_data.bot.id, channel, check_thread_update(body))
    return objects.channel(state, channel)


async def delete(state: SandboxState, request: web.Request) -> Answer:
    """DELETE /channels/{channel_id}."""
    channel = bot_channel(state, request)
    if channel.thread is None:
        return guild_channels.delete(state, request, channel)
    if not thread_lifecycle.can_manage(state, state.guild_data.bot.id, channel):
        raise missing_permissions()
    body = objects.channel(state, channel)
    thread_lifecycle.delete(state, channel)
    return body


def _thread(state: SandboxState, request: web.Request) -> Channel:
    channel = bot_channel(state, request)
    if channel.thread is None:
        raise wrong_channel_type()
    return channel


async def join(state: SandboxState, request: web.Request) -> Answer:
    """PUT /channels/{channel_id}/thread-members/@me."""
    thread_lifecycle.join(state, state.guild_data.bot.id, _thread(state, request))
    return None


async def leave(state: SandboxState, request: web.Request) -> Answer:
    """DELETE /channels/{channel_id}/thread-members/@me."""
    thread_lifecycle.leave(state, state.guild_data.bot.id, _thread(state, request))
    return None


async def get_member(state: SandboxState, request: web.Request) -> Answer:
    """GET /channels/{channel_id}/thread-members/{user_id}; `@me` is the bot."""
    channel = _thread(state, request)
    name = request.match_info["user_id"]
    user_id = state.guild_data.bot.id if name == "@me" else path_id(request, "user_id")
    found = None if channel.thread is None else channel.thread.joined(user_id)
    if found is None:
        raise unknown_member()
    return thread_objects.member(channel, found)


async def list_members(state: SandboxState, request: web.Request) -> Answer:
    """GET /channels/{channel_id}/thread-members; it needs the privileged GUILD_MEMBERS intent."""
    channel = _thread(state, request)
    if not state.member_list:
        raise missing_access()
    return [] if channel.thread is None else [thread_objects.member(channel, found) for found in channel.thread.members]


async def add_member(state: SandboxState, request: web.Request) -> Answer:
    """PUT /channels/{channel_id}/thread-members/{user_id}."""
    channel = _thread(state, request)
    user_id = path_id(request, "user_id")
    if user_id not in state.guild_data.members:
        raise unknown_member()
    state.require(state.guild_data.bot.id, channel, to_write(channel))
    thread_lifecycle.join(state, user_id, channel)
    return None


async def remove_member(state: SandboxState, request: web.Request) -> Answer:
    """DELETE /channels/{channel_id}/thread-members/{user_id}: for its owner, if private, and with Manage Threads."""
    channel = _thread(state, request)
    bot_id = state.guild_data.bot.id
    owns = channel.thread is not None and channel.type == PRIVATE_THREAD and channel.thread.owner_id == bot_id
    if not owns and not thread_lifecycle.can_manage(state, bot_id, channel):
        raise missing_permissions()
    thread_lifecycle.leave(state, path_id(request, "user_id"), channel)
    return None


async def list_active(state: SandboxState, request: web.Request) -> Answer:
    """GET /guilds/{guild_id}/threads/active: those that the bot sees, newest first."""
    if path_id(request, "guild_id") != state.guild_data.guild.id:
        raise unknown_guild()
    seen = []
    for channel in sorted(state.guild_data.threads.values(), key=lambda thread: thread.id, reverse=True):
        thread_lifecycle.auto_archive(state, channel)
        hidden = not state.permissions(state.guild_data.bot.id, channel) & Permission.VIEW_CHANNEL
        if channel.thread is not None and not channel.thread.archived and not hidden:
            seen.append(objects.channel(state, channel))
    return _listed(seen) | {"has_more": False}


async def list_public(state: SandboxState, request: web.Request) -> Answer:
    """GET /channels/{channel_id}/threads/archived/public: most recently archived first."""
    return _archived(state, request, (ANNOUNCEMENT_THREAD, PUBLIC_THREAD), Permission.READ_MESSAGE_HISTORY)


async def list_private(state: SandboxState, request: web.Request) -> Answer:
    """GET /channels/{channel_id}/threads/archived/private; it needs Manage Threads."""
    needed = Permission.READ_MESSAGE_HISTORY | Permission.MANAGE_THREADS
    return _archived(state, request, (PRIVATE_THREAD,), needed)


async def list_joined_private(state: SandboxState, request: web.Request) -> Answer:
    """GET /channels/{channel_id}/users/@me/threads/archived/private: those that the bot has joined."""
    return _archived(state, request, (PRIVATE_THREAD,), Permission.READ_MESSAGE_HISTORY, joined=True)


def _archived(
    state: SandboxState, request: web.Request, kinds: tuple[int, ...], needed: Permission, *, joined: bool = False
) -> Payload:
    parent = bot_channel(state, request, needed)
    form = Form()
    limit = form.integer(("limit",), snowflake(request.query.get("limit", "50")), 2, 100)
    before = state.clock.time() + 1
    if "before" in request.query:
        try:
            before = dt.datetime.fromisoformat(request.query["before"]).timestamp()
        except ValueError:
            form.error(("before",), "DATE_TIME_TYPE_PARSE", "Should be ISO8601.")
    form.finish()
    children = [
        channel
        for channel in state.guild_data.threads.values()
        if channel.parent_id == parent.id and channel.type in kinds
    ]
    if joined:
        bot_id = state.guild_data.bot.id
        children = [channel for channel in children if channel.thread is not None and channel.thread.joined(bot_id)]
    found = []
    for channel in children:
        thread_lifecycle.auto_archive(state, channel)
        if channel.thread is not None and channel.thread.archived and channel.thread.archive_moved_at < before:
            found.append((channel.thread.archive_moved_at, channel))
    found.sort(key=lambda entry: entry[0], reverse=True)
    body = _listed([objects.channel(state, channel) for _, channel in found[:limit]])
    return body | {"has_more": len(found) > limit}


def _listed(found: list[Payload]) -> Payload:
    return {"threads": found, "members": [body["member"] for body in found if "member" in body]}


CHANNEL = "/channels/{channel_id}"
MEMBERS = CHANNEL + "/thread-members"
ENDPOINTS = [
    Endpoint("POST", MESSAGES + "/{message_id}/threads", start_from_message, "thread-create", IN_CHANNEL, created=201),
    Endpoint("POST", CHANNEL + "/threads", start_without_message, "thread-create", IN_CHANNEL, created=201),
    Endpoint("PATCH", CHANNEL, edit, "channel-edit", IN_CHANNEL),
    Endpoint("DELETE", CHANNEL, delete, "channel-delete", IN_CHANNEL),
    Endpoint("PUT", MEMBERS + "/@me", join, "thread-member", IN_CHANNEL),
    Endpoint("DELETE", MEMBERS + "/@me", leave, "thread-member", IN_CHANNEL),
    Endpoint("GET", MEMBERS + "/{user_id}", get_member, "thread-member", IN_CHANNEL),
    Endpoint("GET", MEMBERS, list_members, "thread-member", IN_CHANNEL),
    Endpoint("PUT", MEMBERS + "/{user_id}", add_member, "thread-member", IN_CHANNEL),
    Endpoint("DELETE", MEMBERS + "/{user_id}", remove_member, "thread-member", IN_CHANNEL),
    Endpoint("GET", CHANNEL + "/threads/archived/public", list_public, "thread-list", IN_CHANNEL),
    Endpoint("GET", CHANNEL + "/threads/archived/private", list_private, "thread-list", IN_CHANNEL),
    Endpoint("GET", CHANNEL + "/users/@me/threads/archived/private", list_joined_private, "thread-list", IN_CHANNEL),
    Endpoint("GET", "/guilds/{guild_id}/threads/active", list_active, "guild", ("guild_id",)),
]
