"""A real database in memory for every test that wants one."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.store.database import Database


@pytest.fixture
async def database() -> AsyncIterator[Database]:
    """The newest schema, empty."""
    opened = await Database.open(Path(":memory:"))
    yield opened
    await opened.close()
