"""A sandbox for tests of what a bot with every permission can do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.sandbox.gateway.intents import PRIVILEGED
from bot.sandbox.models.permissions import Permission
from bot.sandbox.server import Sandbox
from bot.sandbox.state.ratelimit import DEFAULT_LIMITS, RateLimit
from tests.sandbox.conftest import checked
from tests.sandbox.control import Control

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.sandbox.clock import ManualClock


@pytest.fixture
async def sandbox(clock: ManualClock, request: pytest.FixtureRequest) -> AsyncIterator[Sandbox]:
    """A sandbox whose bot is an administrator, has every privileged intent, and is not limited."""
    unlimited = dict.fromkeys(DEFAULT_LIMITS, RateLimit(1000, 1))
    async with (
        Sandbox(clock=clock, limits=unlimited, intents=PRIVILEGED, control_port=0) as running,
        checked(running, request),
    ):
        role = next(role for role in running.guild_data.roles.values() if role.bot_id is not None)
        role.permissions = Permission.ADMINISTRATOR
        yield running


@pytest.fixture
async def control(sandbox: Sandbox) -> AsyncIterator[Control]:
    async with Control(sandbox.control_url, sandbox.control_secret) as client:
        yield client
