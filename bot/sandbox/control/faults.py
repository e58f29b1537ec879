"""The control API's faults: add them, wait for them, end them; and filters of what the bot writes."""

from __future__ import annotations

import asyncio
from types import NoneType
from typing import TYPE_CHECKING

from bot.sandbox.control.body import ControlError, id_in, read_fields
from bot.sandbox.error_codes import error_of
from bot.sandbox.state.faults import GATEWAY, Fault, FaultKind

if TYPE_CHECKING:
    from aiohttp import web

    from bot.sandbox.control.body import Fields
    from bot.sandbox.gateway.gateway import Gateway
    from bot.sandbox.models.payload import Payload
    from bot.sandbox.state.sandbox_state import SandboxState

MAX_WAIT_S = 600.0
NUMBER = (int, float)
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", GATEWAY)


async def add(state: SandboxState, _: Gateway, request: web.Request) -> Payload:
    """POST /faults."""
    return _described(state.faults.add(_fault(await read_fields(request))))


def _fault(fields: Fields) -> Fault:
    kinds = [kind.value for kind in FaultKind]
    name = fields.get("kind", str)
    if name not in kinds:
        raise ControlError(f"The kind has to be one of {', '.join(kinds)}.")
    method = fields.get("method", str, None)
    if method is not None and method not in METHODS:
        raise ControlError(f"The method has to be one of {', '.join(METHODS)}.")
    fault = Fault(
        FaultKind(name),
        method=method,
        path=fields.get("path", str, None),
        where={key: str(value) for key, value in fields.get("where", dict, {}).items()},
        skip=fields.get("skip", int, 0),
        times=fields.get("times", (int, NoneType), 1),
        done_first=fields.get("done_first", bool, default=False),
        seconds=fields.get("seconds", NUMBER, 0.0),
        body=fields.get("body", str, None),
        via=fields.get("via", bool, default=True),
        close_code=fields.get("close_code", int, 4000),
    )
    fault.error = error_of(*_error_fields(fields))
    fields.finish()
    if fault.kind is FaultKind.CLOSE and fault.method != GATEWAY:
        raise ControlError(f"The kind close is for the method {GATEWAY} only; use cut for requests.")
    if fault.kind is FaultKind.REFUSE and fault.method == GATEWAY:
        raise ControlError("The kind refuse is for requests only; use close for the gateway.")
    return fault


def _error_fields(fields: Fields) -> tuple[int, int | None, str | None, float | None]:
    """Return `code`, `status`, `message` and `retry_after`."""
    code = fields.get("code", int, 0)
    status = fields.get("status", int, None)
    if status is not None and not 400 <= status <= 599:
        raise ControlError("The status of an error is between 400 and 599.")
    return code, status, fields.get("message", str, None), fields.get("retry_after", NUMBER, None)


async def list_all(state: SandboxState, _: Gateway, __: web.Request) -> Payload:
    """GET /faults."""
    return {"faults": [_described(fault) for fault in state.faults.listed()]}


async def get(state: SandboxState, _: Gateway, request: web.Request) -> Payload:
    """GET /faults/{fault_id}?hits=1&timeout_s=30: wait until the fault has happened that often."""
    fault = state.faults.get(id_in(request, "fault_id"))
    if fault is None:
        raise ControlError("There is no such fault.", 404)
    try:
        hits, timeout_s = int(request.query.get("hits", 0)), float(request.query.get("timeout_s", 30))
    except ValueError as error:
        raise ControlError("hits has to be an integer and timeout_s a number of seconds.") from error
    try:
        async with asyncio.timeout(min(timeout_s, MAX_WAIT_S)):
            await state.faults.wait(fault, hits)
    except TimeoutError as error:
        words = f"The fault has happened {fault.hits} times and not {hits} within {timeout_s:g} s."
        raise ControlError(words, 408) from error
    return _described(fault)


async def remove(state: SandboxState, _: Gateway, request: web.Request) -> Payload:
    """DELETE /faults/{fault_id}: end a fault, and let what it holds carry on."""
    fault = state.faults.remove(id_in(request, "fault_id"))
    if fault is None:
        raise ControlError("There is no such fault.", 404)
    return _described(fault)


async def clear(state: SandboxState, _: Gateway, __: web.Request) -> Payload:
    """DELETE /faults."""
    state.faults.clear()
    return {}


def _described(fault: Fault) -> Payload:
    return {
        "id": fault.id,
        "kind": fault.kind.value,
        "method": fault.method,
        "path": fault.path,
        "where": dict(fault.where),
        "skip": fault.skip,
        "times": fault.times,
        "hits": fault.hits,
    }


async def add_filter(state: SandboxState, _: Gateway, request: web.Request) -> Payload:
    """POST /filters: refuse what the bot writes with a text in it, such as with the code 240000."""
    fields = await read_fields(request)
    text = fields.get("text", str)
    error = error_of(*_error_fields(fields))
    fields.finish()
    if not text:
        raise ControlError("The text is empty and would refuse every message; use a fault for that.")
    state.content_filter.refused[text.lower()] = error
    return {"text": text, "status": error.status, "code": error.code, "message": error.message}


async def clear_filters(state: SandboxState, _: Gateway, __: web.Request) -> Payload:
    """DELETE /filters."""
    state.content_filter.refused.clear()
    return {}
