"""A sandbox, the bot in it, and members at its page: shared by all tests of a module, in one event loop."""

from collections.abc import AsyncIterator, Callable

import pytest
import pytest_asyncio

from bot.sandbox.server import Sandbox
from tests.e2e.service import HANG_S, Service
from tests.sandbox.person import Person
from tests.sandbox.schema import SchemaCheck


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def sandbox() -> AsyncIterator[Sandbox]:
    """A sandbox on a free port, where all that is said has to fit Discord's published description.

    The bot gets more time to answer than on Discord, for busy machines.
    """
    async with Sandbox(acknowledge_s=HANG_S) as started:
        check = SchemaCheck(started)
        yield started
        assert check.checked
        assert not check.faults, check.report()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def service(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Service]:
    """The running bot."""
    async with Service(sandbox, tmp_path_factory.mktemp("bot")) as started:
        yield started


def member(name: str) -> Callable[..., object]:
    """A fixture: the member of this name at the page."""

    @pytest_asyncio.fixture(scope="module", loop_scope="module", name=name.lower())
    async def found(sandbox: Sandbox) -> AsyncIterator[Person]:
        async with Person(sandbox.page_url, name) as person:
            yield person

    return found


ada, ben, chiyo, dan, eve, mo, olive = map(member, ("Ada", "Ben", "Chiyo", "Dan", "Eve", "Mo", "Olive"))
