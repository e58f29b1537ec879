"""Fixtures of these tests."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from bot.store.database import Database
from bot.store.jobs import Jobs
from bot.store.pictures import Pictures
from tests.harness.channel import InMemoryMessenger
from tests.harness.fixtures import database
from tests.harness.job_requests import SettableClock
from tests.harness.messages import MessagesHarness

__all__ = ["database"]


@pytest.fixture
async def make(database: Database, tmp_path: Path) -> AsyncIterator[Callable[..., MessagesHarness]]:
    harnesses: list[MessagesHarness] = []

    def build(**changes: Any) -> MessagesHarness:
        jobs = Jobs(database, SettableClock())
        harnesses.append(MessagesHarness(jobs, Pictures(tmp_path), InMemoryMessenger(), **changes))
        return harnesses[-1]

    yield build
    for harness in harnesses:
        await harness.job_messages.close()


@pytest.fixture
def harness(make: Callable[..., MessagesHarness]) -> MessagesHarness:
    return make()
