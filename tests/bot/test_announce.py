"""Edits: the latest wins, one is in flight, the end is always told, and nobody is pinged twice."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace

import pytest

from bot.announce import Announcer
from bot.job import Job, JobState, Progress
from bot.messenger import Card, ChannelGoneError, MessageGoneError, UnreachableError
from bot.store.database import Database
from bot.store.jobs import Jobs
from tests.bot.asks import ask

INTERVAL_S = 0.02


@dataclass
class Channel:
    """A channel in memory that a test can break: `failures` are raised by the next calls, one each."""

    messages: dict[int, list[Card]] = field(default_factory=dict)
    mentions: list[int] = field(default_factory=list)
    failures: list[Exception] = field(default_factory=list)
    slowness_s: float = 0.0
    in_flight: int = 0
    most_in_flight: int = 0
    lost: dict[int, int] = field(default_factory=dict)

    async def _call(self) -> None:
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            await asyncio.sleep(self.slowness_s)
            if self.failures:
                raise self.failures.pop(0)
        finally:
            self.in_flight -= 1

    async def send(self, card: Card) -> int:
        await self._call()
        message_id = 1000 + len(self.messages)
        self.messages[message_id] = [card]
        return message_id

    async def edit(self, message_id: int, card: Card) -> None:
        await self._call()
        self.messages[message_id].append(card)

    async def find(self, job: Job) -> int | None:
        return self.lost.get(job.id)

    async def mention(self, job: Job, message_id: int) -> None:
        await self._call()
        self.mentions.append(message_id)


@pytest.fixture
def channel() -> Channel:
    return Channel()


@pytest.fixture
async def announcer(database: Database, channel: Channel) -> AsyncIterator[Announcer]:
    made = Announcer(Jobs(database), channel, INTERVAL_S, mention_after_s=0)
    yield made
    await made.close()


async def _running(database: Database) -> Job:
    jobs = Jobs(database)
    job = await jobs.admit(ask(), lambda counts: None)
    claimed = await jobs.claim(lambda waiting: waiting[0])
    assert claimed is not None
    assert claimed.id == job.id
    return claimed


def _posting(job: Job) -> Job:
    return replace(job, state=JobState.POSTING)


async def _until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not condition():
            await asyncio.sleep(0.005)


async def test_many_updates_become_few_edits_and_the_last_one_is_shown(
    database: Database, channel: Channel, announcer: Announcer
) -> None:
    channel.slowness_s = 0.03
    job = await _running(database)
    channel.messages[1] = []
    await announcer.opened(job, 1)
    for step in range(200):
        announcer.progress(job, Progress(step, 200))
        await asyncio.sleep(0.001)
    await _until(lambda: channel.messages[1][-1].progress == Progress(199, 200))
    shown = [card.progress.step for card in channel.messages[1] if card.progress]
    assert shown == sorted(shown)
    assert len(shown) < 20
    assert channel.most_in_flight == 1


async def test_a_preview_stays_until_there_is_a_newer_one(
    database: Database, channel: Channel, announcer: Announcer
) -> None:
    job = await _running(database)
    channel.messages[1] = []
    await announcer.opened(job, 1)
    announcer.progress(job, Progress(1, 9, preview=b"one"))
    announcer.progress(job, Progress(2, 9))
    await _until(lambda: bool(channel.messages[1]))
    assert channel.messages[1][-1].picture == b"one"


async def test_the_picture_is_posted_once_discord_can_be_reached_again(
    database: Database, channel: Channel, announcer: Announcer, monkeypatch: pytest.MonkeyPatch
) -> None:
    real_sleep = asyncio.sleep
    monkeypatch.setattr("bot.lane.asyncio.sleep", lambda seconds: real_sleep(seconds / 100))
    job = await _running(database)
    channel.messages[1] = []
    await announcer.opened(job, 1)
    channel.failures = [UnreachableError("down")] * 4
    await announcer.post(_posting(job), b"png")
    assert [card.picture for card in channel.messages[1]] == [b"png"]
    assert channel.mentions == [1]


async def test_progress_that_cannot_be_shown_now_is_dropped(
    database: Database, channel: Channel, announcer: Announcer
) -> None:
    job = await _running(database)
    channel.messages[1] = []
    await announcer.opened(job, 1)
    channel.failures = [UnreachableError("down")]
    announcer.progress(job, Progress(1, 9))
    await _until(lambda: not channel.failures)
    announcer.progress(job, Progress(2, 9))
    await _until(lambda: bool(channel.messages[1]))
    assert [card.progress for card in channel.messages[1]] == [Progress(2, 9)]


async def test_a_deleted_message_gets_no_progress_but_its_picture_in_one_new_message(
    database: Database, channel: Channel, announcer: Announcer
) -> None:
    job = await _running(database)
    channel.messages[1] = []
    await announcer.opened(job, 1)
    channel.failures = [MessageGoneError("deleted")]
    announcer.progress(job, Progress(1, 9))
    await _until(lambda: not channel.failures)
    announcer.progress(job, Progress(2, 9))
    await asyncio.sleep(3 * INTERVAL_S)
    assert channel.messages == {1: []}
    await announcer.post(_posting(job), b"png")
    assert [card.picture for card in channel.messages[1001]] == [b"png"]
    kept = await Jobs(database).get(job.id)
    assert kept is not None
    assert kept.message_id == 1001


async def test_a_channel_that_is_gone_is_left_in_peace(
    database: Database, channel: Channel, announcer: Announcer
) -> None:
    job = await _running(database)
    channel.messages[1] = []
    await announcer.opened(job, 1)
    channel.failures = [ChannelGoneError("no access")]
    await announcer.post(_posting(job), b"png")
    assert channel.messages == {1: []}
    assert channel.mentions == []


async def test_a_message_sent_before_a_crash_is_found_and_not_sent_again(
    database: Database, channel: Channel, announcer: Announcer
) -> None:
    job = await _running(database)
    channel.messages[77] = []
    channel.lost = {job.id: 77}
    announcer.adopt(job)
    announcer.progress(job, Progress(1, 9))
    await _until(lambda: bool(channel.messages[77]))
    assert list(channel.messages) == [77]
    kept = await Jobs(database).get(job.id)
    assert kept is not None
    assert kept.message_id == 77


async def test_nothing_is_shown_before_chat_has_opened_the_message(
    database: Database, channel: Channel, announcer: Announcer
) -> None:
    """The worker is often faster than the answer to the interaction; two messages would be the result."""
    job = await _running(database)
    announcer.progress(job, Progress(1, 9))
    await asyncio.sleep(3 * INTERVAL_S)
    assert channel.messages == {}
    channel.messages[5] = []
    await announcer.opened(job, 5)
    await _until(lambda: bool(channel.messages[5]))
    assert list(channel.messages) == [5]


@pytest.mark.parametrize(("after_s", "mentioned"), [(-1.0, 0), (0.0, 1), (1e6, 0)])
async def test_the_requester_is_told_as_configured(
    database: Database, channel: Channel, after_s: float, mentioned: int
) -> None:
    announcer = Announcer(Jobs(database), channel, INTERVAL_S, mention_after_s=after_s)
    job = await _running(database)
    channel.messages[1] = []
    await announcer.opened(job, 1)
    await announcer.post(_posting(job), b"png")
    assert len(channel.mentions) == mentioned
    await announcer.close()


async def test_what_failed_is_told_even_while_an_edit_waits_its_turn(database: Database, channel: Channel) -> None:
    announcer = Announcer(Jobs(database), channel, interval_s=60, mention_after_s=0)
    job = await _running(database)
    channel.messages[1] = []
    await announcer.opened(job, 1)
    announcer.progress(job, Progress(1, 9))
    await _until(lambda: bool(channel.messages[1]))
    announcer.ended(replace(job, state=JobState.FAILED, reason="broken"))
    await _until(lambda: channel.messages[1][-1].job.state is JobState.FAILED)
    announcer.progress(job, Progress(2, 9))
    await asyncio.sleep(0.02)
    assert channel.messages[1][-1].job.state is JobState.FAILED
    await announcer.close()
