"""Prompt sessions end on time, also after restarts, and post their results once."""

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

import pytest

from bot.community.prompt_sessions import (
    GIVE_UP_S,
    LAST_PICTURES_S,
    MAX_PER_SERVER,
    Ranked,
    Sessions,
    TooManySessionsError,
)
from bot.delivery.messenger import ChannelGoneError, UnreachableError
from bot.jobs.job import Job, JobState
from bot.store.database import Database
from bot.store.history import History
from bot.store.jobs import Jobs
from bot.store.sessions import Session, SessionRows, SessionState
from tests.harness.channel import until
from tests.harness.job_requests import SettableClock, job_in_state, job_request


@dataclass
class MemorySessionChannel:
    """A SessionChannel in memory. `failures` are raised by the next announcements, one each; `found` is a message with
    results that was sent before a kill."""

    counted: dict[int, int] = field(default_factory=dict)
    results: list[tuple[int, list[int]]] = field(default_factory=list)
    failures: list[Exception] = field(default_factory=list)
    found: int | None = None

    def mark(self) -> int:
        return 3000

    async def find_results(self, session: Session, search_from: int) -> int | None:
        assert search_from == self.mark()
        return self.found

    async def votes(self, job: Job) -> int:
        return self.counted.get(job.id, 0)

    async def announce_results(self, session: Session, ranking: Sequence[Ranked]) -> int | None:
        if self.failures:
            raise self.failures.pop(0)
        self.results.append((session.id, [entry.job.id for entry in ranking]))
        return 4000 + session.id


@dataclass
class SessionHarness:
    """Sessions with a clock that tests advance."""

    database: Database
    clock: SettableClock
    session_channel: MemorySessionChannel

    def __post_init__(self) -> None:
        self.rows = SessionRows(self.database, self.clock)
        self.jobs = Jobs(self.database, self.clock)
        self.threads = itertools.count(55)
        self.restart()

    def restart(self) -> None:
        history = History(self.database, self.clock)
        self.sessions = Sessions(self.rows, history, self.session_channel, self.clock, self.clock.sleep)

    async def begin(self, minutes: float = 10) -> Session:
        return await self.sessions.opened(await self.sessions.start(100, 200, 9, "sea", minutes, 3), next(self.threads))

    async def state(self, session: Session) -> SessionState:
        now = await self.rows.get(session.id)
        assert now is not None
        return now.state

    async def advance(self, seconds: float) -> float:
        """Advances the clock and closes due sessions; returns the seconds until the next attempt."""
        self.clock.now += seconds
        return await self.sessions._close_due()


@pytest.fixture
def harness(database: Database) -> SessionHarness:
    return SessionHarness(database, SettableClock(), MemorySessionChannel())


async def test_a_session_during_whose_opening_the_bot_was_killed_does_not_count_after_the_restart(
    harness: SessionHarness,
) -> None:
    opened = await harness.begin()
    for _ in range(MAX_PER_SERVER - 1):
        await harness.sessions.start(100, 200, 9, "sea", 10, 3)
    with pytest.raises(TooManySessionsError):
        await harness.begin()
    harness.restart()
    await harness.sessions.recover()
    await harness.begin()
    assert await harness.state(opened) is SessionState.OPEN


async def test_a_session_ends_on_time_and_ranks_its_pictures_by_votes_and_age(harness: SessionHarness) -> None:
    session = await harness.begin()
    jobs = [
        await job_in_state(harness.jobs, state, job_request(session_id=session.id))
        for state in (JobState.DONE, JobState.DONE, JobState.FAILED, JobState.DONE, JobState.DONE)
    ]
    await harness.jobs.drop_files([jobs[4].id])
    harness.session_channel.counted = {jobs[1].id: 1, jobs[3].id: 5, jobs[2].id: 9, jobs[4].id: 9}
    assert await harness.advance(599) == 1
    assert harness.session_channel.results == []
    await harness.advance(1)
    assert harness.session_channel.results == [(session.id, [jobs[3].id, jobs[1].id, jobs[0].id])]
    ended = await harness.rows.get(session.id)
    assert ended is not None
    assert (ended.state, ended.results_id) == (SessionState.ENDED, 4000 + session.id)
    await harness.advance(10_000)
    assert len(harness.session_channel.results) == 1


@pytest.mark.parametrize("state", [JobState.QUEUED, JobState.RUNNING, JobState.POSTING])
async def test_a_session_waits_for_unfinished_pictures_for_a_limited_time(
    harness: SessionHarness, state: JobState
) -> None:
    session = await harness.begin()
    await job_in_state(harness.jobs, state, job_request(session_id=session.id))
    await harness.advance(600)
    assert await harness.state(session) is SessionState.CLOSING
    await harness.advance(LAST_PICTURES_S - 1)
    assert harness.session_channel.results == []
    await harness.advance(1)
    assert len(harness.session_channel.results) == 1


