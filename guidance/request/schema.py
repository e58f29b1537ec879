"""How stored requests of earlier schemas are read. Parameters added since are filled from their declarations."""

from collections.abc import Mapping
from typing import Any, Final

from guidance.request.parameters import PARAMETERS

_RENAMED: Final = 5
RENAMED_FIELDS: Final[Mapping[str, str]] = {
    "taper": "level_decay",
    "restraint": "saturation",
    "headroom": "clipping",
    "calm": "high_frequency",
    "variety": "repetition",
    "settle": "early_stop",
}
"""Fields' names before schema 5, and since."""
REMOVED_FIELDS: Final[Mapping[str, int]] = {"familiarity": 6, "high_frequency": 7, "repetition": 7, "saturation": 11}
"""Weights that are no longer part of the loss, and the first schema without each."""
SCHEMA: Final = max(*REMOVED_FIELDS.values(), *(parameter.added[0] for parameter in PARAMETERS.values()))
"""Version of the list of a Request's fields."""


def upgraded(data: dict[str, Any]) -> dict[str, Any]:
    """A stored request in the present schema, without REMOVED_FIELDS; any other object as it is.

    Schema 1 had no weights in the prompt: one that looks like a weight is read as a weight.
    """
    schema = data.get("schema")
    if not isinstance(schema, int) or not 1 <= schema < SCHEMA:
        return data
    if schema < _RENAMED:
        data = {RENAMED_FIELDS.get(name, name): value for name, value in data.items()}
    data = {name: value for name, value in data.items() if schema >= REMOVED_FIELDS.get(name, 0)}
    if schema == 1:
        ends = {f"{name}_end": data.get(name) for name in ("view_low", "view_high", "noise")}
        data = {"style": "", "images": [], "mask": None} | ends | data
    added = {name: parameter.added[1] for name, parameter in PARAMETERS.items() if parameter.added[0] > schema}
    return added | data | {"schema": SCHEMA}
