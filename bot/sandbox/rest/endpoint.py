"""REST endpoints: authorisation, rate limits, errors and headers."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from aiohttp import web

from bot.sandbox.errors import DiscordError, invalid_form, method_not_allowed, not_found, unauthorized
from bot.sandbox.models.payload import Payload, snowflake
from bot.sandbox.state.sandbox_state import SandboxState

if TYPE_CHECKING:
    from collections.abc import Iterable

BASE = "/api/v10"
Answer: TypeAlias = Payload | list[Payload] | None
Handler: TypeAlias = Callable[[SandboxState, web.Request], Awaitable[Answer]]
# without this header discord.py takes a 429 for a ban by Cloudflare and does not retry
VIA = "1.1 sandbox"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A route. `bucket` is its rate limit, None if it has none; each value of the `major` path parameters has its own.

    Interaction and webhook endpoints are authorised by the token in their path (`needs_token` is False) and do not
    count towards the global limit. `created` is the status of a response with a body.
    """

    method: str
    path: str
    handler: Handler
    bucket: str | None = None
    major: tuple[str, ...] = ()
    needs_token: bool = True
    created: int = 200


def path_id(request: web.Request, name: str) -> int:
    """Return an id from the path, or raise 50035."""
    value = snowflake(request.match_info[name])
    if value is None:
        words = f'Value "{request.match_info[name]}" is not snowflake.'
        raise invalid_form({name: {"_errors": [{"code": "NUMBER_TYPE_COERCE", "message": words}]}})
    return value


def add_endpoints(app: web.Application, state: SandboxState, endpoints: Iterable[Endpoint]) -> None:
    """Serve endpoints under `/api/v10`, and Discord's 404 and 405 for every other path and method under `/api`."""
    for endpoint in endpoints:
        app.router.add_route(endpoint.method, BASE + endpoint.path, _serve(state, endpoint))

    resources = [resource for resource in app.router.resources() if resource.canonical.startswith(BASE)]

    async def nothing_here(request: web.Request) -> web.Response:
        known = [resource for resource in resources if (await resource.resolve(request))[1]]
        error = method_not_allowed() if known else not_found()
        return _json(error.payload(), error.status, {})

    app.router.add_route("*", "/api/{rest:.*}", nothing_here)


def _serve(state: SandboxState, endpoint: Endpoint) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def serve(request: web.Request) -> web.StreamResponse:
        headers: dict[str, str] = {}
        if endpoint.needs_token and request.headers.get("Authorization") != f"Bot {state.bot_token}":
            return _json(unauthorized().payload(), 401, headers)
        if endpoint.bucket is not None:
            major = ":".join(request.match_info[name] for name in endpoint.major)
            result = state.limits.take(endpoint.bucket, major, counts_globally=endpoint.needs_token)
            headers |= result.headers
            if not result.allowed:
                words = "You are being rate limited."
                body = {
                    "message": words,
                    "code": 0,
                    "retry_after": round(result.retry_after, 3),
                    "global": result.is_global,
                }
                return _json(body, 429, headers)
        try:
            answer = await endpoint.handler(state, request)
        except DiscordError as error:
            if error.retry_after is not None:
                headers |= {"Retry-After": f"{error.retry_after:.3f}"}
            return _json(error.payload(), error.status, headers)
        if answer is None:
            return web.Response(status=204, headers=headers | {"Via": VIA})
        return _json(answer, endpoint.created, headers)

    return serve


def _json(body: Payload | list[Payload], status: int, headers: dict[str, str]) -> web.Response:
    # discord.py parses a response as JSON only with this exact content type, without a charset
    data = json.dumps(body, ensure_ascii=False).encode()
    return web.Response(body=data, status=status, headers=headers | {"Via": VIA, "Content-Type": "application/json"})
