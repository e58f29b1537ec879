"""The messages of channel webhooks. Their token is authorised in the path, as that of an interaction is.

`interactions` serves `/webhooks/{application_id}/{token}` for both, and calls this module for webhooks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.error_codes import error_of
from bot.sandbox.errors import unknown_channel, unknown_message
from bot.sandbox.models.guild import Message
from bot.sandbox.models.payload import snowflake
from bot.sandbox.rest.request_body import read_body
from bot.sandbox.rest.webhooks import check_name, hash_of
from bot.sandbox.serializers import message_objects
from bot.sandbox.services import forum_service, message_service
from bot.sandbox.validate.channel_types import FORUM_KINDS
from bot.sandbox.validate.form import Form
from bot.sandbox.validate.message import check_message
from bot.sandbox.validate.thread import NewThread, check_tags_of_post

if TYPE_CHECKING:
    from aiohttp import web

    from bot.sandbox.models.guild import Channel, Webhook
    from bot.sandbox.models.payload import Payload
    from bot.sandbox.rest.endpoint import Answer
    from bot.sandbox.state.sandbox_state import SandboxState


async def execute(state: SandboxState, request: web.Request, webhook: Webhook) -> Answer:
    """POST /webhooks/{webhook_id}/{webhook_token}: a message; it is the answer only with `wait`.

    In a forum, `thread_name` makes it a post.
    """
    body = await read_body(request)
    payload = body.object()
    channel = _target(state, request, webhook)
    new_post = _new_post(channel, payload)
    draft = check_message(payload)
    message = _blank(state, webhook, channel, payload)
    if new_post is None:
        message_service.fill(state, message, channel, draft, body.files)
        message_service.publish(state, message)
    else:
        forum_service.add_post(state, message, channel, new_post, draft, body.files)
    return message_objects.message(state, message) if request.query.get("wait") in ("true", "1") else None


def _blank(state: SandboxState, webhook: Webhook, channel: Channel, body: Payload) -> Message:
    """Return a message of a webhook without its content, under the name and the avatar that the body asks for."""
    form = Form()
    name, avatar = webhook.name, webhook.avatar
    if body.get("username") is not None:
        name = check_name(form, ("username",), body["username"])
    if body.get("avatar_url"):
        avatar = hash_of(form.text(("avatar_url",), body["avatar_url"], 2048).encode())
    form.finish()
    return Message(
        id=state.snowflakes.next(),
        channel_id=channel.id,
        author_id=webhook.id,
        timestamp=state.clock.time(),
        webhook_name=name,
        webhook_avatar=avatar,
    )


def _target(state: SandboxState, request: web.Request, webhook: Webhook) -> Channel:
    """Return the webhook's channel, or the thread in it that `thread_id` names; 10003 for a thread elsewhere."""
    channel = state.channel(webhook.channel_id)
    if "thread_id" not in request.query:
        return channel
    thread = state.channel(snowflake(request.query["thread_id"]))
    if thread.thread is None or thread.parent_id != channel.id:
        raise unknown_channel()
    return thread


def _new_post(channel: Channel, body: Payload) -> NewThread | None:
    """Return the post that a message to a forum begins, None outside of forums.

    Raises:
        DiscordError: 220001 in a forum without a name for the post, 220003 for a name elsewhere, 220002 in a thread.
    """
    if not body.get("thread_name"):
        if channel.type in FORUM_KINDS:
            raise error_of(220001)
        return None
    if channel.type not in FORUM_KINDS:
        raise error_of(220003 if channel.thread is None else 220002)
    form = Form()
    name = form.text(("thread_name",), body["thread_name"], 100, 1)
    tags = () if body.get("applied_tags") is None else tuple(check_tags_of_post(form, body["applied_tags"]))
    form.finish()
    return NewThread(name, tags=tags)


def message_of(state: SandboxState, request: web.Request, webhook: Webhook) -> Message:
    """Return the message of the path if the webhook wrote it, or raise 10008."""
    channel = _target(state, request, webhook)
    message = state.message(channel, snowflake(request.match_info.get("message_id")))
    if message.author_id != webhook.id:
        raise unknown_message()
    return message
