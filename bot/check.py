"""Checks everything that `run` needs except Discord, and says what is wrong and how to fix it."""

import contextlib
import shutil
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from bot.app import DATABASE
from bot.community.guild_settings import GuildSettings
from bot.config import CanvasConfig, Config, EngineKind, load
from bot.discord_token import TOKEN_VARIABLE, looks_like_token, token, token_place
from bot.engine import EngineAwayError, EngineCrashedError, RenderTask, RunFailedError
from bot.engine.devices import configured_engines
from bot.engine.local import LocalEngine
from bot.jobs.canvases import Canvases
from bot.jobs.job import RenderResult
from bot.operations import data_folder, lock
from bot.operations.metrics import Metrics
from bot.operations.metrics_server import MetricsServerError, serve_metrics
from bot.store.database import Database, DatabaseError
from bot.store.storage_error import StorageError
from bot.toml_reader import ConfigError
from guidance.request import derive
from guidance.request.request import Request

FREE_BYTES: Final = 2**30
"""The check warns if less disk space is free. A picture takes about 0.2 MB."""


class Severity(StrEnum):
    """The outcome of a check."""

    OK = "ok"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class CheckResult:
    """The result of one check.

    Attributes:
        subject: What was checked, such as "database".
        severity: The outcome.
        message: One sentence; for a warning or an error it says how to fix the problem.
    """

    subject: str
    severity: Severity
    message: str


async def diagnose(path: Path) -> AsyncIterator[CheckResult]:
    """Yields one result for each check. After an error it continues with the checks that do not depend on it."""
    try:
        config = load(path)
    except ConfigError as error:
        yield CheckResult("config", Severity.ERROR, str(error))
        return
    yield CheckResult("config", Severity.OK, f"{path} is valid")
    yield _token(config)
    with contextlib.ExitStack() as stack:
        folder = config.storage.folder
        check_result, usable = _folder(folder, stack)
        yield check_result
        if usable:
            yield await _database(folder / DATABASE)
            yield _disk(folder)
            if config.metrics.port:
                yield await _port(config)
    async for check_result in _engines(config):
        yield check_result


def _token(config: Config) -> CheckResult:
    try:
        value = token(config)
    except ConfigError as error:
        return CheckResult("token", Severity.ERROR, str(error))
    place = token_place()
    if not looks_like_token(value):
        message = (
            f"{place} has something that does not look like a bot's token; copy the token from the application's page, "
            "under Bot, not its client secret, public key or id"
        )
        return CheckResult("token", Severity.WARNING, message)
    ignored = (
        ", which counts before discord.token_file" if place == TOKEN_VARIABLE and config.discord.token_file else ""
    )
    message = f"found in {place}{ignored}; `run` will show whether Discord accepts it"
    return CheckResult("token", Severity.OK, message)


async def _port(config: Config) -> CheckResult:
    try:
        async with serve_metrics(Metrics(), config.metrics.port, _no_jobs):
            return CheckResult("metrics", Severity.OK, f"port {config.metrics.port} is free")
    except MetricsServerError as error:
        return CheckResult("metrics", Severity.ERROR, str(error))


async def _no_jobs() -> Mapping[str, int]:
    return {}


def _folder(folder: Path, stack: contextlib.ExitStack) -> tuple[CheckResult, bool]:
    try:
        data_folder.prepare(folder)
        stack.enter_context(lock.acquire(folder))
    except data_folder.DataFolderError as error:
        return CheckResult("data folder", Severity.ERROR, str(error)), False
    except lock.FolderInUseError as error:
        return CheckResult("data folder", Severity.WARNING, str(error)), False
    if data_folder.open_to_others(folder):
        message = (
            f"{folder.resolve()} can be read by other users of this machine; make it yours and close it: chmod 700"
        )
        return CheckResult("data folder", Severity.WARNING, message), True
    return CheckResult("data folder", Severity.OK, f"{folder.resolve()} is writable"), True


