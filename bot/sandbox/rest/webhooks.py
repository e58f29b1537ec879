"""Endpoints of channel webhooks themselves; `webhook_messages` posts for them."""

from __future__ import annotations

import hashlib
import secrets
from typing import TYPE_CHECKING

from bot.sandbox.errors import missing_access, too_many_webhooks, unknown_webhook, wrong_channel_type
from bot.sandbox.models.guild import Webhook
from bot.sandbox.models.payload import Payload, snowflake
from bot.sandbox.models.permissions import Permission
from bot.sandbox.rest import audit
from bot.sandbox.rest.channels import IN_CHANNEL, bot_channel
from bot.sandbox.rest.endpoint import Answer, Endpoint, path_id
from bot.sandbox.rest.guild_access import known_guild, require_in_guild
from bot.sandbox.rest.request_body import read_body
from bot.sandbox.serializers import objects
from bot.sandbox.services import message_service
from bot.sandbox.state.audit_log import Action
from bot.sandbox.state.events import WebhooksChanged
from bot.sandbox.validate.channel_types import FORUM_KINDS
from bot.sandbox.validate.form import Form
from bot.sandbox.validate.image import check_image

if TYPE_CHECKING:
    from aiohttp import web

    from bot.sandbox.models.guild import Channel
    from bot.sandbox.state.sandbox_state import SandboxState
    from bot.sandbox.validate.form import Path

MAX_WEBHOOKS = 15
# documented for no avatar; that of a user was observed
MAX_AVATAR = 10 * 1024 * 1024


def _described(state: SandboxState, webhook: Webhook, *, with_user: bool = True) -> Payload:
    body: Payload = {
        "id": str(webhook.id),
        "type": 1,
        "guild_id": str(state.guild_data.guild.id),
        "channel_id": str(webhook.channel_id),
        "name": webhook.name,
        "avatar": webhook.avatar,
        "application_id": str(state.guild_data.bot.id),
        "token": webhook.token,
    }
    return body | {"user": objects.user(state.guild_data.bot)} if with_user else body


def check_name(form: Form, path: Path, value: object) -> str:
    """Return a name that a webhook may have."""
    name = form.text(path, value, 80, 1)
    if "clyde" in name.lower() or "discord" in name.lower():
        form.error(path, "USERNAME_INVALID_CONTAINS", 'Username cannot contain "clyde" or "discord"')
    return name


def _avatar(form: Form, value: object) -> str | None:
    """Return the hash of a picture, or None. The picture itself is not kept: the CDN draws avatars."""
    if value is None:
        return None
    return hash_of(check_image(form, ("avatar",), value, MAX_AVATAR)[1])


def hash_of(picture: bytes) -> str:
    """Return the hash by which an avatar is known."""
    return hashlib.md5(picture, usedforsecurity=False).hexdigest()


def _require_kind(channel: Channel) -> None:
    """Raise 50024 for a category or a thread."""
    if channel.thread is not None or channel.type not in (*message_service.WITH_MESSAGES, *FORUM_KINDS):
        raise wrong_channel_type()


async def create(state: SandboxState, request: web.Request) -> Answer:
    """POST /channels/{channel_id}/webhooks."""
    channel = bot_channel(state, request, Permission.MANAGE_WEBHOOKS)
    _require_kind(channel)
    body = (await read_body(request)).object()
    form = Form()
    name, avatar = check_name(form, ("name",), body.get("name", "")), _avatar(form, body.get("avatar"))
    form.finish()
    if sum(one.channel_id == channel.id for one in state.guild_data.webhooks.values()) >= MAX_WEBHOOKS:
        raise too_many_webhooks()
    webhook = Webhook(state.snowflakes.next(), channel.id, name, secrets.token_urlsafe(51), avatar)
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
    """PATCH /webhooks/{webhook_id}: its name, its avatar and its channel."""
    webhook = _managed(state, request)
    body = (await read_body(request)).object()
    channel = state.channel(webhook.channel_id if body.get("channel_id") is None else snowflake(body["channel_id"]))
    state.require(state.guild_data.bot.id, channel, Permission.MANAGE_WEBHOOKS)
    _require_kind(channel)
    left = state.channel(webhook.channel_id)
    _change(webhook, body)
    webhook.channel_id = channel.id
    if left is not channel:
        state.events.publish(WebhooksChanged(left))
    _changed(state, request, webhook, Action.WEBHOOK_UPDATE)
    return _described(state, webhook)


