"""What tests of the bot share: a database in memory, the real model, and a harness."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bot.store.database import Database
from tests.harness.worker import WorkerHarness

if TYPE_CHECKING:
    from guidance.clip.model import ClipModel


@pytest.fixture(scope="session")
def pocket() -> "Iterator[ClipModel]":
    """The real model, in this process."""
    import torch  # only what needs the model pays for it

    from guidance.clip.model import ClipModel

    yield ClipModel.load("pocket", "cpu")
    torch.set_num_threads(2)


FIRST_JOB = 1001


async def begin_at(database: Database, number: int) -> None:
    """Give the first job of a database without jobs a number."""
    async with database.transaction() as connection:
        # The migrations have left a row with 0.
        await connection.execute("UPDATE sqlite_sequence SET seq = ? WHERE name = 'job' AND seq = 0", (number - 1,))


@pytest.fixture
async def database() -> AsyncIterator[Database]:
    """The newest schema, empty. Job numbers have four digits, as those of a bot that has run for a while."""
    opened = await Database.open(Path(":memory:"))
    await begin_at(opened, FIRST_JOB)
    yield opened
    await opened.close()


@pytest.fixture
async def idle(database: Database, tmp_path: Path) -> AsyncIterator[WorkerHarness]:
    """A harness whose worker does not run yet."""
    harness = WorkerHarness(database, tmp_path)
    yield harness
    await harness.close()


@pytest.fixture
async def harness(idle: WorkerHarness) -> AsyncIterator[WorkerHarness]:
    """A harness at work."""
    async with idle.at_work():
        yield idle
