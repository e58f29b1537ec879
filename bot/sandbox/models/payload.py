"""The type of JSON objects in requests and responses. `validate` checks their structure."""

from __future__ import annotations

from typing import Any, TypeAlias

Payload: TypeAlias = dict[str, Any]


def snowflake(value: object) -> int | None:
    """Return the snowflake in a JSON value (a string of digits or an integer), or None if it is not one."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value if value >= 0 else None
    # str.isdigit also accepts other scripts' digits, which Discord refuses
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 20:
        return int(value)
    return None
