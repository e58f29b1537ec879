"""A sandbox, the bot online in it, and members at its page."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.sandbox.server import Sandbox
from tests.e2e.service import Service
from tests.people import ada, ben, chiyo, dan, eve, mo, olive

__all__ = ["ada", "ben", "chiyo", "dan", "eve", "mo", "olive"]


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
