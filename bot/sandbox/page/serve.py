"""Serves the page: its files, its API and its websocket, which need the page's token."""

from __future__ import annotations

import html
import secrets
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from aiohttp import web

from bot.sandbox.errors import DiscordError, unknown_member
from bot.sandbox.models.payload import Payload, snowflake
from bot.sandbox.page import actions, commands, components, queries, threads
from bot.sandbox.page.live import Live

if TYPE_CHECKING:
    from bot.sandbox.state.sandbox_state import SandboxState

STATIC = Path(__file__).parent.parent / "static"
CONTENT_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}
# scripts and styles only from this origin, pictures also as data; no other page may frame this one
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src 'self'; "
    "font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
Action: TypeAlias = Callable[["SandboxState", int, web.Request], Awaitable[Payload]]

ROUTES: list[tuple[str, str, Action]] = [
    ("GET", "/state", queries.guild_state),
    ("GET", "/channels/{channel_id}/messages", queries.messages),
    ("GET", "/pings", queries.pings),
    ("POST", "/channels/{channel_id}/messages", actions.post_message),
    ("POST", "/channels/{channel_id}/typing", actions.start_typing),
    ("DELETE", "/channels/{channel_id}/messages/{message_id}", actions.delete_message),
    ("PUT", "/channels/{channel_id}/messages/{message_id}/reactions/{emoji}", actions.add_reaction),
    ("DELETE", "/channels/{channel_id}/messages/{message_id}/reactions/{emoji}", actions.remove_reaction),
    ("PUT", "/channels/{channel_id}/messages/{message_id}/votes/{answer_id}", actions.vote),
    ("DELETE", "/channels/{channel_id}/messages/{message_id}/votes/{answer_id}", actions.vote),
    ("POST", "/channels/{channel_id}/messages/{message_id}/components", components.use_component),
    ("POST", "/channels/{channel_id}/commands", commands.use_command),
    ("POST", "/channels/{channel_id}/autocomplete", commands.autocomplete),
    ("POST", "/channels/{channel_id}/messages/{message_id}/threads", threads.start_from_message),
    ("POST", "/channels/{channel_id}/threads", threads.start_without_message),
    ("PATCH", "/channels/{channel_id}", threads.change),
    ("DELETE", "/channels/{channel_id}", threads.delete),
    ("PUT", "/channels/{channel_id}/membership", threads.join),
    ("DELETE", "/channels/{channel_id}/membership", threads.leave),
    ("GET", "/interactions/{interaction_id}", queries.get_interaction),
    ("POST", "/interactions/{interaction_id}/modal", commands.submit_modal),
]


def add_page(app: web.Application, state: SandboxState, token: str) -> Live:
    """Serve the page at `/` and its API under `/sandbox`; return its websocket."""
    live = Live(state)

    async def index(_: web.Request) -> web.Response:
        text = (STATIC / "index.html").read_text(encoding="utf-8").replace("{{token}}", html.escape(token))
        return _file(text.encode(), "text/html; charset=utf-8")

    async def static(request: web.Request) -> web.Response:
        path = STATIC / request.match_info["name"]
        if path.suffix not in CONTENT_TYPES or not path.is_file():
            return web.Response(status=404)
        return _file(path.read_bytes(), CONTENT_TYPES[path.suffix])

    async def socket(request: web.Request) -> web.StreamResponse:
        if not secrets.compare_digest(request.query.get("token", "").encode(), token.encode()):
            return web.Response(status=403)
        return await live.serve(request, _member(state, request.query.get("member")))

    async def people(request: web.Request) -> web.Response:
        given = request.headers.get("X-Sandbox-Token", "")
        if not secrets.compare_digest(given.encode(), token.encode()):
            return web.Response(status=403)
        return web.json_response(queries.people(state))

    app.router.add_get("/", index)
    app.router.add_get("/sandbox/people", people)
    app.router.add_get("/static/{name:[a-z_-]+\\.[a-z0-9]+}", static)
    app.router.add_get("/sandbox/socket", socket)
    for method, path, action in ROUTES:
        app.router.add_route(method, "/sandbox" + path, _guard(state, token, action))
    return live


def _guard(state: SandboxState, token: str, action: Action) -> Callable[[web.Request], Awaitable[web.Response]]:
    """Check the page's token, run the action as the member of the request, and answer errors as Discord does."""

    async def serve(request: web.Request) -> web.Response:
        given = request.headers.get("X-Sandbox-Token", "")
        if not secrets.compare_digest(given.encode(), token.encode()):
            return web.json_response({"message": "The page token is wrong. Reload the page.", "code": 0}, status=403)
        try:
            user_id = _member(state, request.headers.get("X-Sandbox-Member"))
            return web.json_response(await action(state, user_id, request))
        except DiscordError as error:
            return web.json_response(error.payload(), status=error.status)

    return serve


def _member(state: SandboxState, value: str | None) -> int:
    """Return the id of a member that the page can act as, or raise 10007; the bot is not one."""
    user_id = snowflake(value)
    member = None if user_id is None else state.guild_data.members.get(user_id)
    if member is None or member.user.bot:
        raise unknown_member()
    return member.user.id


def _file(data: bytes, content_type: str) -> web.Response:
    headers = {
        "Content-Type": content_type,
        "Content-Security-Policy": POLICY,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-cache",
    }
    return web.Response(body=data, headers=headers)
