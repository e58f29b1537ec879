"""The values of a modal that a member filled in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.page.select_values import select_values
from bot.sandbox.validate.component import ACTION_ROW, LABEL, TEXT_INPUT
from bot.sandbox.validate.form import Form

if TYPE_CHECKING:
    from bot.sandbox.models.payload import Payload
    from bot.sandbox.state.sandbox_state import SandboxState
    from bot.sandbox.validate.form import Path


def modal_values(state: SandboxState, user_id: int, modal: Payload, given: object) -> Payload:
    """Return the data of a modal's submission.

    Raises:
        DiscordError: 50035 for values that are missing, too short, too long, or not an option.
    """
    form = Form()
    values = form.mapping(("values",), given)
    resolved: Payload = {}
    components = []
    for number, field in enumerate(modal["components"], start=1):
        name = str(field["custom_id"])
        kept: Payload = {"type": field["type"], "custom_id": name, "id": number * 2}
        if field["type"] == TEXT_INPUT:
            kept["value"] = _text(form, ("values", name), field, values.get(name))
        else:
            given = values.get(name) or []
            kept["values"], found = select_values(state, user_id, form, ("values", name), field, given)
            for kind, objects in (found or {}).items():
                resolved.setdefault(kind, {}).update(objects)
        holder: Payload = {"type": field["holder"], "id": number * 2 - 1}
        if field["holder"] == LABEL:
            components.append(holder | {"component": kept})
        else:
            components.append({"type": ACTION_ROW, "id": number * 2 - 1, "components": [kept]})
    for name in values.keys() - {str(field["custom_id"]) for field in modal["components"]}:
        form.error(("values", name), "COMPONENT_NOT_FOUND", "The form has no such field")
    form.finish()
    data: Payload = {"custom_id": modal["custom_id"], "components": components}
    return data | ({"resolved": resolved} if resolved else {})


def _text(form: Form, path: Path, field: Payload, value: object) -> str:
    text = value if isinstance(value, str) else ""
    if not text:
        if field["required"]:
            form.required(path)
        return ""
    if not field["min_length"] <= len(text) <= field["max_length"]:
        words = f"Must be between {field['min_length']} and {field['max_length']} in length."
        form.error(path, "BASE_TYPE_BAD_LENGTH", words)
    return text
