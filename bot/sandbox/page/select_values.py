"""The values that a member chose from a select of a message or a modal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.validate.option import Options
from bot.sandbox.validate.select import STRING_SELECT

if TYPE_CHECKING:
    from bot.sandbox.models.payload import Payload
    from bot.sandbox.state.sandbox_state import SandboxState
    from bot.sandbox.validate.form import Form, Path

# the command option type with the same values as each select type
_OPTION_TYPES = {5: 6, 6: 8, 7: 9, 8: 7}


def select_values(
    state: SandboxState, user_id: int, form: Form, path: Path, select: Payload, given: object
) -> tuple[list[str], Payload | None]:
    """Return the checked values and, unless it is a string select, the objects that they resolve to."""
    least = select["min_values"] if select.get("required", True) else 0
    selected = [str(value) for value in form.array(path, given, select["max_values"], least)]
    if len(set(selected)) != len(selected):
        form.error(path, "SET_TYPE_ALREADY_CONTAINS_VALUE", "The set already contains this value")
    if select["type"] == STRING_SELECT:
        for index, value in enumerate(selected):
            form.choice((*path, index), value, tuple(option["value"] for option in select["options"]))
        return selected, None
    options = Options(state, user_id, {}, form)
    option: Payload = {"type": _OPTION_TYPES[select["type"]], "name": "value"}
    option |= {key: select[key] for key in ("channel_types",) if select.get(key)}
    for value in selected:
        options.check([option], [{"name": "value", "value": value}], path)
    return selected, options.resolved
