"""One event of the gateway."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.sandbox.gateway.intents import Intent
    from bot.sandbox.models.payload import Payload


@dataclass(frozen=True, slots=True)
class GatewayEvent:
    """A gateway event, and the intent that a session needs to get it (`NO_INTENT` for interactions)."""

    name: str
    data: Payload
    intent: Intent
