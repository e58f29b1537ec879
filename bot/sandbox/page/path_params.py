"""The channel or thread and the message in the path of a page request, if the member sees them."""

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
    """Return the channel of the path, or raise 10003 if there is none or 50001 if the member does not see it."""
    channel = state.channel(path_id(request, "channel_id"))
    state.require(user_id, channel, Permission.VIEW_CHANNEL)
    thread_lifecycle.auto_archive(state, channel)
    return channel


def message_of(state: SandboxState, user_id: int, channel: Channel, request: web.Request) -> Message:
    """Return the message of the path, or raise 10008 if there is none or it is ephemeral for another member."""
    message = state.guild_data.message(channel.id, path_id(request, "message_id"))
    if message is None or message.ephemeral_for not in (None, user_id):
        raise unknown_message()
    return message


def require_usable(state: SandboxState, user_id: int, channel: Channel) -> None:
    """Raise 50083 or 160005 where Discord's client offers no commands and buttons: in archived and locked threads."""
    thread_lifecycle.require_active(channel)
    thread_lifecycle.require_unlocked(state, user_id, channel)
