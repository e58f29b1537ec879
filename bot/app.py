"""Starts the bot's parts in order and stops them in reverse order."""

import asyncio
import contextlib
import logging
import os
import signal
from collections.abc import AsyncIterator
from typing import Final

import aiohttp

from bot.chat.client import ImagineClient, override_endpoints, run_with_reconnect
from bot.chat.download import downloader
from bot.community import retention
from bot.composition import build
from bot.config import Config, EngineKind
from bot.discord_token import TOKEN_VARIABLE
from bot.engine.devices import configured_engines, start_engines
from bot.operations import data_folder, health, lock
from bot.operations.metrics import Metrics
from bot.operations.metrics_server import serve_metrics
from bot.operations.short_pauses import prefer_short_pauses
from bot.store.database import Database
from bot.store.job_counts import job_counts
from bot.store.storage_error import outlast

log = logging.getLogger(__name__)

DATABASE: Final = "bot.db"
HEALTH: Final = "healthy"


async def run(config: Config, token: str) -> None:
    """Runs the bot until SIGTERM or SIGINT. A job that is still rendering then continues after the next start.

    Raises:
        DataFolderError, FolderInUseError, DatabaseError, StorageError, MetricsServerError, RunFailedError, LoginError:
            The bot cannot run; the message says why.
    """
    # The engine's process inherits the environment and does not need the token.
    os.environ.pop(TOKEN_VARIABLE, None)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    serving = asyncio.create_task(_serve(config, token), name="bot")
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait([serving, stopping], return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if not serving.done():
        serving.cancel()  # this also interrupts the start; loading a model may take minutes
        await asyncio.wait([serving])
        log.info("stopped")
    if not serving.cancelled():
        await serving


async def _serve(config: Config, token: str) -> None:
    async with _services(config, token) as tasks:
        # The tasks run until they are cancelled. One that ends has crashed, and its exception ends the process.
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            await task


@contextlib.asynccontextmanager
async def _services(config: Config, token: str) -> AsyncIterator[list["asyncio.Task[None]"]]:
    async with contextlib.AsyncExitStack() as stack:
        folder = config.storage.folder
        data_folder.prepare(folder)
        if data_folder.open_to_others(folder):
            log.warning("%s can be read by other users of this machine; make it yours and close it: chmod 700", folder)
        held = stack.enter_context(lock.acquire(folder))
        lock.write_owner(held, os.getpid())

        database = await Database.open(folder / DATABASE)
        stack.push_async_callback(database.close)
        metrics = Metrics()
        if config.metrics.port:
            await stack.enter_async_context(serve_metrics(metrics, config.metrics.port, lambda: job_counts(database)))
        engines = await configured_engines(config.engine, config.progress.interval_s, metrics)
        for engine in engines.values():
            stack.push_async_callback(engine.close)
        if config.engine.kind is EngineKind.LOCAL:  # on Ray, jobs wait until the cluster can be reached
            engines = await start_engines(engines)
            log.info("model %s is ready on %s", config.engine.model, ", ".join(engines))

        connection: list[ImagineClient] = []

        def connected() -> ImagineClient | None:
            return connection[-1] if connection else None

        session = await stack.enter_async_context(aiohttp.ClientSession())
        app = await build(config, database, engines, connected, downloader(session), metrics=metrics)
        stack.push_async_callback(app.job_messages.close)
        workers, poster = app.workers, app.poster
        if unfinished := await app.pictures.remove_unfinished():
            log.info("deleted %d unfinished files", unfinished)
        await workers.recover()
        await app.sessions.recover()
        online = asyncio.Event()

        def connect() -> ImagineClient:
            connection[:] = [app.client(online.set)]
            return connection[-1]

        def ready() -> bool:
            client = connected()
            return client is not None and client.is_ready()

        async def catch_up() -> None:
            await online.wait()
            await outlast("catching up", poster.catch_up)
            await outlast("catching up", workers.catch_up)
            await retention.run(app.history, app.people, app.pictures, config.storage.keep_pictures_days)

        async def sessions() -> None:
            await online.wait()
            await app.sessions.run()

        metrics.set_connected(ready)
        prefer_short_pauses()
        override_endpoints(config.discord)
        tasks = [
            asyncio.create_task(workers.run(), name="workers"),
            asyncio.create_task(app.queue_board.run(), name="queue positions"),
            *(asyncio.create_task(engine.ping_when_idle(), name="pings of the engine") for engine in engines.values()),
            asyncio.create_task(catch_up(), name="catch up and retention"),
            asyncio.create_task(sessions(), name="sessions"),
            asyncio.create_task(health.write_heartbeat(folder / HEALTH, ready), name="health"),
            asyncio.create_task(metrics.loop_lag.measure(), name="event loop's delay"),
            asyncio.create_task(run_with_reconnect(connect, token), name="connection"),
        ]
        stack.push_async_callback(_end, tasks)
        stack.push_async_callback(poster.close)
        stack.push_async_callback(poster.drain)
        stack.push_async_callback(workers.drain, config.engine.shutdown_s)
        yield tasks


async def _end(tasks: list["asyncio.Task[None]"]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
