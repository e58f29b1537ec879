"""The harness as a fixture, with checks after each test."""

import asyncio
import logging
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.store.database import Database
from tests.chat import message_limits
from tests.chat.harness import BotHarness, bot_harness
from tests.harness.fixtures import database

__all__ = ["database", "harness", "migrated"]


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database at the newest schema, to be copied."""
    path = tmp_path_factory.mktemp("migrated") / "bot.db"

    async def make() -> None:
        await (await Database.open(path)).close()

    asyncio.run(make())
    return path


@pytest.fixture
async def harness(tmp_path: Path, migrated: Path, caplog: pytest.LogCaptureFixture) -> AsyncIterator[BotHarness]:
    """The harness with the usual configuration.

    After each test, every interaction must be answered, every message must be within Discord's limits and mention only
    whom it may, and the log must have no errors except those in `expected`.
    """
    shutil.copyfile(migrated, tmp_path / "bot.db")
    async with bot_harness(tmp_path) as opened:
        yield opened
        assert all(record.responded for record in opened.env.backend.interactions.values()), "interaction failed"
        assert message_limits.broken(opened.env) == []
        unexpected = [
            record.getMessage() + (f" ({record.exc_info[1]!r})" if record.exc_info else "")
            for phase in ("setup", "call")
            for record in caplog.get_records(phase)
            if record.levelno >= logging.ERROR and not any(text in record.getMessage() for text in opened.expected)
        ]
        assert unexpected == []
