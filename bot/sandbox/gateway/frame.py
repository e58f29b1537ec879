"""One text that the gateway sends."""

from __future__ import annotations

from typing import NamedTuple


class Frame(NamedTuple):
    """The JSON of an event or of another payload, and its name: the event's, or the opcode's, such as HELLO."""

    name: str
    text: str
