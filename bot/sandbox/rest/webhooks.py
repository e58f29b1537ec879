"""Endpoints of channel webhooks. Their token is authorised in the path, as that of an interaction is.

`interactions` serves `/webhooks/{application_id}/{token}` for both, and calls this module for webhooks.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from bot.sandbox.error_codes import error_of
from bot.sandbox.errors import (
    missing_access,
    not_served,
    too_many_webhooks,
    unknown_channel,
    unknown_message,
    unknown_webhook,
)
from bot.sandbox.models.guild import Message, Webhook
from bot.sandbox.models.payload import Payload, snowflake
from bot.sandbox.models.permissions import Permission
from bot.sandbox.rest import audit
from bot.sandbox.rest.channels import IN_CHANNEL, bot_channel
from bot.sandbox.rest.endpoint import Answer, Endpoint, path_id
from bot.sandbox.rest.guild_access import known_guild, require_in_guild
from bot.sandbox.rest.request_body import read_body
from bot.sandbox.serializers import message_objects, objects
from bot.sandbox.services import message_service
from bot.sandbox.state.audit_log import Action
from bot.sandbox.state.events import WebhooksChanged
from bot.sandbox.validate.channel_types import FORUM_KINDS
from bot.sandbox.validate.form import Form
from bot.sandbox.validate.message import check_message

if TYPE_CHECKING:
    from aiohttp import web

    from bot.sandbox.models.guild import Channel
    from bot.sandbox.state.sandbox_state import SandboxState

MAX_WEBHOOKS = 15


def _described(state: SandboxState, webhook: Webhook, *, with_user: bool = True) -> Payload:
    body: Payload = {
        "id": str(webhook.id),
        "type": 1,
        "guild_id": str(state.guild_data.guild.id),
        "channel_id": str(webhook.channel_id),
        "name": webhook.name,
        "avatar": None,
        "application_id": str(state.guild_data.bot.id),
        "token": webhook.token,
    }
    return body | {"user": objects.user(state.guild_data.bot)} if with_user else body


def _name(form: Form, value: object) -> str:
    name = form.text(("name",), value, 80, 1)
    if "clyde" in name.lower() or "discord" in name.lower():
        form.error(("name",), "USERNAME_INVALID_CONTAINS", 'Username cannot contain "clyde" or "discord"')
    return name


async def create(state: SandboxState, request: web.Request) -> Answer:
    """POST /channels/{channel_id}/webhooks."""
    channel = bot_channel(state, request, Permission.MANAGE_WEBHOOKS)
    form = Form()
    name = _name(form, (await read_body(request)).object().get("name", ""))
    form.finish()
    if sum(one.channel_id == channel.id for one in state.guild_data.webhooks.values()) >= MAX_WEBHOOKS:
        raise too_many_webhooks()
    webhook = Webhook(state.snowflakes.next(), channel.id, name, secrets.token_urlsafe(51))
    state.guild_data.webhooks[webhook.id] = webhook
    _changed(state, request, webhook, Action.WEBHOOK_CREATE)
    return _described(state, webhook)


def _changed(state: SandboxState, request: web.Request, webhook: Webhook, action: Action) -> None:
    audit.record(state, request, action, webhook.id)
    channel = state.guild_data.channel(webhook.channel_id)
    if channel is not None:
        state.events.publish(WebhooksChanged(channel))


async def list_in_channel(state: SandboxState, request: web.Request) -> Answer:
    """GET /channels/{channel_id}/webhooks."""
    channel = bot_channel(state, request, Permission.MANAGE_WEBHOOKS)
    return [_described(state, one) for one in state.guild_data.webhooks.values() if one.channel_id == channel.id]


async def list_in_guild(state: SandboxState, request: web.Request) -> Answer:
    """GET /guilds/{guild_id}/webhooks."""
    known_guild(state, request)
    require_in_guild(state, Permission.MANAGE_WEBHOOKS)
    return [_described(state, one) for one in state.guild_data.webhooks.values()]


def _managed(state: SandboxState, request: web.Request) -> Webhook:
    webhook = state.guild_data.webhooks.get(path_id(request, "webhook_id"))
    if webhook is None:
        raise unknown_webhook()
    channel = state.guild_data.channel(webhook.channel_id)
    if channel is None:
        raise missing_access()
    state.require(state.guild_data.bot.id, channel, Permission.MANAGE_WEBHOOKS)
    return webhook


async def get(state: SandboxState, request: web.Request) -> Answer:
    """GET /webhooks/{webhook_id}."""
    return _described(state, _managed(state, request))


async def edit(state: SandboxState, request: web.Request) -> Answer:
    """PATCH /webhooks/{webhook_id}: its name."""
    webhook = _managed(state, request)
    body = (await read_body(request)).object()
    form = Form()
    name = _name(form, body["name"]) if body.get("name") is not None else webhook.name
    form.finish()
    webhook.name = name
    _changed(state, request, webhook, Action.WEBHOOK_UPDATE)
    return _described(state, webhook)


async def delete(state: SandboxState, request: web.Request) -> Answer:
    """DELETE /webhooks/{webhook_id}."""
    webhook = _managed(state, request)
    del state.guild_data.webhooks[webhook.id]
    _changed(state, request, webhook, Action.WEBHOOK_DELETE)
    return None


# --- with the token in the path


def by_token(state: SandboxState, request: web.Request) -> Webhook | None:
    """Return the webhook of a path with a token, or None: the path may be that of an interaction."""
    webhook = state.guild_data.webhooks.get(snowflake(request.match_info["application_id"]) or 0)
    fits = webhook is not None and secrets.compare_digest(webhook.token.encode(), request.match_info["token"].encode())
    return webhook if fits else None


async def get_by_token(state: SandboxState, request: web.Request) -> Answer:
    """GET /webhooks/{webhook_id}/{webhook_token}."""
    webhook = by_token(state, request)
    if webhook is None:
        raise unknown_webhook()
    return _described(state, webhook, with_user=False)


async def execute(state: SandboxState, request: web.Request, webhook: Webhook) -> Answer:
    """POST /webhooks/{webhook_id}/{webhook_token}: a message; it is the answer only with `wait`."""
    body = await read_body(request)
    payload = body.object()
    channel = _target(state, request, webhook, payload)
    draft = check_message(payload)
    form = Form()
    name = _name(form, payload["username"]) if payload.get("username") is not None else webhook.name
    form.finish()
    message = Message(
        id=state.snowflakes.next(),
        channel_id=channel.id,
        author_id=webhook.id,
        timestamp=state.clock.time(),
        webhook_name=name,
    )
    message_service.fill(state, message, channel, draft, body.files)
    message_service.publish(state, message)
    return message_objects.message(state, message) if request.query.get("wait") in ("true", "1") else None


def _target(state: SandboxState, request: web.Request, webhook: Webhook, body: Payload) -> Channel:
    """Return the webhook's channel, or the thread in it that `thread_id` names.

    Raises:
        DiscordError: 10003 for a thread elsewhere, 220001 in a forum without one, 220003 for a new one outside of
            forums; new posts by webhooks are not served and get 40006.
    """
    channel = state.channel(webhook.channel_id)
    if "thread_id" in request.query:
        thread = state.channel(snowflake(request.query["thread_id"]))
        if thread.thread is None or thread.parent_id != channel.id:
            raise unknown_channel()
        return thread
    forum = channel.type in FORUM_KINDS
    if body.get("thread_name"):
        raise not_served() if forum else error_of(220003)
    if forum and request.method == "POST":
        raise error_of(220001)
    return channel


def message_of(state: SandboxState, request: web.Request, webhook: Webhook) -> Message:
    """Return the message of the path if the webhook wrote it, or raise 10008."""
    channel = _target(state, request, webhook, {})
    message = state.message(channel, snowflake(request.match_info["message_id"]))
    if message.author_id != webhook.id:
        raise unknown_message()
    return message


WEBHOOK, WITH_TOKEN = "/webhooks/{webhook_id}", "/webhooks/{application_id}/{token}"
ENDPOINTS = [
    Endpoint("POST", "/channels/{channel_id}/webhooks", create, "channel-edit", IN_CHANNEL),
    Endpoint("GET", "/channels/{channel_id}/webhooks", list_in_channel, "channel", IN_CHANNEL),
    Endpoint("GET", "/guilds/{guild_id}/webhooks", list_in_guild, "guild", ("guild_id",)),
    Endpoint("GET", WEBHOOK, get, "channel", ("webhook_id",)),
    Endpoint("PATCH", WEBHOOK, edit, "channel-edit", ("webhook_id",)),
    Endpoint("DELETE", WEBHOOK, delete, "channel-edit", ("webhook_id",)),
    Endpoint(
        "GET",
        "/webhooks/{application_id}/{token}",
        get_by_token,
        "webhook",
        ("application_id", "token"),
        needs_token=False,
    ),
]
