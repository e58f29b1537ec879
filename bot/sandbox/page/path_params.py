"""Where somebody at the page acts: the channel or thread of a path, and the message in it, if they see them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.errors import unknown_message
from bot.sandbox.models.permissions import Permission
from bot.sandbox.rest.endpoint import path_id
from bot.sandbox.services import thread_lifecycle

if TYPE_CHECKING:
    from aiohttp import web

    from bot.sandbox.models.guild import Channel, Message
    from bot.sandbox.state.sandbox_state import SandboxState


def channel_of(state: SandboxState, user_id: int, request: web.Request) -> Channel:
    """Return the channel that a path names, or raise 10003 or 50001."""
    channel = state.channel(path_id(request, "channel_id"))
    state.require(user_id, channel, Permission.VIEW_CHANNEL)
    thread_lifecycle.auto_archive(state, channel)
    return channel


def message_of(state: SandboxState, user_id: int, channel: Channel, request: web.Request) -> Message:
    """Return the message that a path names, or raise 10008 if there is none or it is not this member's to see."""
    message = state.guild_data.message(channel.id, path_id(request, "message_id"))
    if message is None or message.ephemeral_for not in (None, user_id):
        raise unknown_message()
    return message


def require_usable(state: SandboxState, user_id: int, channel: Channel) -> None:
    """Raise where a member's client offers no commands or buttons: in archived threads, and in locked ones to most."""
    thread_lifecycle.require_active(channel)
    thread_lifecycle.require_unlocked(state, user_id, channel)
