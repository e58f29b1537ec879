"""What a person does with threads on the page: beginning, changing, joining and leaving them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox import changing, starting, threads
from bot.sandbox.body import read_body
from bot.sandbox.errors import missing_permissions, wrong_channel_type
from bot.sandbox.page.where import channel_of
from bot.sandbox.rest.endpoint import path_id
from bot.sandbox.validate.thread import check_beginning, check_change

if TYPE_CHECKING:
    from aiohttp import web

    from bot.sandbox.payload import Payload
    from bot.sandbox.realm import Realm
    from bot.sandbox.world import Channel


async def start_from_message(realm: Realm, user_id: int, request: web.Request) -> Payload:
    """Begin a thread from a message."""
    channel = channel_of(realm, user_id, request)
    message = realm.message(channel, path_id(request, "message_id"))
    wanted = check_beginning((await read_body(request)).object(), with_message=True)
    return {"id": str(starting.from_message(realm, user_id, channel, message, wanted).id)}


async def start_on_its_own(realm: Realm, user_id: int, request: web.Request) -> Payload:
    """Begin a thread without a message."""
    channel = channel_of(realm, user_id, request)
    # people choose the kind by where they click; the page knows only public ones
    body = (await read_body(request)).object() | {"type": starting.PUBLIC_THREAD}
    return {"id": str(starting.on_its_own(realm, user_id, channel, check_beginning(body, with_message=False)).id)}


async def change(realm: Realm, user_id: int, request: web.Request) -> Payload:
    """Rename, archive or lock a thread."""
    channel = _thread(realm, user_id, request)
    changing.change(realm, user_id, channel, check_change((await read_body(request)).object()))
    return {}


async def delete(realm: Realm, user_id: int, request: web.Request) -> Payload:
    """Delete a thread."""
    channel = _thread(realm, user_id, request)
    if not threads.manages(realm, user_id, channel):
        raise missing_permissions()
    threads.delete(realm, channel)
    return {}


async def join(realm: Realm, user_id: int, request: web.Request) -> Payload:
    """Become a member of a thread."""
    threads.join(realm, user_id, _thread(realm, user_id, request))
    return {}


async def leave(realm: Realm, user_id: int, request: web.Request) -> Payload:
    """Be no member of a thread any longer."""
    threads.leave(realm, user_id, _thread(realm, user_id, request))
    return {}


def _thread(realm: Realm, user_id: int, request: web.Request) -> Channel:
    channel = channel_of(realm, user_id, request)
    if channel.thread is None:
        raise wrong_channel_type()
    return channel
