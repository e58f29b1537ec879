"""Answering interactions: the callback, and the webhook that an interaction's token opens."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.sandbox import posting, responding, wire_message
from bot.sandbox.body import read_body
from bot.sandbox.errors import unknown_message
from bot.sandbox.interaction import Interaction, Kind
from bot.sandbox.payload import snowflake
from bot.sandbox.rest.endpoint import Answer, Endpoint, path_id
from bot.sandbox.validate.callback import check_choices, check_modal
from bot.sandbox.validate.form import Form
from bot.sandbox.validate.message import check_message

if TYPE_CHECKING:
    from aiohttp import web

    from bot.sandbox.body import Body
    from bot.sandbox.payload import Payload
    from bot.sandbox.realm import Realm
    from bot.sandbox.world import Message

REPLY, DEFER, DEFER_UPDATE, UPDATE, CHOICES, MODAL = 4, 5, 6, 7, 8, 9


def _allowed(interaction: Interaction) -> tuple[int, ...]:
    """Return the callback types that fit an interaction."""
    if interaction.kind is Kind.AUTOCOMPLETE:
        return (CHOICES,)
    if interaction.kind is Kind.COMMAND:
        return (REPLY, DEFER, MODAL)
    if interaction.kind is Kind.COMPONENT:
        return (REPLY, DEFER, DEFER_UPDATE, UPDATE, MODAL)
    return (REPLY, DEFER, DEFER_UPDATE, UPDATE) if interaction.message_id is not None else (REPLY, DEFER)


async def callback(realm: Realm, request: web.Request) -> Answer:
    """POST /interactions/{interaction_id}/{token}/callback."""
    registry = realm.interactions
    body = await read_body(request)
    interaction = registry.begin_callback(realm, path_id(request, "interaction_id"), request.match_info["token"])
    payload = body.object()
    kind = payload.get("type")
    form = Form()
    form.choice(("type",), kind, _allowed(interaction))
    form.finish()
    data = payload.get("data") or {}
    post = _callback_message(realm, interaction, int(str(kind)), data, body)
    registry.acknowledge(realm, interaction, int(str(kind)))
    if request.query.get("with_response") not in ("1", "true"):
        return None
    described: Payload = {"id": str(interaction.id), "type": int(interaction.kind)}
    answer: Payload = {"interaction": described}
    if post is not None:
        described["response_message_id"] = str(post.id)
        described["response_message_loading"] = bool(post.flags & wire_message.LOADING)
        described["response_message_ephemeral"] = bool(post.flags & wire_message.EPHEMERAL)
        answer["resource"] = {"type": kind, "message": wire_message.message(realm, post)}
    return answer


def _callback_message(realm: Realm, interaction: Interaction, kind: int, data: Payload, body: Body) -> Message | None:
    """Do what a callback says, and return the message that it made or changed."""
    channel = realm.channel(interaction.channel_id)
    if kind == CHOICES:
        interaction.answer = check_choices(data, _focused_type(interaction.data.get("options") or []))
        return None
    if kind == MODAL:
        interaction.answer = check_modal(data)
        return None
    if kind == DEFER_UPDATE:
        interaction.original_id = interaction.message_id
        return None
    draft = check_message(data, path=("data",))
    if kind == UPDATE:
        interaction.original_id = interaction.message_id
        return posting.edit(realm, _message(realm, interaction, interaction.message_id), draft, body.files)
    if kind == DEFER:
        hidden = bool((draft.flags or 0) & wire_message.EPHEMERAL)
        post = responding.think(realm, interaction, channel, ephemeral=hidden, kind=interaction.reply_type())
    else:
        post = responding.respond(realm, interaction, channel, draft, body.files, kind=interaction.reply_type())
    interaction.original_id = post.id
    return post


def _focused_type(options: list[Payload]) -> object:
    """Return the type of the option that is being completed, at whatever depth it is."""
    for option in options:
        if option.get("focused"):
            return option["type"]
        if option.get("options"):
            return _focused_type(option["options"])
    return None


async def follow_up(realm: Realm, request: web.Request) -> Answer:
    """POST /webhooks/{application_id}/{token}."""
    interaction = _interaction(realm, request)
    body = await read_body(request)
    draft = check_message(body.object())
    original = realm.world.message(interaction.channel_id, interaction.original_id or 0)
    if original is not None and original.flags & wire_message.LOADING:
        # the first follow-up takes the place of "is thinking…", and is as ephemeral as the deferral was
        post = posting.edit(realm, original, replace(draft, flags=None), body.files)
    else:
        channel = realm.channel(interaction.channel_id)
        post = responding.respond(realm, interaction, channel, draft, body.files, kind=19)
    return wire_message.message(realm, post)


async def get_response(realm: Realm, request: web.Request) -> Answer:
    """GET /webhooks/{application_id}/{token}/messages/{message_id}; @original is the first response."""
    interaction = _interaction(realm, request)
    return wire_message.message(realm, _response(realm, interaction, request))


async def edit_response(realm: Realm, request: web.Request) -> Answer:
    """PATCH /webhooks/{application_id}/{token}/messages/{message_id}."""
    interaction = _interaction(realm, request)
    body = await read_body(request)
    message = _response(realm, interaction, request)
    return wire_message.message(realm, posting.edit(realm, message, check_message(body.object()), body.files))


async def delete_response(realm: Realm, request: web.Request) -> Answer:
    """DELETE /webhooks/{application_id}/{token}/messages/{message_id}."""
    interaction = _interaction(realm, request)
    posting.delete(realm, _response(realm, interaction, request))
    return None


def _interaction(realm: Realm, request: web.Request) -> Interaction:
    return realm.interactions.by_webhook(realm, path_id(request, "application_id"), request.match_info["token"])


def _response(realm: Realm, interaction: Interaction, request: web.Request) -> Message:
    """Return a message that this interaction's token may read and change: those it made, and @original."""
    name = request.match_info["message_id"]
    if name == "@original":
        return _message(realm, interaction, interaction.original_id)
    message = _message(realm, interaction, snowflake(name))
    if message.interaction_id != interaction.id and message.id != interaction.original_id:
        raise unknown_message()
    return message


def _message(realm: Realm, interaction: Interaction, message_id: int | None) -> Message:
    message = realm.world.message(interaction.channel_id, message_id or 0)
    if message is None:
        raise unknown_message()
    return message


WEBHOOK = "/webhooks/{application_id}/{token}"
MAJOR = ("application_id", "token")
ENDPOINTS = [
    Endpoint("POST", "/interactions/{interaction_id}/{token}/callback", callback, needs_token=False),
    Endpoint("POST", WEBHOOK, follow_up, "webhook", MAJOR, needs_token=False),
    Endpoint("GET", WEBHOOK + "/messages/{message_id}", get_response, "webhook", MAJOR, needs_token=False),
    Endpoint("PATCH", WEBHOOK + "/messages/{message_id}", edit_response, "webhook", MAJOR, needs_token=False),
    Endpoint("DELETE", WEBHOOK + "/messages/{message_id}", delete_response, "webhook", MAJOR, needs_token=False),
]
