"""Buttons and selects of a message.

https://discord.com/developers/docs/components/reference
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from bot.sandbox.validate.select import SELECTS, check_emoji, check_select

if TYPE_CHECKING:
    from bot.sandbox.models.payload import Payload
    from bot.sandbox.validate.form import Form, Path

ACTION_ROW, BUTTON, TEXT_INPUT, LABEL = 1, 2, 4, 18
LINK = 5
LINK_SCHEMES = ("http", "https", "discord")


def check_components(form: Form, path: Path, value: object) -> list[Payload]:
    """Return a message's checked action rows, with all components numbered as by Discord."""
    seen: set[str] = set()
    number = 0
    checked = []
    for index, entry in enumerate(form.array(path, value, 5)):
        row = form.mapping((*path, index), entry)
        form.choice((*path, index, "type"), row.get("type"), (ACTION_ROW,))
        checked_row = check_row(form, (*path, index), row, seen)
        for component in (checked_row, *checked_row["components"]):
            number += 1
            component["id"] = number
        checked.append(checked_row)
    return checked


def check_row(form: Form, path: Path, row: Payload, seen: set[str]) -> Payload:
    """Return a checked action row: up to five buttons or one select, without ids."""
    components: list[Payload] = []
    items = form.array((*path, "components"), row.get("components"), 5, 1)
    kinds = [item.get("type") for item in items if isinstance(item, dict)]
    if len(items) > 1 and any(kind in SELECTS for kind in kinds):
        form.error((*path, "components"), "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 1 in length.")
    for position, item in enumerate(items):
        field_path = (*path, "components", position)
        component = form.mapping(field_path, item)
        form.choice((*field_path, "type"), component.get("type"), (BUTTON, *SELECTS))
        check = check_button if component.get("type") == BUTTON else _select
        components.append(check(form, field_path, component, seen))
    return {"type": ACTION_ROW, "components": components}


def check_button(form: Form, path: Path, button: Payload, seen: set[str]) -> Payload:
    """Return a checked button, without an id."""
    checked: Payload = {"type": BUTTON, "style": button.get("style")}
    form.choice((*path, "style"), button.get("style"), (1, 2, 3, 4, LINK))
    if button.get("label") is not None:
        checked["label"] = form.text((*path, "label"), button["label"], 80)
    if button.get("emoji") is not None:
        checked["emoji"] = check_emoji(form, (*path, "emoji"), button["emoji"])
    if not checked.get("label") and not checked.get("emoji"):
        form.error((*path, "label"), "BUTTON_COMPONENT_LABEL_REQUIRED", "A button needs a label or an emoji")
    if button.get("style") == LINK:
        if button.get("custom_id") is not None:
            form.error(path, "BUTTON_COMPONENT_INVALID_CUSTOM_ID", "A link button cannot have a custom id")
        checked["url"] = form.text((*path, "url"), button.get("url", ""), 512, 1)
        scheme = urlsplit(checked["url"]).scheme
        if checked["url"] and scheme not in LINK_SCHEMES:
            words = f'Scheme "{scheme}" is not supported. Scheme must be one of {LINK_SCHEMES}.'
            form.error((*path, "url"), "URL_TYPE_INVALID_SCHEME", words)
    else:
        if button.get("url") is not None:
            form.error(path, "BUTTON_COMPONENT_INVALID_URL", "Only link buttons have a url")
        checked["custom_id"] = custom_id(form, path, button, seen)
    if button.get("disabled"):
        checked["disabled"] = True
    return checked


def _select(form: Form, path: Path, select: Payload, seen: set[str]) -> Payload:
    checked: Payload = {"type": select.get("type"), "custom_id": custom_id(form, path, select, seen)}
    if select.get("placeholder") is not None:
        checked["placeholder"] = form.text((*path, "placeholder"), select["placeholder"], 150)
    if select.get("disabled"):
        checked["disabled"] = True
    return checked | check_select(form, path, select)


def custom_id(form: Form, path: Path, component: Payload, seen: set[str]) -> str:
    """Return a component's checked custom_id: 1 to 100 characters, unique in the message."""
    text = form.text((*path, "custom_id"), component.get("custom_id", ""), 100, 1)
    if text in seen:
        duplicate = "Component custom id cannot be duplicated"
        form.error((*path, "custom_id"), "COMPONENT_CUSTOM_ID_DUPLICATED", duplicate)
    seen.add(text)
    return text
