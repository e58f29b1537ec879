"""The control API's acts on the gateway, the token and the limits, and its counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.control.body import ControlError, read_fields
from bot.sandbox.gateway.opcodes import Op
from bot.sandbox.serializers import guild_objects

if TYPE_CHECKING:
    from aiohttp import web

    from bot.sandbox.gateway.gateway import Gateway
    from bot.sandbox.models.payload import Payload
    from bot.sandbox.state.sandbox_state import SandboxState

ACTS = ("close", "cut", "reconnect", "invalidate", "forget", "send", "outage", "recover")


async def act(state: SandboxState, gateway: Gateway, request: web.Request) -> Payload:
    """POST /gateway: do one of `ACTS` to every connection.

    close: with `close_code`. cut: without a closing frame. reconnect: ask for it with opcode 7. invalidate: opcode 9;
    `resumable` says whether the session can be resumed. forget: refuse to resume the present sessions. send: `text` as
    it is. outage, recover: the guild becomes unavailable, and available again.
    """
    fields = await read_fields(request)
    name = fields.get("act", str)
    code, resumable = fields.get("close_code", int, 4000), fields.get("resumable", bool, default=False)
    text = fields.get("text", str, "")
    fields.finish()
    if name == "close":
        await gateway.drop(code)
    elif name == "cut":
        gateway.cut()
    elif name == "reconnect":
        gateway.send(Op.RECONNECT)
    elif name == "invalidate":
        if not resumable:
            gateway.forget_sessions()
        gateway.send(Op.INVALID_SESSION, data=resumable)
    elif name == "forget":
        gateway.forget_sessions()
    elif name == "send":
        gateway.send_text(text)
    elif name == "outage":
        gateway.dispatch("GUILD_DELETE", {"id": str(state.guild_data.guild.id), "unavailable": True})
    elif name == "recover":
        gateway.dispatch("GUILD_CREATE", guild_objects.guild_create(state, with_presences=False))
    else:
        raise ControlError(f"The act has to be one of {', '.join(ACTS)}.")
    return {}


async def set_token(state: SandboxState, gateway: Gateway, request: web.Request) -> Payload:
    """PUT /token: revoke the bot's token; the new one is `token`, or a random one."""
    fields = await read_fields(request)
    wanted = fields.get("token", str, None)
    fields.finish()
    gateway.revoke_token()
    if wanted is not None:
        state.bot_token = wanted
    return {"token": state.bot_token}


async def limit(state: SandboxState, _: Gateway, request: web.Request) -> Payload:
    """PATCH /limits: IDENTIFYs that `remaining` today, `max_concurrency`, and `max_invalid` requests before a ban."""
    fields = await read_fields(request)
    identifies = state.identifies
    remaining = fields.get("remaining", int, identifies.remaining)
    max_concurrency = fields.get("max_concurrency", int, identifies.max_concurrency)
    max_invalid = fields.get("max_invalid", int, state.traffic.max_invalid)
    fields.finish()
    if remaining < 0 or max_concurrency < 1 or max_invalid < 1:
        raise ControlError("remaining has to be 0 or more, max_concurrency and max_invalid 1 or more.")
    identifies.remaining, identifies.max_concurrency = remaining, max_concurrency
    state.traffic.max_invalid = max_invalid
    return identifies.payload()


async def counts(state: SandboxState, _: Gateway, __: web.Request) -> Payload:
    """GET /counts: answered requests by method, route and status; invalid ones; IDENTIFYs."""
    traffic = state.traffic
    listed = [
        {"method": method, "route": route, "status": status, "count": count}
        for (method, route, status), count in sorted(traffic.counts.items())
    ]
    return {
        "requests": listed,
        "invalid": traffic.invalid,
        "banned_s": traffic.banned_s,
        "identifies": state.identifies.used,
        "session_start_limit": state.identifies.payload(),
    }
