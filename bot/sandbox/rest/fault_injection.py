"""Counts requests, and applies faults to them: the REST API's, the CDN's, the gateway's handshake; not the page's."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

from aiohttp import web

from bot.sandbox.rest.endpoint import BASE, VIA
from bot.sandbox.rest.request_body import BODY
from bot.sandbox.state.faults import Fault, FaultKind
from bot.sandbox.state.observers import Exchange

if TYPE_CHECKING:
    from aiohttp.typedefs import Handler, Middleware

    from bot.sandbox.state.sandbox_state import SandboxState

SOCKET = "/gateway"
FOR_THE_BOT = ("/api/", "/attachments/", "/avatars/", SOCKET)


def inject_faults(state: SandboxState) -> Middleware:
    """Return a middleware that applies the faults of the state."""

    @web.middleware
    async def inject(request: web.Request, handler: Handler) -> web.StreamResponse:
        if not request.path.startswith(FOR_THE_BOT):
            return await handler(request)
        fault = await state.faults.take(request.method, route_of(request), request.match_info)
        if fault is None:
            return await handler(request)
        if fault.seconds and not fault.done_first:
            await state.clock.sleep(fault.seconds)
        if fault.kind is FaultKind.HOLD and not fault.done_first:
            await fault.removed.wait()
        spoils = fault.kind in (FaultKind.DELAY, FaultKind.HOLD, FaultKind.HALF, FaultKind.GARBAGE)
        response = await handler(request) if fault.done_first or spoils else None
        if fault.done_first:
            if fault.seconds:
                await state.clock.sleep(fault.seconds)
            if fault.kind is FaultKind.HOLD:
                await fault.removed.wait()
        return await _spoil(state, request, fault, response)

    return inject


def count_requests(state: SandboxState) -> Middleware:
    """Return a middleware that counts the bot's requests, and refuses all of them during a ban."""

    @web.middleware
    async def count(request: web.Request, handler: Handler) -> web.StreamResponse:
        if not request.path.startswith("/api/"):
            return await handler(request)
        if state.traffic.banned_s:
            # Cloudflare's answer: no Via, no JSON
            headers = {"Content-Type": "text/html", "Retry-After": f"{state.traffic.banned_s:.0f}"}
            return web.Response(body=b"error code: 1015", status=429, headers=headers)
        response = await handler(request)
        shared = response.headers.get("X-RateLimit-Scope") == "shared"
        state.traffic.count(request.method, route_of(request), response.status, shared=shared)
        if state.observers.exchanges:
            exchange = Exchange(
                request.method, route_of(request), request.get(BODY), response.status, _json_of(response)
            )
            for observe in state.observers.exchanges:
                observe(exchange)
        return response

    return count


def _json_of(response: web.StreamResponse) -> object:
    body = response.body if isinstance(response, web.Response) else None
    if not isinstance(body, bytes) or not body or response.content_type != "application/json":
        return None
    parsed: object = json.loads(body)
    return parsed


def route_of(request: web.Request) -> str:
    """Return a request's route without `/api/v10`, such as `/channels/{channel_id}`; `/websocket` for the gateway."""
    if request.path == SOCKET:
        return "/websocket"
    resource = request.match_info.route.resource
    path = request.path if resource is None else resource.canonical
    return path.removeprefix(BASE)


async def _spoil(
    state: SandboxState, request: web.Request, fault: Fault, response: web.StreamResponse | None
) -> web.StreamResponse:
    if fault.kind is FaultKind.REFUSE:
        return _refusal(fault)
    if fault.kind is FaultKind.DROP:
        await state.faults.stopped.wait()
    if response is None or fault.kind in (FaultKind.DROP, FaultKind.CUT):
        reset(request)
        return web.Response()
    if isinstance(response, web.Response) and isinstance(response.body, bytes):
        if fault.kind is FaultKind.HALF:
            return await _half(request, response, response.body)
        if fault.kind is FaultKind.GARBAGE:
            headers = {name: value for name, value in response.headers.items() if name != "Content-Length"}
            return web.Response(body=response.body[: len(response.body) // 2], status=response.status, headers=headers)
    return response


def reset(request: web.Request) -> None:
    """Reset the connection of a request."""
    if request.transport is not None:
        request.transport.abort()


async def _half(request: web.Request, whole: web.StreamResponse, body: bytes) -> web.StreamResponse:
    """Send the headers of a response and half of its body, then reset the connection."""
    begun = web.StreamResponse(status=whole.status, headers=whole.headers)
    begun.content_length = max(len(body), 1)
    await begun.prepare(request)
    await begun.write(body[: len(body) // 2])
    # what was written is on its way when the loop has run once more
    await asyncio.sleep(0)
    reset(request)
    return begun


def _refusal(fault: Fault) -> web.Response:
    error = fault.error
    assert error is not None, "a refusal without an error"  # noqa: S101  a programming error, not input
    headers = {"Content-Type": "application/json" if fault.body is None else "text/html"}
    if fault.via:
        headers["Via"] = VIA
    if error.retry_after is not None:
        headers["Retry-After"] = f"{error.retry_after:.3f}"
    text = json.dumps(error.payload()) if fault.body is None else fault.body
    return web.Response(body=text.encode(), status=error.status, headers=headers)
