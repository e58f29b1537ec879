"""Threads: beginning, changing, joining and listing them."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from bot.sandbox import changing, starting, threads, wire, wire_thread
from bot.sandbox.body import read_body
from bot.sandbox.errors import missing_permissions, unknown_guild, unknown_member, wrong_channel_type
from bot.sandbox.payload import snowflake
from bot.sandbox.permissions import Permission
from bot.sandbox.rest.channels import IN_CHANNEL, MESSAGES, bot_channel
from bot.sandbox.rest.endpoint import Answer, Endpoint, path_id
from bot.sandbox.validate.form import Form
from bot.sandbox.validate.thread import check_beginning, check_change

if TYPE_CHECKING:
    from aiohttp import web

    from bot.sandbox.payload import Payload
    from bot.sandbox.realm import Realm
    from bot.sandbox.world import Channel


async def start_from_message(realm: Realm, request: web.Request) -> Answer:
    """POST /channels/{channel_id}/messages/{message_id}/threads."""
    channel = bot_channel(realm, request)
    message = realm.message(channel, path_id(request, "message_id"))
    wanted = check_beginning((await read_body(request)).object(), with_message=True)
    return wire.channel(realm, starting.from_message(realm, realm.world.bot.id, channel, message, wanted))


async def start_on_its_own(realm: Realm, request: web.Request) -> Answer:
    """POST /channels/{channel_id}/threads."""
    channel = bot_channel(realm, request)
    wanted = check_beginning((await read_body(request)).object(), with_message=False)
    return wire.channel(realm, starting.on_its_own(realm, realm.world.bot.id, channel, wanted))


async def edit(realm: Realm, request: web.Request) -> Answer:
    """PATCH /channels/{channel_id}."""
    channel = bot_channel(realm, request)
    body = (await read_body(request)).object()
    if channel.thread is None:
        raise _no_thread(realm, channel)
    changing.change(realm, realm.world.bot.id, channel, check_change(body))
    return wire.channel(realm, channel)


async def delete(realm: Realm, request: web.Request) -> Answer:
    """DELETE /channels/{channel_id}."""
    channel = bot_channel(realm, request)
    if channel.thread is None:
        raise _no_thread(realm, channel)
    if not threads.manages(realm, realm.world.bot.id, channel):
        raise missing_permissions()
    body = wire.channel(realm, channel)
    threads.delete(realm, channel)
    return body


def _no_thread(realm: Realm, channel: Channel) -> Exception:
    """Return why a channel is not changed: the sandbox's channels are what they are, even for a bot that might."""
    if not realm.permissions(realm.world.bot.id, channel) & Permission.MANAGE_CHANNELS:
        return missing_permissions()
    return wrong_channel_type()


def _thread(realm: Realm, request: web.Request) -> Channel:
    channel = bot_channel(realm, request)
    if channel.thread is None:
        raise wrong_channel_type()
    return channel


async def join(realm: Realm, request: web.Request) -> Answer:
    """PUT /channels/{channel_id}/thread-members/@me."""
    threads.join(realm, realm.world.bot.id, _thread(realm, request))
    return None


async def leave(realm: Realm, request: web.Request) -> Answer:
    """DELETE /channels/{channel_id}/thread-members/@me."""
    threads.leave(realm, realm.world.bot.id, _thread(realm, request))
    return None


async def get_member(realm: Realm, request: web.Request) -> Answer:
    """GET /channels/{channel_id}/thread-members/{user_id}; `@me` is the bot."""
    channel = _thread(realm, request)
    name = request.match_info["user_id"]
    user_id = realm.world.bot.id if name == "@me" else path_id(request, "user_id")
    found = None if channel.thread is None else channel.thread.joined(user_id)
    if found is None:
        raise unknown_member()
    return wire_thread.member(channel, found)


async def list_active(realm: Realm, request: web.Request) -> Answer:
    """GET /guilds/{guild_id}/threads/active: those that the bot sees, newest first."""
    if path_id(request, "guild_id") != realm.world.guild.id:
        raise unknown_guild()
    seen = []
    for channel in sorted(realm.world.threads.values(), key=lambda thread: thread.id, reverse=True):
        threads.settle(realm, channel)
        hidden = not realm.permissions(realm.world.bot.id, channel) & Permission.VIEW_CHANNEL
        if channel.thread is not None and not channel.thread.archived and not hidden:
            seen.append(wire.channel(realm, channel))
    return _listed(seen)


async def list_archived(realm: Realm, request: web.Request) -> Answer:
    """GET /channels/{channel_id}/threads/archived/public: those archived last first, `before` a time."""
    parent = bot_channel(realm, request, Permission.READ_MESSAGE_HISTORY)
    form = Form()
    limit = form.integer(("limit",), snowflake(request.query.get("limit", "50")), 2, 100)
    before = realm.clock.time() + 1
    if "before" in request.query:
        try:
            before = dt.datetime.fromisoformat(request.query["before"]).timestamp()
        except ValueError:
            form.error(("before",), "DATE_TIME_TYPE_PARSE", "Should be ISO8601.")
    form.finish()
    children = [channel for channel in realm.world.threads.values() if channel.parent_id == parent.id]
    found = []
    for channel in children:
        threads.settle(realm, channel)
        if channel.thread is not None and channel.thread.archived and channel.thread.archive_moved_at < before:
            found.append((channel.thread.archive_moved_at, channel))
    found.sort(key=lambda entry: entry[0], reverse=True)
    body = _listed([wire.channel(realm, channel) for _, channel in found[:limit]])
    return body | {"has_more": len(found) > limit}


def _listed(found: list[Payload]) -> Payload:
    return {"threads": found, "members": [body["member"] for body in found if "member" in body]}


CHANNEL = "/channels/{channel_id}"
MEMBERS = CHANNEL + "/thread-members"
ENDPOINTS = [
    Endpoint("POST", MESSAGES + "/{message_id}/threads", start_from_message, "thread-create", IN_CHANNEL, created=201),
    Endpoint("POST", CHANNEL + "/threads", start_on_its_own, "thread-create", IN_CHANNEL, created=201),
    Endpoint("PATCH", CHANNEL, edit, "channel-edit", IN_CHANNEL),
    Endpoint("DELETE", CHANNEL, delete, "channel-delete", IN_CHANNEL),
    Endpoint("PUT", MEMBERS + "/@me", join, "thread-member", IN_CHANNEL),
    Endpoint("DELETE", MEMBERS + "/@me", leave, "thread-member", IN_CHANNEL),
    Endpoint("GET", MEMBERS + "/{user_id}", get_member, "thread-member", IN_CHANNEL),
    Endpoint("GET", CHANNEL + "/threads/archived/public", list_archived, "thread-list", IN_CHANNEL),
    Endpoint("GET", "/guilds/{guild_id}/threads/active", list_active, "guild", ("guild_id",)),
]
