"""The positions in the queue are computed once per change, for everybody."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence

import pytest

from bot.jobs.queue_board import PAUSE_S, REST, QueueBoard
from bot.jobs.wait_time import QueuePosition, WaitTimeEstimator
from tests.harness.channel import until
from tests.harness.job_requests import SettableClock, job_request
from tests.harness.worker import WorkerHarness


class CountingEstimator(WaitTimeEstimator):
    """Counts computations, each of which waits until it is released; `found` is what they find."""

    def __init__(self) -> None:
        self.count = 0
        self.released = asyncio.Event()
        self.released.set()
        self.found: list[QueuePosition] = []

    async def positions(self) -> list[QueuePosition]:
        self.count += 1
        found = list(self.found)
        await self.released.wait()
        return found


class QueueBoardHarness:
    """A board with a counting estimator; `shown` is what it showed, `more` whether messages are left over."""

    def __init__(self) -> None:
        self.estimator, self.clock = CountingEstimator(), SettableClock()
        self.shown: list[Sequence[QueuePosition]] = []
        self.more = False
        self.board = QueueBoard(self.estimator, self._show, self.clock.sleep, self.clock)

    def _show(self, positions: Sequence[QueuePosition]) -> bool:
        self.shown.append(positions)
        return self.more

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self.board.run())
        yield
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_a_burst_of_changes_is_computed_twice_at_most() -> None:
    test = QueueBoardHarness()
    async with test.running():
        test.board.changed()
        await until(lambda: test.shown)
        for _ in range(300):
            test.board.changed()
            await asyncio.sleep(0)
        assert test.estimator.count == 1
        test.clock.now += PAUSE_S
        await until(lambda: len(test.shown) == 2)
        test.clock.now += PAUSE_S
        await asyncio.sleep(0)
        assert test.estimator.count == 2


async def test_the_pause_grows_with_the_time_that_a_computation_takes() -> None:
    test = QueueBoardHarness()
    test.estimator.released.clear()
    async with test.running():
        test.board.changed()
        await until(lambda: test.estimator.count)
        test.clock.now += 0.2
        test.estimator.released.set()
        await until(lambda: test.clock.sleeps)
        assert test.clock.sleeps == [pytest.approx(0.2 * REST)]


async def test_all_readers_share_a_computation_and_see_the_latest_change() -> None:
    test = QueueBoardHarness()
    test.board.changed()
    test.estimator.released.clear()
    first = [asyncio.create_task(test.board.positions()) for _ in range(50)]
    await until(lambda: test.estimator.count)
    test.estimator.found = [QueuePosition(1, 1, 1, None)]
    test.board.changed()
    late = asyncio.create_task(test.board.positions())
    test.estimator.released.set()
    await asyncio.gather(*first)
    assert await late == test.estimator.found
    assert test.estimator.count == 2


async def test_messages_that_are_left_over_are_shown_later_without_a_computation() -> None:
    test = QueueBoardHarness()
    test.more = True
    async with test.running():
        test.board.changed()
        await until(lambda: test.clock.sleeps)
        test.more = False
        await test.clock.slept()
        await until(lambda: len(test.shown) == 2)
        assert test.estimator.count == 1


async def test_an_error_does_not_end_the_board(monkeypatch: pytest.MonkeyPatch) -> None:
    test = QueueBoardHarness()

    async def fails() -> list[QueuePosition]:
        raise OSError("disk full")

    with monkeypatch.context() as patched:
        patched.setattr(test.estimator, "positions", fails)
        async with test.running():
            test.board.changed()
            await until(lambda: test.clock.sleeps)
            patched.undo()
            test.board.changed()
            await test.clock.slept()
            await until(lambda: test.shown)


async def test_an_ask_computes_no_positions(idle: WorkerHarness, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the answer nor the queue's change waits for the order of the whole queue."""

    async def forbidden() -> None:
        raise AssertionError("the whole queue was read")

    for person in range(20):
        await idle.submit("a cat", person)
    monkeypatch.setattr(idle.jobs, "waiting", forbidden)
    await idle.submit_batch([job_request(99)])
    idle.job_control.queue_changed()
