"""Edits: the latest wins, one is in flight, the end is always told, and nobody is pinged twice."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot.announce import Announced, Announcer
from bot.guild import GuildSettings
from bot.job import Ask, Job, JobState, Progress
from bot.lane import LONGEST_PAUSE_S, OPENING_S
from bot.messenger import Card, ChannelGoneError, MessageGoneError, UnreachableError
from bot.outlook import Place
from bot.store.database import Database
from bot.store.jobs import Jobs
from bot.store.pictures import Pictures
from tests.bot.asks import Clock, ask, found, let_in, oldest
from tests.bot.channel import Channel, until

INTERVAL_S = 3.0
MESSAGE = 1


@dataclass
class Board:
    """An announcer, and the rows and the channel that it stands between."""

    jobs: Jobs
    pictures: Pictures
    channel: Channel
    clock: Clock = field(default_factory=Clock)
    interval_s: float = INTERVAL_S
    mention_after_s: float = 0.0
    settings: GuildSettings = field(default_factory=GuildSettings)

    def __post_init__(self) -> None:
        self.announcer = Announcer(
            self.jobs,
            self.pictures,
            self.channel,
            lambda guild_id: self.settings,
            Announced(self.interval_s, self.mention_after_s),
            self.clock,
            self.clock.sleep,
        )

    async def shown(self, *asks: Ask) -> list[Job]:
        """Lets asks in and opens their message, as chat does."""
        jobs = await self.jobs.admit(asks or [ask()], let_in)
        self.channel.messages[MESSAGE] = []
        await self.announcer.opened(jobs[0], MESSAGE)
        return [await found(self.jobs, job) for job in jobs]

    async def running(self) -> Job:
        """A job that runs, shown."""
        await self.shown()
        return await self.claimed()

    async def claimed(self) -> Job:
        job = await self.jobs.claim(oldest)
        assert job is not None
        return job

    async def rendered(self, job: Job, png: bytes = b"png", *, hold: bool = False) -> Job:
        return await self.jobs.render_done(job.id, await self.pictures.put(png), 0.5, 1.0, hold=hold)

    @property
    def cards(self) -> list[Card]:
        return self.channel.messages[MESSAGE]

    async def edited(self, times: int = 1) -> Card:
        await until(lambda: len(self.cards) >= times)
        return self.cards[-1]

    async def quiet(self) -> None:
        """Everything has happened that needs no clock.

        Rows are read one after the other, so in each round whoever waits for one goes on before we do; an edit takes
        fewer than so many.
        """
        for _ in range(20):
            await self.jobs.get(1)
            await asyncio.sleep(0)

    async def over(self) -> None:
        """Waits until no message is edited any more."""
        await until(lambda: not self.announcer._lanes)


@pytest.fixture
async def make(database: Database, tmp_path: Path) -> AsyncIterator[Callable[..., Board]]:
    made: list[Board] = []

    def build(**changes: object) -> Board:
        made.append(Board(Jobs(database, Clock()), Pictures(tmp_path), Channel(), **changes))  # type: ignore[arg-type]
        return made[-1]

    yield build
    for board in made:
        await board.announcer.close()


@pytest.fixture
def board(make: Callable[..., Board]) -> Board:
    return make()


async def test_many_updates_become_few_edits_and_the_last_one_is_shown(board: Board) -> None:
    board.channel.holding = True
    job = await board.running()
    for step in range(1, 200):
        board.announcer.progress(job, Progress(step, 200))
        if step % 20 == 1:
            await board.quiet()
    assert board.channel.in_flight == 1
    await board.channel.release()
    await board.clock.slept()
    await board.channel.release()
    await until(lambda: board.clock.sleeps)
    assert [card.progress[job.id].step for card in board.cards] == [1, 199]
    assert board.channel.most_in_flight == 1


async def test_edits_are_as_far_apart_as_the_server_wants(make: Callable[..., Board]) -> None:
    board = make(settings=GuildSettings(preview_s=8))
    job = await board.running()
    board.announcer.progress(job, Progress(1, 9))
    await until(lambda: board.clock.sleeps)
    assert board.clock.sleeps == [8]
    for step in range(2, 9):
        board.announcer.progress(job, Progress(step, 9))
        board.clock.now += 1
        await board.quiet()
    assert len(board.cards) == 1
    board.clock.now += 1
    assert (await board.edited(2)).progress[job.id].step == 8


async def test_a_preview_and_a_similarity_stay_until_there_are_newer_ones(board: Board) -> None:
    job = await board.running()
    board.announcer.progress(job, Progress(1, 9, 0.25, b"one"))
    board.announcer.progress(job, Progress(2, 9))
    card = await board.edited()
    assert (card.progress[job.id].step, card.progress[job.id].similarity) == (2, 0.25)
    assert card.pictures == {job.id: b"one"}


async def test_the_start_of_a_run_does_not_wait_for_the_interval_and_its_steps_do(board: Board) -> None:
    (waiting,) = await board.shown()
    board.announcer.changed(waiting)
    await until(lambda: board.clock.sleeps == [INTERVAL_S])
    job = await board.claimed()
    board.announcer.progress(job, Progress(0, 9))
    assert (await board.edited(2)).lead.state is JobState.RUNNING
    await until(lambda: board.clock.sleeps == [INTERVAL_S])
    board.announcer.progress(job, Progress(1, 9))
    await board.quiet()
    assert len(board.cards) == 2


async def test_an_end_does_not_wait_for_the_interval(make: Callable[..., Board]) -> None:
    board = make(interval_s=60.0)
    job = await board.running()
    board.announcer.progress(job, Progress(1, 9))
    await board.edited()
    board.announcer.changed(await board.jobs.finish(job.id, JobState.FAILED, "broken"))
    card = await board.edited(2)
    assert (card.lead.state, card.lead.reason, card.settled) == (JobState.FAILED, "broken", True)


async def test_the_picture_is_posted_once_discord_can_be_reached_again(board: Board) -> None:
    job = await board.rendered(await board.running())
    board.channel.failures = [UnreachableError("down")] * 8
    posting = asyncio.create_task(board.announcer.post(job))
    for pause in (1, 2, 4, 8, 16, 32, LONGEST_PAUSE_S, LONGEST_PAUSE_S):
        await until(lambda: board.clock.sleeps)
        assert board.clock.sleeps == [pause]
        board.clock.now += pause
    await posting
    assert [card.pictures for card in board.cards] == [{job.id: b"png"}]
    assert board.channel.mentions == [(1, MESSAGE)]


async def test_progress_that_cannot_be_shown_now_is_dropped(board: Board) -> None:
    job = await board.running()
    board.channel.failures = [UnreachableError("down")]
    board.announcer.progress(job, Progress(1, 9))
    await until(lambda: not board.channel.failures)
    board.announcer.progress(job, Progress(2, 9))
    await board.clock.slept()
    await board.edited()
    assert [card.progress[job.id].step for card in board.cards] == [2]


async def test_a_message_that_is_gone_gets_no_progress_but_its_picture_in_one_new_message(board: Board) -> None:
    job = await board.running()
    board.channel.failures = [MessageGoneError("deleted")]
    board.announcer.progress(job, Progress(1, 9))
    await until(lambda: not board.channel.failures)
    for step in (2, 3):
        board.announcer.progress(job, Progress(step, 9))
        await board.clock.slept()
    await board.quiet()
    assert board.channel.messages == {MESSAGE: []}
    await board.announcer.post(await board.rendered(job))
    (new,) = board.channel.messages.keys() - {MESSAGE}
    assert [card.pictures for card in board.channel.messages[new]] == [{job.id: b"png"}]
    assert (await found(board.jobs, job)).message_id == new
    assert board.channel.mentions == [(1, new)]


async def test_a_picture_that_was_removed_on_request_never_comes_back_and_pings_nobody(board: Board) -> None:
    job = await board.rendered(await board.running())
    await board.jobs.drop_files([job.id])
    board.channel.messages.clear()
    await board.announcer.post(job)
    assert board.channel.messages == {}
    assert board.channel.mentions == []


async def test_a_message_that_is_removed_while_its_last_edit_is_tried_is_not_sent_anew(
    board: Board, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = await board.rendered(await board.running())

    async def removed(message_id: int, card: Card) -> None:
        await board.jobs.drop_files([job.id])
        raise MessageGoneError("deleted")

    monkeypatch.setattr(board.channel, "edit", removed)
    await board.announcer.post(job)
    assert board.channel.messages == {MESSAGE: []}
    assert board.channel.mentions == []


async def test_a_channel_that_is_gone_is_left_in_peace(board: Board) -> None:
    job = await board.rendered(await board.running())
    board.channel.failures = [ChannelGoneError("no access")]
    await board.announcer.post(job)
    assert board.channel.messages == {MESSAGE: []}
    assert board.channel.mentions == []


async def test_a_message_sent_before_a_crash_is_found_and_not_sent_again(board: Board) -> None:
    await board.jobs.admit([ask()], let_in)
    job = await board.claimed()
    board.channel.messages[77] = []
    board.channel.lost = {job.id: 77}
    board.announcer.adopt(job)
    board.announcer.progress(job, Progress(1, 9))
    await until(lambda: board.channel.messages[77])
    assert list(board.channel.messages) == [77]
    assert (await found(board.jobs, job)).message_id == 77


async def test_nothing_is_shown_before_chat_has_opened_the_message(board: Board) -> None:
    """The worker is often faster than the answer to the interaction; two messages would be the result."""
    await board.jobs.admit([ask()], let_in)
    job = await board.claimed()
    board.announcer.progress(job, Progress(1, 9))
    await until(lambda: board.clock.sleeps)
    board.clock.now += OPENING_S - 1
    await board.quiet()
    assert board.channel.messages == {}
    board.channel.messages[5] = []
    await board.announcer.opened(job, 5)
    await until(lambda: board.channel.messages[5])
    assert list(board.channel.messages) == [5]


async def test_a_message_that_chat_never_opens_is_sent_after_a_while(board: Board) -> None:
    await board.jobs.admit([ask()], let_in)
    job = await board.claimed()
    board.announcer.progress(job, Progress(1, 9))
    await until(lambda: board.clock.sleeps)
    board.clock.now += OPENING_S
    await until(lambda: board.channel.messages)
    (sent,) = board.channel.messages
    await until(lambda: board.clock.sleeps)
    assert (await found(board.jobs, job)).message_id == sent


@pytest.mark.parametrize(("after_s", "took_s", "mentioned"), [(-1, 999, 0), (0, 0, 1), (30, 29, 0), (30, 30, 1)])
async def test_the_requester_is_told_as_configured(
    make: Callable[..., Board], after_s: float, took_s: float, mentioned: int
) -> None:
    board = make(mention_after_s=after_s)
    job = await board.rendered(await board.running())
    board.clock.now += took_s
    await board.announcer.post(job)
    assert board.channel.mentions == [(1, MESSAGE)] * mentioned


async def test_a_ping_that_cannot_be_said_is_not_tried_again(board: Board, monkeypatch: pytest.MonkeyPatch) -> None:
    job = await board.rendered(await board.running())
    mention = board.channel.mention
    tries: list[int] = []

    async def fails(told: Job, message_id: int) -> None:
        tries.append(message_id)
        board.channel.failures = [UnreachableError("down")]
        await mention(told, message_id)

    monkeypatch.setattr(board.channel, "mention", fails)
    await board.announcer.post(job)
    assert tries == [MESSAGE]
    assert board.channel.mentions == []


async def test_a_sheet_has_one_message_which_pings_once_after_its_last_picture(
    board: Board, monkeypatch: pytest.MonkeyPatch
) -> None:
    get, read = board.pictures.get, list[str]()

    async def reading(sha256: str) -> bytes:
        read.append(sha256)
        return await get(sha256)

    monkeypatch.setattr(board.pictures, "get", reading)
    sheet = await board.shown(ask(prompt="a"), ask(prompt="b"), ask(prompt="c"))
    for place, prompt in enumerate("abc", start=1):
        job = await board.rendered(await board.claimed(), prompt.encode())
        await board.announcer.post(job)
        assert len(board.channel.mentions) == (place == 3)
    assert list(board.channel.messages) == [MESSAGE]
    assert board.cards[-1].pictures == {job.id: job.request.prompt.encode() for job in sheet}
    assert [len(card.pictures) for card in board.cards if card.pictures] == [1, 2, 3]
    assert len(read) == 3, "each is read once, however often its message is edited"


async def test_the_last_two_pictures_of_a_sheet_that_are_shown_together_ping_once(board: Board) -> None:
    await board.shown(ask(prompt="a"), ask(prompt="b"))
    rendered = [await board.rendered(await board.claimed(), png) for png in (b"a", b"b")]
    await asyncio.gather(*(board.announcer.post(job) for job in rendered))
    await board.over()
    assert board.channel.mentions == [(1, MESSAGE)]


async def test_news_that_come_while_the_ping_is_said_do_not_say_it_again(board: Board) -> None:
    job = await board.rendered(await board.running())
    board.channel.holding = True
    posting = asyncio.create_task(board.announcer.post(job))
    await board.channel.release()
    await until(lambda: board.channel.held)
    assert len(board.cards) == 1, "what is held now is the ping"
    board.announcer.changed(job)
    await board.channel.release()
    await posting
    board.channel.holding = False
    await board.edited(2)
    await board.over()
    assert board.channel.mentions == [(1, MESSAGE)]


@pytest.mark.parametrize("end", [JobState.FAILED, JobState.CANCELLED])
async def test_a_sheet_whose_last_picture_came_to_nothing_still_pings_for_the_others(
    board: Board, end: JobState
) -> None:
    await board.shown(ask(prompt="a"), ask(prompt="b"))
    first = await board.rendered(await board.claimed())
    await board.announcer.post(first)
    await board.jobs.finish(first.id, JobState.DONE)
    assert board.channel.mentions == []
    board.announcer.changed(await board.jobs.finish((await board.claimed()).id, end))
    await until(lambda: board.channel.mentions)
    assert board.channel.mentions == [(1, MESSAGE)]


async def test_a_job_that_came_to_nothing_pings_nobody(board: Board) -> None:
    job = await board.running()
    board.announcer.changed(await board.jobs.finish(job.id, JobState.FAILED))
    assert (await board.edited()).settled
    await board.over()
    assert board.channel.mentions == []


async def test_a_held_picture_is_shown_to_nobody(board: Board) -> None:
    job = await board.running()
    board.announcer.progress(job, Progress(1, 9, preview=b"preview"))
    await board.edited()
    board.announcer.changed(await board.rendered(job, hold=True))
    await until(lambda: board.cards[-1].lead.state is JobState.HELD)
    assert board.cards[-1].pictures == {}
    assert board.cards[-1].settled
    await board.over()
    assert board.channel.mentions == []
    released = await board.jobs.release(job.id)
    board.announcer.adopt(released)
    await board.announcer.post(released)
    assert board.cards[-1].pictures == {job.id: b"png"}


@pytest.mark.parametrize(
    ("position", "start_at", "edits"),
    [
        (9, 1000.0, False),  # nothing new
        (8, 1000.0, False),  # a place that nobody counts
        (8, 1199.0, False),  # within a fifth of the wait
        (8, 1350.0, True),
        (8, 700.0, True),
        (3, 1000.0, True),
        (9, None, True),
    ],
)
async def test_a_place_is_worth_an_edit_only_if_it_says_something_new(
    make: Callable[..., Board], position: int, start_at: float | None, edits: bool
) -> None:
    board = make()
    board.clock.now = 0.0
    (job,) = await board.shown()
    board.announcer.places([Place(job.id, job.id, 9, 1000.0)])
    first = await board.edited()
    assert (first.position, first.start_at) == (9, 1000.0)
    board.announcer.places([Place(job.id, job.id, position, start_at)])
    await board.clock.slept()
    await board.quiet()
    assert len(board.cards) == 1 + edits
    if edits:
        assert (board.cards[-1].position, board.cards[-1].start_at) == (position, start_at)


async def test_a_sheet_s_place_is_that_of_its_next_job(board: Board) -> None:
    lead, second = await board.shown(ask(prompt="a"), ask(prompt="b"))
    board.announcer.places([Place(lead.id, lead.id, 2, 50.0), Place(second.id, lead.id, 4, 90.0)])
    assert (await board.edited()).position == 2
    await board.claimed()
    await board.clock.slept()
    board.announcer.places([Place(second.id, lead.id, 3, 95.0)])
    assert (await board.edited(2)).position == 3