async def test_a_session_does_not_wait_for_held_pictures(harness: SessionHarness) -> None:
    session = await harness.begin()
    await job_in_state(harness.jobs, JobState.HELD, job_request(session_id=session.id))
    await harness.advance(600)
    assert harness.session_channel.results == [(session.id, [])]


async def test_a_session_that_was_due_while_the_bot_was_off_ends_at_the_next_start(harness: SessionHarness) -> None:
    session = await harness.begin()
    closing = await harness.begin(1)
    await job_in_state(harness.jobs, JobState.QUEUED, job_request(session_id=closing.id))
    await harness.advance(60)
    harness.restart()
    await harness.advance(9999)
    assert sorted(done for done, _ in harness.session_channel.results) == [session.id, closing.id]


async def test_results_that_were_posted_before_a_kill_are_not_posted_again(harness: SessionHarness) -> None:
    session = await harness.begin()
    await harness.rows.set(session.id, state=SessionState.CLOSING, results_id=harness.session_channel.mark())
    harness.session_channel.found = 3500
    harness.restart()
    await harness.advance(600)
    ended = await harness.rows.get(session.id)
    assert ended is not None
    assert (ended.state, ended.results_id) == (SessionState.ENDED, 3500)
    assert harness.session_channel.results == []


async def test_results_that_fail_unexpectedly_are_tried_for_an_hour(harness: SessionHarness) -> None:
    session, other = await harness.begin(), await harness.begin(11)
    harness.session_channel.failures = [ZeroDivisionError()] * 9
    await harness.advance(600)
    assert await harness.state(session) is SessionState.CLOSING
    await harness.advance(GIVE_UP_S + 1)
    assert await harness.state(session) is SessionState.ENDED
    harness.session_channel.failures = []
    await harness.advance(1)
    assert [done for done, _ in harness.session_channel.results] == [other.id]


async def test_results_are_retried_while_discord_is_unreachable_and_dropped_if_the_thread_is_gone(
    harness: SessionHarness,
) -> None:
    session = await harness.begin()
    harness.session_channel.failures = [UnreachableError("down")]
    assert await harness.advance(600) <= 10
    assert await harness.state(session) is SessionState.CLOSING
    await harness.advance(10)
    assert await harness.state(session) is SessionState.ENDED
    gone = await harness.begin()
    harness.session_channel.failures = [ChannelGoneError("deleted")]
    await harness.advance(600)
    assert await harness.state(gone) is SessionState.ENDED
    assert len(harness.session_channel.results) == 1


async def test_a_failing_session_does_not_delay_another(harness: SessionHarness) -> None:
    await harness.begin()
    other = await harness.begin()
    harness.session_channel.failures = [UnreachableError("down")]
    await harness.advance(600)
    assert [done for done, _ in harness.session_channel.results] == [other.id]


async def test_ending_a_session_early_posts_the_results_at_once(harness: SessionHarness) -> None:
    async with at_work(harness):
        session = await harness.begin()
        await until(lambda: harness.clock.sleeps == [600])
        harness.clock.now += 60
        assert harness.session_channel.results == []
        await harness.sessions.end(session)
        await until(lambda: harness.session_channel.results)
    ended = await harness.rows.get(session.id)
    assert ended is not None
    assert ended.ends_at == harness.clock.now


async def test_a_session_ends_when_its_time_is_over(harness: SessionHarness) -> None:
    async with at_work(harness):
        session = await harness.begin()
        await until(lambda: harness.clock.sleeps == [600])
        harness.clock.now += 600
        await until(lambda: harness.session_channel.results)
    assert harness.session_channel.results == [(session.id, [])]


async def test_a_server_has_a_maximum_number_of_simultaneous_sessions(harness: SessionHarness) -> None:
    sessions = [await harness.sessions.start(100, 200, host, "sea", 10, 1) for host in range(MAX_PER_SERVER)]
    with pytest.raises(TooManySessionsError):
        await harness.sessions.start(100, 200, 9, "sky", 10, 1)
    await harness.sessions.start(101, 200, 9, "sky", 10, 1)
    await harness.sessions.abandon(sessions[0])
    await harness.sessions.start(100, 200, 9, "sky", 10, 1)
    assert harness.session_channel.results == []


@pytest.mark.parametrize("turns", range(5))
async def test_cancelling_while_a_session_ends_stops_the_task(harness: SessionHarness, turns: int) -> None:
    session = await harness.begin()
    task = asyncio.create_task(harness.sessions.run())
    await until(lambda: harness.clock.sleeps)
    await harness.sessions.end(session)
    for _ in range(turns):
        await asyncio.sleep(0)
    task.cancel()
    await until(task.done)
    assert task.cancelled()


@contextlib.asynccontextmanager
async def at_work(harness: SessionHarness) -> AsyncIterator[None]:
    task = asyncio.create_task(harness.sessions.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
