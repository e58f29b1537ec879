"""A sandbox, the bot online in it, and members at its page."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.sandbox.server import Sandbox
from tests.e2e.service import Service
from tests.sandbox.person import Person


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    """A fresh Discord on a free port."""
    async with Sandbox() as started:
        yield started


@pytest.fixture
async def service(sandbox: Sandbox, tmp_path: Path) -> AsyncIterator[Service]:
    """The bot, starting."""
    async with Service(sandbox, tmp_path) as started:
        yield started


@pytest.fixture
async def ada(sandbox: Sandbox) -> AsyncIterator[Person]:
    """A member."""
    async with Person(sandbox.page_url, "Ada") as person:
        yield person


@pytest.fixture
async def ben(sandbox: Sandbox) -> AsyncIterator[Person]:
    """Another."""
    async with Person(sandbox.page_url, "Ben") as person:
        yield person


@pytest.fixture
async def mo(sandbox: Sandbox) -> AsyncIterator[Person]:
    """The moderator."""
    async with Person(sandbox.page_url, "Mo") as person:
        yield person
