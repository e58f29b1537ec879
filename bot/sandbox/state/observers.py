"""Shows tests every request with its answer, every gateway event, and what a client sends over the gateway."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.sandbox.models.payload import Payload


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request and its answer. `body` is the request's JSON, `answer` that of the response; None without any."""

    method: str
    route: str
    body: object
    status: int
    answer: object


@dataclass(slots=True)
class Observers:
    """Functions that are called with what passes.

    Attributes:
        exchanges: Get every request with its answer.
        events: Get the name and the data of every gateway event.
        payloads: Get the opcode and the data of every payload that the gateway accepted from a client.
    """

    exchanges: list[Callable[[Exchange], None]] = field(default_factory=list)
    events: list[Callable[[str, Payload], None]] = field(default_factory=list)
    payloads: list[Callable[[int, object], None]] = field(default_factory=list)
