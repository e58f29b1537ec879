"""The bot as a process while its engine's process is stopped or ends. The engine is scripted and needs no torch.

Part of `make torture`. In `make test`, tests/engine/test_faults.py has the same faults without the bot.
"""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from bot.sandbox.server import Sandbox
from tests.e2e.service import HANG_S, Service
from tests.e2e.steps import finished, imagine, showing
from tests.processes import exists
from tests.sandbox.person import Person

pytestmark = pytest.mark.torture

STOP_S = 15.0
"""Seconds in which a bot with shutdown_s = 0 stops: 5 to suspend the run, 5 to post, 3 to kill the engine."""
Start = Callable[[], Awaitable[tuple[Service, Person]]]


@pytest.fixture
async def start(tmp_path: Path) -> AsyncIterator[Start]:
    """Starts a bot with a scripted engine, and a member."""
    async with Sandbox(acknowledge_s=HANG_S) as sandbox, Person(sandbox.page_url, "Ada") as ada:
        service = Service(sandbox, tmp_path, program="tests.harness.scripted_bot")

        async def started() -> tuple[Service, Person]:
            await service.start()
            return service, ada

        yield started
        await service.stop(signal.SIGKILL)


async def test_an_engine_that_was_stopped_while_idle_costs_no_attempt(start: Start) -> None:
    service, ada = await start()
    (engine,) = service.children()
    os.kill(engine, signal.SIGSTOP)
    await finished(ada, await imagine(ada, "a cat"))
    assert not exists(engine)
    assert "the engine crashed" not in service.log()


@pytest.mark.parametrize("running", [False, True])
async def test_the_bot_stops_in_time_beside_a_stopped_engine(start: Start, running: bool) -> None:
    service, ada = await start()
    (engine,) = service.children()
    if running:
        await showing(ada, await imagine(ada, "freeze"), "█")
    else:
        os.kill(engine, signal.SIGSTOP)
    async with asyncio.timeout(STOP_S):
        assert await service.stop() == 0
    assert not exists(engine)


async def test_a_stopped_engine_ends_with_a_killed_bot(start: Start) -> None:
    service, _ = await start()
    (engine,) = service.children()
    os.kill(engine, signal.SIGSTOP)
    await service.stop(signal.SIGKILL)
    async with asyncio.timeout(10):
        while exists(engine):
            await asyncio.sleep(0.05)
