"""The body of a message: of posts, edits and interaction responses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.sandbox.models.message_constants import COMPONENTS_V2
from bot.sandbox.models.payload import snowflake
from bot.sandbox.validate.component import check_components
from bot.sandbox.validate.embed import check_embeds
from bot.sandbox.validate.form import Form
from bot.sandbox.validate.mentions import AllowedMentions, check_allowed_mentions

if TYPE_CHECKING:
    from bot.sandbox.models.payload import Payload


@dataclass(frozen=True, slots=True)
class Reference:
    """The message that a message replies to."""

    message_id: int
    fail_if_not_exists: bool


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


def check_message(body: Payload, form: Form | None = None, path: tuple[str | int, ...] = ()) -> Draft:
    """Check a message's body and return it.

    Raises:
        DiscordError: 50035, naming every field that breaks a rule.
    """
    form = Form() if form is None else form
    content = embeds = components = attachments = allowed = flags = None
    if "content" in body:
        content = "" if body["content"] is None else form.text((*path, "content"), body["content"], 2000).strip()
    if "embeds" in body:
        embeds = check_embeds(form, (*path, "embeds"), body["embeds"] or [])
    if "components" in body:
        components = check_components(form, (*path, "components"), body["components"] or [])
    if "attachments" in body:
        attachments = _attachments(form, (*path, "attachments"), body["attachments"] or [])
    if body.get("allowed_mentions") is not None:
        allowed = check_allowed_mentions(form, (*path, "allowed_mentions"), body["allowed_mentions"])
    if body.get("flags") is not None:
        flags = form.integer((*path, "flags"), body["flags"], 0, 2**31 - 1)
        if flags & COMPONENTS_V2:
            form.error((*path, "flags"), "SANDBOX_UNSUPPORTED", "The sandbox does not support Components V2")
    for unknown in ("poll", "sticker_ids"):
        if body.get(unknown):
            form.error((*path, unknown), "SANDBOX_UNSUPPORTED", f"The sandbox does not support {unknown}")
    nonce = body.get("nonce")
    if nonce is not None and not (isinstance(nonce, int) and not isinstance(nonce, bool)):
        nonce = form.text((*path, "nonce"), nonce, 25)
    reference = None
    if body.get("message_reference") is not None:
        reference = _reference(form, (*path, "message_reference"), body["message_reference"])
    form.finish()
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
    )


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
    if body.get("type", 0) != 0:
        form.error((*path, "type"), "SANDBOX_UNSUPPORTED", "The sandbox does not support forwards")
    message_id = snowflake(body.get("message_id"))
    if message_id is None:
        form.required((*path, "message_id"))
        return None
    return Reference(message_id, bool(body.get("fail_if_not_exists", True)))