async def _database(path: Path) -> CheckResult:
    if not path.exists():
        return CheckResult("database", Severity.OK, f"{path.name} does not exist yet; the first run creates it")
    try:
        database = await Database.open(path)
    except DatabaseError as error:
        return CheckResult("database", Severity.ERROR, str(error))
    try:
        problems = [row[0] for row in await database.fetch("PRAGMA quick_check(1)") if row[0] != "ok"]
    except StorageError as error:
        problems = [str(error)]
    finally:
        await database.close()
    if problems:
        return CheckResult("database", Severity.ERROR, f"{path} is damaged ({problems[0]}); restore a backup")
    return CheckResult("database", Severity.OK, f"{path.name} is intact and has the newest schema")


def _disk(folder: Path) -> CheckResult:
    free = shutil.disk_usage(folder).free
    if free < FREE_BYTES:
        message = f"only {free / 2**20:.0f} MiB are free; free some space or lower storage.keep_pictures_days"
        return CheckResult("disk", Severity.WARNING, message)
    return CheckResult("disk", Severity.OK, f"{free / 2**30:.0f} GiB are free")


async def _engines(config: Config) -> AsyncIterator[CheckResult]:
    """Checks each device in turn."""
    try:
        engines = await configured_engines(config.engine, config.progress.interval_s)
    except RunFailedError as error:
        yield CheckResult("device", Severity.ERROR, str(error))
        return
    if config.engine.kind is EngineKind.RAY:
        engines = dict(list(engines.items())[:1])
    for name, engine in engines.items():
        async for check_result in _engine(config, engine, name if len(engines) > 1 else "device"):
            yield check_result


async def _canvas(canvas: CanvasConfig, engine: LocalEngine, request: Request, pace: float) -> CheckResult:
    """Makes the same picture on a canvas; `pace` is the seconds of a step of the request.

    Raises:
        EngineAwayError, EngineCrashedError: See Engine.
    """
    subject = f"canvas {canvas.name}"
    settings = Canvases([canvas]).named(GuildSettings())[canvas.name]
    try:
        task = RenderTask(derive.revised(request, **settings))
        # Loading is not part of a step: a first run has loaded the model.
        _, result = [await _rendered(engine, task) for _ in range(2)]
    except RunFailedError as error:
        return CheckResult(subject, Severity.ERROR, str(error))
    measured = result.seconds / result.steps / pace
    message = (
        f"{canvas.model} loads; a step takes {measured:.1f} times as long, and costs {canvas.cost:g} times as much"
    )
    if 0.5 < canvas.cost / max(measured, 1.0) < 2:
        return CheckResult(subject, Severity.OK, message)
    return CheckResult(subject, Severity.WARNING, f"{message}; set its cost to {max(measured, 1.0):.1f}")


async def _rendered(engine: LocalEngine, task: RenderTask) -> RenderResult:
    (result,) = [entry async for entry in engine.run(task) if isinstance(entry, RenderResult)]
    return result


async def _engine(config: Config, engine: LocalEngine, subject: str) -> AsyncIterator[CheckResult]:
    """Loads the model in a child process, as `run` does, and renders eight steps."""
    try:
        device = await engine.start()
        yield CheckResult("model", Severity.OK, f"{config.engine.model} loads")
        request = Request.resolve("a test", seed=0, steps=8, model=config.engine.model)
        result = await _rendered(engine, RenderTask(request))
        pace = result.seconds / result.steps
        message = f"{device}; a step of {request.width}×{request.height} takes {pace:.2f} s"
        yield CheckResult(subject, Severity.OK, message)
        for canvas in config.canvas:
            yield await _canvas(canvas, engine, request, pace)
    except RunFailedError as error:
        yield CheckResult("model", Severity.ERROR, str(error))
    except EngineAwayError as error:
        yield CheckResult(subject, Severity.ERROR, str(error))
    except EngineCrashedError as error:
        yield CheckResult(subject, Severity.ERROR, f"the engine crashed ({error}); see its output above")
    finally:
        await engine.close()
