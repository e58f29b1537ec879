"""The `data` of interaction callbacks that are not messages: autocomplete choices and modals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.validate.component import (
    ACTION_ROW,
    LABEL,
    TEXT_INPUT,
    custom_id,
)
from bot.sandbox.validate.form import Form
from bot.sandbox.validate.limits import check_choice
from bot.sandbox.validate.select import SELECTS, check_select

if TYPE_CHECKING:
    from bot.sandbox.models.payload import Payload


def check_choices(data: Payload, kind: object) -> Payload:
    """Return checked autocomplete choices for an option of type `kind`: at most 25.

    Raises:
        DiscordError: 50035, naming every field that breaks a rule.
    """
    form = Form()
    checked = [
        check_choice(form, ("data", "choices", index), entry, kind)
        for index, entry in enumerate(form.array(("data", "choices"), data.get("choices"), 25))
    ]
    form.finish()
    return {"choices": checked}


def check_modal(data: Payload) -> Payload:
    """Return a checked modal: a title, a custom_id, and one to five text inputs or labelled components.

    Raises:
        DiscordError: 50035, naming every field that breaks a rule.
    """
    form = Form()
    seen: set[str] = set()
    checked: Payload = {
        "custom_id": form.text(("data", "custom_id"), data.get("custom_id", ""), 100, 1),
        "title": form.text(("data", "title"), data.get("title", ""), 45, 1),
        "components": [],
    }
    for index, entry in enumerate(form.array(("data", "components"), data.get("components"), 5, 1)):
        path_to = ("data", "components", index)
        holder = form.mapping(path_to, entry)
        form.choice((*path_to, "type"), holder.get("type"), (ACTION_ROW, LABEL))
        if holder.get("type") == LABEL:
            field_path: tuple[str | int, ...] = (*path_to, "component")
            field = form.mapping(field_path, holder.get("component"))
            label = form.text((*path_to, "label"), holder.get("label", ""), 45, 1)
            description = holder.get("description")
            if description is not None:
                form.text((*path_to, "description"), description, 100)
        else:
            items = form.array((*path_to, "components"), holder.get("components"), 1, 1)
            field_path = (*path_to, "components", 0)
            field = form.mapping(field_path, items[0]) if items else {}
            label = form.text((*field_path, "label"), field.get("label", ""), 45, 1)
            description = None
        checked["components"].append(
            {"holder": holder.get("type"), "label": label, "description": description}
            | _field(form, field_path, field, seen)
        )
    form.finish()
    return checked


def _field(form: Form, path: tuple[str | int, ...], field: Payload, seen: set[str]) -> Payload:
    kind = field.get("type")
    # selects are allowed only in labels
    form.choice((*path, "type"), kind, (TEXT_INPUT, *SELECTS) if path[-1] == "component" else (TEXT_INPUT,))
    checked: Payload = {"type": kind, "custom_id": custom_id(form, path, field, seen)}
    checked["required"] = bool(field.get("required", True))
    if field.get("placeholder") is not None:
        checked["placeholder"] = form.text((*path, "placeholder"), field["placeholder"], 100)
    if kind == TEXT_INPUT:
        form.choice((*path, "style"), field.get("style"), (1, 2))
        checked["style"] = field.get("style")
        for key, least, default in (("min_length", 0, 0), ("max_length", 1, 4000)):
            value = field.get(key)
            checked[key] = default if value is None else form.integer((*path, key), value, least, 4000)
        if checked["min_length"] > checked["max_length"]:
            words = f"int value should be less than or equal to {checked['max_length']}."
            form.error((*path, "min_length"), "NUMBER_TYPE_MAX", words)
        if field.get("value"):
            checked["value"] = form.text((*path, "value"), field["value"], checked["max_length"], checked["min_length"])
    elif kind in SELECTS:
        checked |= check_select(form, path, field)
    return checked
