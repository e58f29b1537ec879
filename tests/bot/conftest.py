"""What tests of the bot share: a database in memory, the real model, and a house."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from bot.store.database import Database
from tests.bot.house import House

if TYPE_CHECKING:
    from guidance.model import ClipModel

# How long an example takes says nothing on a machine that has other things to do.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")


@pytest.fixture(scope="session")
def pocket() -> "Iterator[ClipModel]":
    """The real model, in this process."""
    import torch  # only what needs the model pays for it

    from guidance.model import ClipModel

    yield ClipModel.load("pocket", "cpu")
    torch.set_num_threads(2)


@pytest.fixture
async def database() -> AsyncIterator[Database]:
    """The newest schema, empty."""
    opened = await Database.open(Path(":memory:"))
    yield opened
    await opened.close()


@pytest.fixture
async def idle(database: Database, tmp_path: Path) -> AsyncIterator[House]:
    """A house whose worker does not run yet."""
    made = House(database, tmp_path)
    yield made
    await made.close()


@pytest.fixture
async def house(idle: House) -> AsyncIterator[House]:
    """A house at work."""
    async with idle.at_work():
        yield idle
