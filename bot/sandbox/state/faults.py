"""Faults on demand: what goes wrong, where, how often, and which have happened.

`rest.fault_injection` applies them to requests, the gateway to its events.
"""

from __future__ import annotations

import asyncio
import itertools
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bot.sandbox.errors import DiscordError

GATEWAY = "GATEWAY"
"""The method of faults of gateway events; their path is the event's name, such as READY or HEARTBEAT_ACK."""


class FaultKind(Enum):
    """What goes wrong.

    DELAY: carries on after `seconds`. HOLD: carries on when the fault is removed. DROP: nothing is ever answered.
    CUT: the connection is reset. HALF: half the bytes are sent, then the connection is reset. GARBAGE: the JSON is
    complete as a body or frame, but malformed. REFUSE: a request is answered with an error. CLOSE: the gateway closes
    the connection with a code.
    """

    DELAY = "delay"
    HOLD = "hold"
    DROP = "drop"
    CUT = "cut"
    HALF = "half"
    GARBAGE = "garbage"
    REFUSE = "refuse"
    CLOSE = "close"


@dataclass(slots=True, eq=False)
class Fault:
    """One fault.

    Attributes:
        method: A request's method, `GATEWAY` for events, or None for every method.
        path: A route such as `/channels/{channel_id}/messages`, an event's name, or None for all.
        where: Path parameters that must have these values.
        skip: How many matching requests or events pass before the fault begins.
        times: How often it happens; None until it is removed.
        done_first: Whether a request is carried out before its answer goes wrong.
        seconds: How long everything waits before the fault happens.
        error: The answer of REFUSE. `body` replaces its JSON; without `via`, a 429 looks like one of Cloudflare's.
        close_code: The code of CLOSE.
        hits: How often it has happened.
    """

    kind: FaultKind
    method: str | None = None
    path: str | None = None
    where: Mapping[str, str] = field(default_factory=dict)
    skip: int = 0
    times: int | None = 1
    done_first: bool = False
    seconds: float = 0.0
    error: DiscordError | None = None
    body: str | None = None
    via: bool = True
    close_code: int = 4000
    id: int = 0
    hits: int = 0
    removed: asyncio.Event = field(default_factory=asyncio.Event)

    def matches(self, method: str, path: str, parameters: Mapping[str, str]) -> bool:
        """Return whether a request or an event is one that this fault is for."""
        right = method != GATEWAY if self.method is None else self.method == method
        named = self.path is None or self.path == path
        return right and named and all(parameters.get(key) == value for key, value in self.where.items())


class Faults:
    """The faults that are wanted, oldest first. The first that matches happens; the others do not count it."""

    def __init__(self) -> None:
        self._faults: dict[int, Fault] = {}
        self._ids = itertools.count(1)
        self._changed = asyncio.Condition()
        self.stopped = asyncio.Event()

    def add(self, fault: Fault) -> Fault:
        """Begin a fault, and give it an id."""
        fault.id = next(self._ids)
        self._faults[fault.id] = fault
        return fault

    def get(self, fault_id: int) -> Fault | None:
        """Return a fault, also one that has happened as often as it was wanted, or None."""
        return self._faults.get(fault_id)

    def listed(self) -> list[Fault]:
        """Return every fault that was not removed."""
        return list(self._faults.values())

    def remove(self, fault_id: int) -> Fault | None:
        """End a fault and let what it holds carry on; return it, or None if there is none."""
        fault = self._faults.pop(fault_id, None)
        if fault is not None:
            fault.removed.set()
        return fault

    def clear(self) -> None:
        """End every fault."""
        for fault_id in list(self._faults):
            self.remove(fault_id)

    def stop(self) -> None:
        """End every fault, and let go of the requests that are never answered."""
        self.clear()
        self.stopped.set()

    async def take(self, method: str, path: str, parameters: Mapping[str, str]) -> Fault | None:
        """Return the fault that happens to a request or an event, and count it; None if none does."""
        for fault in self._faults.values():
            if not fault.matches(method, path, parameters) or fault.times == 0:
                continue
            if fault.skip:
                fault.skip -= 1
                continue
            if fault.times is not None:
                fault.times -= 1
            async with self._changed:
                fault.hits += 1
                self._changed.notify_all()
            return fault
        return None

    async def wait(self, fault: Fault, hits: int) -> None:
        """Return once a fault has happened that often."""
        await self._until(lambda: fault.hits >= hits)

    async def _until(self, reached: Callable[[], bool]) -> None:
        async with self._changed:
            await self._changed.wait_for(reached)
