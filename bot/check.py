"""The offline doctor: looks at everything that `run` will need, and says of each what is wrong and how to mend it."""

import contextlib
import shutil
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from bot import lock
from bot.app import DATABASE
from bot.config import Config, ConfigError, load, token
from bot.engine import EngineCrashedError, Order, RunFailedError
from bot.engine.local import LocalEngine
from bot.job import Result
from bot.store.database import Database, DatabaseError
from guidance.request import Request

FREE_BYTES: Final = 2**30
"""Below this much free disk a host should act; a picture takes about 0.2 MB."""


class Verdict(StrEnum):
    """How a look turned out."""

    GOOD = "ok"
    DOUBTFUL = "warning"
    BAD = "wrong"


@dataclass(frozen=True, slots=True)
class Finding:
    """One look: what at, how it turned out, and a sentence."""

    subject: str
    verdict: Verdict
    sentence: str


async def examine(path: Path) -> AsyncIterator[Finding]:
    """Looks at everything, one finding each; goes on after what is wrong as far as that makes sense."""
    try:
        config = load(path)
    except ConfigError as error:
        yield Finding("config", Verdict.BAD, str(error))
        return
    yield Finding("config", Verdict.GOOD, f"{path} is valid")
    yield _token(config)
    with contextlib.ExitStack() as stack:
        folder = config.storage.folder
        finding, usable = _folder(folder, stack)
        yield finding
        if usable:
            yield await _database(folder / DATABASE)
            yield _disk(folder)
    async for finding in _engine(config):
        yield finding


def _token(config: Config) -> Finding:
    try:
        token(config)
    except ConfigError as error:
        return Finding("token", Verdict.BAD, str(error))
    return Finding("token", Verdict.GOOD, "there is one; whether Discord takes it shows when the bot runs")


def _folder(folder: Path, stack: contextlib.ExitStack) -> tuple[Finding, bool]:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        sentence = f"{folder} cannot be written ({error.strerror}); choose another storage.data_dir or mend its owner"
        return Finding("data folder", Verdict.BAD, sentence), False
    try:
        stack.enter_context(lock.acquire(folder))
    except lock.FolderInUseError as error:
        return Finding("data folder", Verdict.DOUBTFUL, str(error)), False
    return Finding("data folder", Verdict.GOOD, f"{folder.resolve()} can be written"), True


async def _database(path: Path) -> Finding:
    if not path.exists():
        return Finding("database", Verdict.GOOD, f"{path.name} does not exist yet; the first run makes it")
    try:
        database = await Database.open(path)
    except DatabaseError as error:
        return Finding("database", Verdict.BAD, str(error))
    try:
        problems = [row[0] for row in await database.fetch("PRAGMA quick_check(1)") if row[0] != "ok"]
    finally:
        await database.close()
    if problems:
        return Finding("database", Verdict.BAD, f"{path} is damaged ({problems[0]}); restore a backup")
    return Finding("database", Verdict.GOOD, f"{path.name} is whole and at the newest schema")


def _disk(folder: Path) -> Finding:
    free = shutil.disk_usage(folder).free
    if free < FREE_BYTES:
        sentence = f"only {free / 2**20:.0f} MiB are free; make room, or lower storage.keep_pictures_days"
        return Finding("disk", Verdict.DOUBTFUL, sentence)
    return Finding("disk", Verdict.GOOD, f"{free / 2**30:.0f} GiB are free")


async def _engine(config: Config) -> AsyncIterator[Finding]:
    """Loads the model as the bot would, in a child process, and makes eight steps with it."""
    engine = LocalEngine(config.engine, config.progress.interval_s)
    try:
        device = await engine.start()
        yield Finding("model", Verdict.GOOD, f"{config.engine.model} is loaded")
        request = Request.resolve("a test", seed=0, steps=8, model=config.engine.model)
        (result,) = [entry async for entry in engine.run(Order(request)) if isinstance(entry, Result)]
        pace = result.seconds / result.steps
        yield Finding(
            "device", Verdict.GOOD, f"{device}; a step of {request.width}×{request.height} takes {pace:.2f} s"
        )
    except RunFailedError as error:
        yield Finding("model", Verdict.BAD, str(error))
    except EngineCrashedError as error:
        yield Finding("device", Verdict.BAD, f"the engine crashed ({error}); its output above says why")
    finally:
        await engine.close()
