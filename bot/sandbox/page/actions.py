"""What a person does to messages on the page: writing, reacting, deleting."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox import posting, reacting, wire_message
from bot.sandbox.body import read_body
from bot.sandbox.page.where import channel_of
from bot.sandbox.rest.channels import delete_as
from bot.sandbox.rest.endpoint import path_id
from bot.sandbox.validate.message import check_message

if TYPE_CHECKING:
    from aiohttp import web

    from bot.sandbox.payload import Payload
    from bot.sandbox.realm import Realm

# what a person's client can send; embeds and components are for applications
_PERSONAL = ("content", "attachments", "message_reference", "nonce", "allowed_mentions", "flags")


async def post_message(realm: Realm, user_id: int, request: web.Request) -> Payload:
    """Write a message."""
    channel = channel_of(realm, user_id, request)
    body = await read_body(request)
    draft = check_message({key: value for key, value in body.object().items() if key in _PERSONAL})
    return wire_message.message(realm, posting.post(realm, user_id, channel, draft, body.files), viewer_id=user_id)


async def delete_message(realm: Realm, user_id: int, request: web.Request) -> Payload:
    """Delete a message."""
    channel = channel_of(realm, user_id, request)
    delete_as(realm, user_id, channel, realm.message(channel, path_id(request, "message_id")))
    return {}


async def add_reaction(realm: Realm, user_id: int, request: web.Request) -> Payload:
    """React."""
    channel = channel_of(realm, user_id, request)
    message = realm.message(channel, path_id(request, "message_id"))
    reacting.react(realm, channel, message, user_id, request.match_info["emoji"])
    return {}


async def remove_reaction(realm: Realm, user_id: int, request: web.Request) -> Payload:
    """Take one's own reaction back."""
    channel = channel_of(realm, user_id, request)
    message = realm.message(channel, path_id(request, "message_id"))
    reacting.unreact(realm, message, user_id, request.match_info["emoji"])
    return {}
