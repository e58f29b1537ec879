"""Answers Prometheus at http://127.0.0.1:PORT/metrics, on the bot's own event loop.

aiohttp waits for slow readers without blocking anybody, and so may ask the store at each scrape; prometheus_client's
own server is a thread, from which the store's one connection could not be used. Writing the text takes less than
a millisecond (docs/operation.md).
"""

import contextlib
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Final

from aiohttp import web
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from bot.operations.metrics import Metrics

HOST: Final = "127.0.0.1"
"""Never another: how busy a bot is concerns its host alone, and nobody is asked for a password here."""


class MetricsServerError(RuntimeError):
    """The numbers cannot be served; the message is one sentence."""


@contextlib.asynccontextmanager
async def serve_metrics(
    metrics: Metrics, port: int, queue: Callable[[], Awaitable[Mapping[str, int]]]
) -> AsyncIterator[int]:
    """Answers until it is left. Yields the port, which is another one only where `port` is 0.

    Args:
        metrics: The numbers.
        port: On loopback.
        queue: Counts the jobs under way by state, at each scrape.

    Raises:
        MetricsServerError: The port is taken, or not ours to take.
    """

    async def answer(_: web.Request) -> web.Response:
        metrics.queue(await queue())
        return web.Response(body=metrics.text(), headers={"Content-Type": CONTENT_TYPE_PLAIN_0_0_4})

    app = web.Application()
    app.router.add_get("/metrics", answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, HOST, port).start()
        except OSError as error:
            # asyncio puts a sentence of its own into `strerror`.
            reason = os.strerror(error.errno) if error.errno else str(error)
            raise MetricsServerError(f"metrics.port {port} cannot be used ({reason}); choose another one") from error
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()
