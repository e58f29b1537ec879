"""The harness as a fixture, and what every scenario must fulfil."""

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
    """A new database at the newest schema, to be copied."""
    path = tmp_path_factory.mktemp("migrated") / "bot.db"

    async def make() -> None:
        await (await Database.open(path)).close()

    asyncio.run(make())
    return path


@pytest.fixture
async def harness(tmp_path: Path, migrated: Path, caplog: pytest.LogCaptureFixture) -> AsyncIterator[BotHarness]:
    """With the usual configuration.

    After each scenario: every interaction was answered, no message is more than Discord takes, none can mention
    everybody, and the log has no error but those that the scenario names in `expected`.
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