def _change(webhook: Webhook, body: Payload) -> None:
    """Set the name and the avatar of a body."""
    form = Form()
    name = webhook.name if body.get("name") is None else check_name(form, ("name",), body["name"])
    avatar = _avatar(form, body["avatar"]) if "avatar" in body else webhook.avatar
    form.finish()
    webhook.name, webhook.avatar = name, avatar


async def delete(state: SandboxState, request: web.Request) -> Answer:
    """DELETE /webhooks/{webhook_id}."""
    _remove(state, request, _managed(state, request))
    return None


def _remove(state: SandboxState, request: web.Request, webhook: Webhook) -> None:
    del state.guild_data.webhooks[webhook.id]
    _changed(state, request, webhook, Action.WEBHOOK_DELETE)


# --- with the token in the path


def by_token(state: SandboxState, request: web.Request) -> Webhook | None:
    """Return the webhook of a path with a token, or None: the path may be that of an interaction."""
    webhook = state.guild_data.webhooks.get(snowflake(request.match_info["application_id"]) or 0)
    fits = webhook is not None and secrets.compare_digest(webhook.token.encode(), request.match_info["token"].encode())
    return webhook if fits else None


async def get_by_token(state: SandboxState, request: web.Request) -> Answer:
    """GET /webhooks/{webhook_id}/{webhook_token}."""
    return _described(state, _of_token(state, request), with_user=False)


def _of_token(state: SandboxState, request: web.Request) -> Webhook:
    webhook = by_token(state, request)
    if webhook is None:
        raise unknown_webhook()
    return webhook


async def edit_by_token(state: SandboxState, request: web.Request) -> Answer:
    """PATCH /webhooks/{webhook_id}/{webhook_token}: its name and avatar, not its channel."""
    webhook = _of_token(state, request)
    _change(webhook, (await read_body(request)).object())
    _changed(state, request, webhook, Action.WEBHOOK_UPDATE)
    return _described(state, webhook, with_user=False)


async def delete_by_token(state: SandboxState, request: web.Request) -> Answer:
    """DELETE /webhooks/{webhook_id}/{webhook_token}."""
    _remove(state, request, _of_token(state, request))
    return None


WEBHOOK, WITH_TOKEN = "/webhooks/{webhook_id}", "/webhooks/{application_id}/{token}"
BY_TOKEN = ("application_id", "token")
ENDPOINTS = [
    Endpoint("POST", "/channels/{channel_id}/webhooks", create, "channel-edit", IN_CHANNEL),
    Endpoint("GET", "/channels/{channel_id}/webhooks", list_in_channel, "channel", IN_CHANNEL),
    Endpoint("GET", "/guilds/{guild_id}/webhooks", list_in_guild, "guild", ("guild_id",)),
    Endpoint("GET", WEBHOOK, get, "channel", ("webhook_id",)),
    Endpoint("PATCH", WEBHOOK, edit, "channel-edit", ("webhook_id",)),
    Endpoint("DELETE", WEBHOOK, delete, "channel-edit", ("webhook_id",)),
    Endpoint("GET", WITH_TOKEN, get_by_token, "webhook", BY_TOKEN, needs_token=False),
    Endpoint("PATCH", WITH_TOKEN, edit_by_token, "webhook", BY_TOKEN, needs_token=False),
    Endpoint("DELETE", WITH_TOKEN, delete_by_token, "webhook", BY_TOKEN, needs_token=False),
]
