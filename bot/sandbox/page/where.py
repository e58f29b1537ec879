"""Where somebody at the page acts: the channel or thread of a path, and the message in it, if they see them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox import threads
from bot.sandbox.errors import unknown_message
from bot.sandbox.permissions import Permission
from bot.sandbox.rest.endpoint import path_id

if TYPE_CHECKING:
    from aiohttp import web

    from bot.sandbox.realm import Realm
    from bot.sandbox.world import Channel, Message


def channel_of(realm: Realm, user_id: int, request: web.Request) -> Channel:
    """Return the channel that a path names, or raise 10003 or 50001."""
    channel = realm.channel(path_id(request, "channel_id"))
    realm.require(user_id, channel, Permission.VIEW_CHANNEL)
    threads.settle(realm, channel)
    return channel


def message_of(realm: Realm, user_id: int, channel: Channel, request: web.Request) -> Message:
    """Return the message that a path names, or raise 10008 if there is none or it is not this member's to see."""
    message = realm.world.message(channel.id, path_id(request, "message_id"))
    if message is None or message.ephemeral_for not in (None, user_id):
        raise unknown_message()
    return message


def require_usable(realm: Realm, user_id: int, channel: Channel) -> None:
    """Raise where a member's client offers no commands or buttons: in archived threads, and in locked ones to most."""
    threads.require_active(channel)
    threads.require_unlocked(realm, user_id, channel)
