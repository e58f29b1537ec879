"""Endpoints that answer interactions: the callback, and the webhook of an interaction's token."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.sandbox.errors import unknown_message
from bot.sandbox.models.interaction import Interaction, InteractionKind
from bot.sandbox.models.message_constants import COMPONENTS_V2, EPHEMERAL, LOADING, MessageType
from bot.sandbox.models.payload import snowflake
from bot.sandbox.rest import webhook_messages, webhooks
from bot.sandbox.rest.endpoint import Answer, Endpoint, path_id
from bot.sandbox.rest.request_body import read_body
from bot.sandbox.serializers import message_objects
from bot.sandbox.services import message_service, response_service
from bot.sandbox.validate.callback import check_choices, check_modal
from bot.sandbox.validate.form import Form
from bot.sandbox.validate.message import check_message

if TYPE_CHECKING:
    from aiohttp import web

    from bot.sandbox.models.guild import Message
    from bot.sandbox.models.payload import Payload
    from bot.sandbox.rest.request_body import RequestBody
    from bot.sandbox.state.sandbox_state import SandboxState
    from bot.sandbox.validate.message import Draft

REPLY, DEFER, DEFER_UPDATE, UPDATE, CHOICES, MODAL = 4, 5, 6, 7, 8, 9


def _allowed(interaction: Interaction) -> tuple[int, ...]:
    """Return the callback types that an interaction allows."""
    if interaction.kind is InteractionKind.AUTOCOMPLETE:
        return (CHOICES,)
    if interaction.kind is InteractionKind.COMMAND:
        return (REPLY, DEFER, MODAL)
    if interaction.kind is InteractionKind.COMPONENT:
        return (REPLY, DEFER, DEFER_UPDATE, UPDATE, MODAL)
    return (REPLY, DEFER, DEFER_UPDATE, UPDATE) if interaction.message_id is not None else (REPLY, DEFER)


async def callback(state: SandboxState, request: web.Request) -> Answer:
    """POST /interactions/{interaction_id}/{token}/callback."""
    interactions = state.interactions
    body = await read_body(request)
    interaction = interactions.begin_callback(path_id(request, "interaction_id"), request.match_info["token"])
    payload = body.object()
    kind = payload.get("type")
    form = Form()
    form.choice(("type",), kind, _allowed(interaction))
    form.finish()
    data = payload.get("data") or {}
    post = _callback_message(state, interaction, int(str(kind)), data, body)
    interactions.acknowledge(interaction, int(str(kind)))
    if request.query.get("with_response") not in ("1", "true"):
        return None
    described: Payload = {"id": str(interaction.id), "type": int(interaction.kind)}
    answer: Payload = {"interaction": described}
    if post is not None:
        described["response_message_id"] = str(post.id)
        described["response_message_loading"] = bool(post.flags & LOADING)
        described["response_message_ephemeral"] = bool(post.flags & EPHEMERAL)
        if kind in (REPLY, UPDATE):
            answer["resource"] = {"type": kind, "message": message_objects.message(state, post)}
    return answer


def _callback_message(
    state: SandboxState, interaction: Interaction, kind: int, data: Payload, body: RequestBody
) -> Message | None:
    """Carry out a callback, and return the message that it posted or changed."""
    channel = state.channel(interaction.channel_id)
    if kind == CHOICES:
        interaction.answer = check_choices(data, _focused_type(interaction.data.get("options") or []))
        return None
    if kind == MODAL:
        interaction.answer = check_modal(data)
        return None
    if kind == DEFER_UPDATE:
        interaction.original_id = interaction.message_id
        return None
    if kind == UPDATE:
        interaction.original_id = interaction.message_id
        message = _message(state, interaction, interaction.message_id)
        return message_service.edit(state, message, _changes(message, data, ("data",)), body.files)
    draft = check_message(data, path=("data",))
    if kind == DEFER:
        hidden = bool((draft.flags or 0) & EPHEMERAL)
        post = response_service.send_deferred(
            state, interaction, channel, ephemeral=hidden, kind=interaction.response_type()
        )
    else:
        post = response_service.send_response(
            state, interaction, channel, draft, body.files, kind=interaction.response_type()
        )
    interaction.original_id = post.id
    return post


def _focused_type(options: list[Payload]) -> object:
    """Return the type of the option that is being completed, also in sub-commands."""
    for option in options:
        if option.get("focused"):
            return option["type"]
        if option.get("options"):
            return _focused_type(option["options"])
    return None


async def follow_up(state: SandboxState, request: web.Request) -> Answer:
    """POST /webhooks/{application_id}/{token}."""
    webhook = webhooks.by_token(state, request)
    if webhook is not None:
        return await webhook_messages.execute(state, request, webhook)
    interaction = _interaction(state, request)
    body = await read_body(request)
    draft = check_message(body.object())
    original = state.guild_data.message(interaction.channel_id, interaction.original_id or 0)
    if original is not None and original.flags & LOADING:
        # the first follow-up replaces "is thinking…", and is ephemeral if the deferred response was
        post = message_service.edit(state, original, replace(draft, flags=None), body.files)
    else:
        channel = state.channel(interaction.channel_id)
        post = response_service.send_response(state, interaction, channel, draft, body.files, kind=MessageType.REPLY)
    return message_objects.message(state, post)


async def get_response(state: SandboxState, request: web.Request) -> Answer:
    """GET /webhooks/{application_id}/{token}/messages/{message_id}, or …/@original for the first response."""
    return message_objects.message(state, _response(state, request))


async def edit_response(state: SandboxState, request: web.Request) -> Answer:
    """PATCH /webhooks/{application_id}/{token}/messages/{message_id}, or …/@original."""
    body = await read_body(request)
    message = _response(state, request)
    edited = message_service.edit(state, message, _changes(message, body.object()), body.files)
    return message_objects.message(state, edited)


async def delete_response(state: SandboxState, request: web.Request) -> Answer:
    """DELETE /webhooks/{application_id}/{token}/messages/{message_id}, or …/@original."""
    message_service.delete(state, _response(state, request))
    return None


def _changes(message: Message, body: Payload, path: tuple[str, ...] = ()) -> Draft:
    """Return the checked changes of a message."""
    return check_message(body, path, v2=bool(message.flags & COMPONENTS_V2))


def _interaction(state: SandboxState, request: web.Request) -> Interaction:
    return state.interactions.by_webhook(path_id(request, "application_id"), request.match_info["token"])


def _response(state: SandboxState, request: web.Request) -> Message:
    """Return the message of the path, or raise 10008.

    It is @original or another response to the interaction, or, in the path of a webhook, a message of the webhook.
    """
    webhook = webhooks.by_token(state, request)
    if webhook is not None:
        return webhook_messages.message_of(state, request, webhook)
    interaction = _interaction(state, request)
    name = request.match_info.get("message_id")
    if name is None:
        return _message(state, interaction, interaction.original_id)
    message = _message(state, interaction, snowflake(name))
    if message.interaction_id != interaction.id and message.id != interaction.original_id:
        raise unknown_message()
    return message


def _message(state: SandboxState, interaction: Interaction, message_id: int | None) -> Message:
    message = state.guild_data.message(interaction.channel_id, message_id or 0)
    if message is None:
        raise unknown_message()
    return message


WEBHOOK = "/webhooks/{application_id}/{token}"
MAJOR = ("application_id", "token")
ENDPOINTS = [
    Endpoint("POST", "/interactions/{interaction_id}/{token}/callback", callback, needs_token=False),
    Endpoint("POST", WEBHOOK, follow_up, "webhook", MAJOR, needs_token=False),
    *(
        Endpoint(method, f"{WEBHOOK}/messages/{which}", handler, "webhook", MAJOR, needs_token=False)
        # the fixed path first, which fits the other too
        for which in ("@original", "{message_id}")
        for method, handler in (("GET", get_response), ("PATCH", edit_response), ("DELETE", delete_response))
    ),
]
