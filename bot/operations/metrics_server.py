"""Serves the metrics at http://127.0.0.1:PORT/metrics, on the bot's event loop.

prometheus_client's own server runs in a thread, which cannot use the store's connection to count jobs at each scrape.
"""

import contextlib
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Final

from aiohttp import web
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from bot.operations.metrics import Metrics

HOST: Final = "127.0.0.1"
"""Loopback only, because the server has no authentication."""


class MetricsServerError(RuntimeError):
    """The metrics cannot be served; the message is one sentence."""


@contextlib.asynccontextmanager
async def serve_metrics(
    metrics: Metrics, port: int, queue: Callable[[], Awaitable[Mapping[str, int]]]
) -> AsyncIterator[int]:
    """Serves the metrics inside the block. Yields the port.

    Args:
        metrics: The metrics.
        port: The port on loopback; 0 for any free port.
        queue: Counts the unfinished jobs by state; called at each scrape.

    Raises:
        MetricsServerError: The port is in use or not permitted.
    """

    async def answer(_: web.Request) -> web.Response:
        metrics.set_queue(await queue())
        return web.Response(body=metrics.text(), headers={"Content-Type": CONTENT_TYPE_PLAIN_0_0_4})

    app = web.Application()
    app.router.add_get("/metrics", answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, HOST, port).start()
        except OSError as error:
            # asyncio replaces `strerror` by a longer sentence.
            reason = os.strerror(error.errno) if error.errno else str(error)
            raise MetricsServerError(f"metrics.port {port} cannot be used ({reason}); choose another one") from error
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()
