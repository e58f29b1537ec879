"""The page's actions on threads: start, change, delete, join and leave."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.errors import missing_permissions, wrong_channel_type
from bot.sandbox.models.thread import PUBLIC_THREAD
from bot.sandbox.page.path_params import channel_of
from bot.sandbox.rest.endpoint import path_id
from bot.sandbox.rest.request_body import read_body
from bot.sandbox.services import slow_mode, thread_lifecycle, thread_service
from bot.sandbox.validate.thread import check_new_thread, check_thread_update

if TYPE_CHECKING:
    from aiohttp import web

    from bot.sandbox.models.guild import Channel
    from bot.sandbox.models.payload import Payload
    from bot.sandbox.state.sandbox_state import SandboxState


async def start_from_message(state: SandboxState, user_id: int, request: web.Request) -> Payload:
    """Start a thread from a message."""
    channel = channel_of(state, user_id, request)
    message = state.message(channel, path_id(request, "message_id"))
    wanted = check_new_thread((await read_body(request)).object(), with_message=True)
    slow_mode.require_patience(state, user_id, channel, starts_thread=True)
    thread = thread_service.start_from_message(state, user_id, channel, message, wanted)
    slow_mode.begin(state, user_id, channel, starts_thread=True)
    return {"id": str(thread.id)}


async def start_without_message(state: SandboxState, user_id: int, request: web.Request) -> Payload:
    """Start a thread without a message."""
    channel = channel_of(state, user_id, request)
    body = {"type": PUBLIC_THREAD} | (await read_body(request)).object()
    wanted = check_new_thread(body, with_message=False)
    slow_mode.require_patience(state, user_id, channel, starts_thread=True)
    thread = thread_service.start_without_message(state, user_id, channel, wanted)
    slow_mode.begin(state, user_id, channel, starts_thread=True)
    return {"id": str(thread.id)}


async def change(state: SandboxState, user_id: int, request: web.Request) -> Payload:
    """Rename, archive or lock a thread."""
    channel = _thread(state, user_id, request)
    thread_service.update_thread(state, user_id, channel, check_thread_update((await read_body(request)).object()))
    return {}


async def delete(state: SandboxState, user_id: int, request: web.Request) -> Payload:
    """Delete a thread."""
    channel = _thread(state, user_id, request)
    if not thread_lifecycle.can_manage(state, user_id, channel):
        raise missing_permissions()
    thread_lifecycle.delete(state, channel)
    return {}


async def join(state: SandboxState, user_id: int, request: web.Request) -> Payload:
    """Join a thread."""
    thread_lifecycle.join(state, user_id, _thread(state, user_id, request))
    return {}


async def leave(state: SandboxState, user_id: int, request: web.Request) -> Payload:
    """Leave a thread."""
    thread_lifecycle.leave(state, user_id, _thread(state, user_id, request))
    return {}


def _thread(state: SandboxState, user_id: int, request: web.Request) -> Channel:
    channel = channel_of(state, user_id, request)
    if channel.thread is None:
        raise wrong_channel_type()
    return channel
