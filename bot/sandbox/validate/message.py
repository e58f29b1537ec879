"""The body of a message: of posts, edits and interaction responses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.sandbox.errors import invalid_sticker
from bot.sandbox.models.layout import rows
from bot.sandbox.models.message_constants import COMPONENTS_V2
from bot.sandbox.models.payload import snowflake
from bot.sandbox.validate.component import check_components
from bot.sandbox.validate.embed import check_embeds
from bot.sandbox.validate.form import Form, refuse_fields
from bot.sandbox.validate.layout import check_layout
from bot.sandbox.validate.mentions import AllowedMentions, check_allowed_mentions
from bot.sandbox.validate.poll import NewPoll, check_poll

if TYPE_CHECKING:
    from bot.sandbox.models.payload import Payload


REPLY, FORWARD = 0, 1


@dataclass(frozen=True, slots=True)
class Reference:
    """The message that a message replies to, or forwards; its channel is None for the message's own."""

    message_id: int
    fail_if_not_exists: bool
    channel_id: int | None = None
    forwards: bool = False


@dataclass(frozen=True, slots=True)
class Draft:
    """A checked body. Fields that the request does not contain are None."""

    content: str | None = None
    embeds: list[Payload] | None = None
    components: list[Payload] | None = None
    attachments: list[Payload] | None = None
    allowed: AllowedMentions | None = None
    flags: int | None = None
    tts: bool = False
    nonce: str | int | None = None
    enforce_nonce: bool = False
    reference: Reference | None = None
    poll: NewPoll | None = None
    layout: list[Payload] | None = None


def check_message(body: Payload, path: tuple[str | int, ...] = (), *, v2: bool = False) -> Draft:
    """Check a message's body and return it. `v2` is whether it changes a message of Components V2.

    Raises:
        DiscordError: 50035, naming every field that breaks a rule; 50081 for stickers, of which the sandbox has none;
            40006 for a shared theme.
    """
    refuse_fields(body, "shared_client_theme")
    form = Form()
    content = embeds = components = layout = attachments = allowed = flags = None
    if body.get("flags") is not None:
        flags = form.integer((*path, "flags"), body["flags"], 0, 2**31 - 1)
        v2 = v2 or bool(flags & COMPONENTS_V2)
    if "content" in body:
        content = "" if body["content"] is None else form.text((*path, "content"), body["content"], 2000).strip()
    if "embeds" in body:
        embeds = check_embeds(form, (*path, "embeds"), body["embeds"] or [])
    if v2:
        layout = _layout(form, path, body)
        components = None if layout is None else rows(layout)
    elif "components" in body:
        components = check_components(form, (*path, "components"), body["components"] or [])
    if "attachments" in body:
        attachments = _attachments(form, (*path, "attachments"), body["attachments"] or [])
    if body.get("allowed_mentions") is not None:
        allowed = check_allowed_mentions(form, (*path, "allowed_mentions"), body["allowed_mentions"])
    poll = None if body.get("poll") is None else check_poll(form, (*path, "poll"), body["poll"])
    nonce = body.get("nonce")
    if nonce is not None and not (isinstance(nonce, int) and not isinstance(nonce, bool)):
        nonce = form.text((*path, "nonce"), nonce, 25)
    reference = None
    if body.get("message_reference") is not None:
        reference = _reference(form, (*path, "message_reference"), body["message_reference"])
    form.finish()
    if body.get("sticker_ids"):
        raise invalid_sticker()
    return Draft(
        content=content,
        embeds=embeds,
        components=components,
        attachments=attachments,
        allowed=allowed,
        flags=flags,
        tts=bool(body.get("tts", False)),
        nonce=nonce,
        enforce_nonce=bool(body.get("enforce_nonce", False)),
        reference=reference,
        poll=poll,
        layout=layout,
    )


def _layout(form: Form, path: tuple[str | int, ...], body: Payload) -> list[Payload] | None:
    """Return the checked components of Components V2; content, embeds, polls and stickers do not go with them."""
    for key in ("content", "embeds", "poll", "sticker_ids"):
        if body.get(key):
            words = f"The '{key}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2"
            form.error((*path, key), "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2", words)
    if "components" not in body:
        return None
    return check_layout(form, (*path, "components"), body["components"] or [])


def _attachments(form: Form, path: tuple[str | int, ...], value: object) -> list[Payload]:
    listed = []
    for index, entry in enumerate(form.array(path, value, 10)):
        path_to = (*path, index)
        item = form.mapping(path_to, entry)
        if snowflake(item.get("id")) is None:
            form.error((*path_to, "id"), "NUMBER_TYPE_COERCE", f'Value "{item.get("id")}" is not snowflake.')
        if item.get("description") is not None:
            form.text((*path_to, "description"), item["description"], 1024)
        listed.append(item)
    return listed


def _reference(form: Form, path: tuple[str | int, ...], value: object) -> Reference | None:
    body = form.mapping(path, value)
    kind = 0 if body.get("type") is None else body["type"]
    form.choice((*path, "type"), kind, (REPLY, FORWARD))
    message_id, channel_id = snowflake(body.get("message_id")), snowflake(body.get("channel_id"))
    if message_id is None:
        form.required((*path, "message_id"))
        return None
    if kind == FORWARD and channel_id is None:
        form.required((*path, "channel_id"))
    return Reference(message_id, bool(body.get("fail_if_not_exists", True)), channel_id, kind == FORWARD)
