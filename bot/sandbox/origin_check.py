"""A check of `Host` and `Origin` against DNS rebinding and scripts of other websites."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

if TYPE_CHECKING:
    from aiohttp.typedefs import Handler, Middleware

NAMES = ("127.0.0.1", "localhost")


def check_origin() -> Middleware:
    """Return a middleware that answers 403 unless `Host` is this server and `Origin`, if sent, is its page."""

    @web.middleware
    async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
        transport = request.transport
        port = None if transport is None else transport.get_extra_info("sockname")[1]
        allowed_hosts = [f"{name}:{port}" for name in NAMES]
        if request.headers.get("Host") not in allowed_hosts:
            raise web.HTTPForbidden(text="The sandbox can be reached only as 127.0.0.1 or localhost.\n")
        # browsers send Origin with every request that can change something, and with every websocket
        origin = request.headers.get("Origin")
        if origin is not None and origin not in [f"http://{host}" for host in allowed_hosts]:
            raise web.HTTPForbidden(text="The sandbox accepts requests only from its own page.\n")
        return await handler(request)

    return check
