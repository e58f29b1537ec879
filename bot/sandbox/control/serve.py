"""Serves the control API, on a port of its own and only to whoever knows its secret."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from typing import TypeAlias

from aiohttp import web

from bot.sandbox.control import faults, gateway, guild, people
from bot.sandbox.control.body import ControlError
from bot.sandbox.errors import DiscordError
from bot.sandbox.gateway.gateway import Gateway
from bot.sandbox.models.payload import Payload
from bot.sandbox.origin_check import check_origin
from bot.sandbox.state.sandbox_state import SandboxState

Act: TypeAlias = Callable[[SandboxState, Gateway, web.Request], Awaitable[Payload]]

ROUTES: list[tuple[str, str, Act]] = [
    ("POST", "/faults", faults.add),
    ("GET", "/faults", faults.list_all),
    ("DELETE", "/faults", faults.clear),
    ("GET", "/faults/{fault_id}", faults.get),
    ("DELETE", "/faults/{fault_id}", faults.remove),
    ("POST", "/filters", faults.add_filter),
    ("DELETE", "/filters", faults.clear_filters),
    ("POST", "/gateway", gateway.act),
    ("PUT", "/token", gateway.set_token),
    ("PATCH", "/limits", gateway.limit),
    ("GET", "/counts", gateway.counts),
    ("GET", "/state", guild.get_state),
    ("GET", "/channels/{channel_id}/messages", guild.list_messages),
    ("POST", "/channels/{channel_id}/messages", guild.add_message),
    ("DELETE", "/channels/{channel_id}/messages/{message_id}", guild.remove_message),
    ("POST", "/channels", guild.add_channel),
    ("PATCH", "/channels/{channel_id}", guild.change_channel),
    ("DELETE", "/channels/{channel_id}", guild.remove_channel),
    ("PUT", "/channels/{channel_id}/overwrites/{target_id}", guild.set_overwrite),
    ("DELETE", "/channels/{channel_id}/overwrites/{target_id}", guild.remove_overwrite),
    ("PATCH", "/roles/{role_id}", guild.change_role),
    ("POST", "/members", people.join),
    ("DELETE", "/members/{user_id}", people.leave),
    ("PUT", "/members/{user_id}/presence", people.set_presence),
    ("POST", "/channels/{channel_id}/typing", people.start_typing),
    ("PUT", "/channels/{channel_id}/messages/{message_id}/votes/{answer_id}", people.vote),
    ("DELETE", "/channels/{channel_id}/messages/{message_id}/votes/{answer_id}", people.vote),
]


def control_app(state: SandboxState, bot_gateway: Gateway, secret: str) -> web.Application:
    """Return the control API as an application."""
    app = web.Application(middlewares=[check_origin()])
    for method, path, act in ROUTES:
        app.router.add_route(method, path, _guard(state, bot_gateway, secret, act))
    return app


def _guard(
    state: SandboxState, bot_gateway: Gateway, secret: str, act: Act
) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def serve(request: web.Request) -> web.Response:
        given = request.headers.get("Authorization", "")
        if not secrets.compare_digest(given.encode(), f"Bearer {secret}".encode()):
            words = "The secret is wrong; send the header Authorization: Bearer SECRET."
            return web.json_response({"message": words}, status=401)
        try:
            return web.json_response(await act(state, bot_gateway, request))
        except ControlError as error:
            return web.json_response({"message": str(error)}, status=error.status)
        except DiscordError as error:
            return web.json_response({"message": error.message}, status=error.status)

    return serve
