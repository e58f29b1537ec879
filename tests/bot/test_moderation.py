"""What moderators do: in their own server only, and each deed is written down and told."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from bot import blocklist
from bot.blocklist import PatternError
from bot.guild import GuildSettings
from bot.job import JobState
from bot.moderation import Moderation, Moderator, NotHereError, TooManyPatternsError
from bot.store.audit import Audit, Deed
from bot.store.bans import Bans
from bot.store.blocklist import Blocked
from bot.store.job_row import TransitionError
from tests.bot.asks import Clock, brought_to, found
from tests.bot.house import House, small

MO = Moderator(9, 100)
ELSEWHERE = Moderator(8, 101)


class Office:
    """Moderation of a house whose worker does not run."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.clock = Clock()
        self.told: list[Deed] = []
        self.bans = Bans(house.database, self.clock)
        self.blocked = Blocked(house.database)
        self.audit = Audit(house.database, self.clock)
        self.moderation = Moderation(
            jobs=house.jobs,
            history=house.history,
            guilds=house.guilds,
            bans=self.bans,
            blocked=self.blocked,
            audit=self.audit,
            worker=house.worker,
            tell=self._tell,
            clock=self.clock,
        )

    async def _tell(self, deed: Deed) -> None:
        self.told.append(deed)

    async def deeds(self, guild_id: int = 100) -> list[tuple[str, int | None, str]]:
        """The record, oldest first; what is written is what was told."""
        written = (await self.audit.page(guild_id, 0, 99))[::-1]
        assert written == [deed for deed in self.told if deed.guild_id == guild_id]
        return [(deed.action, deed.target_id, deed.detail) for deed in written]


@pytest.fixture
def office(idle: House) -> Office:
    return Office(idle)


async def test_every_deed_leaves_a_row_that_says_who_did_what_to_whom(office: Office) -> None:
    moderation, house = office.moderation, office.house
    job = await house.ask(requester_id=7)
    await moderation.pause(MO, "tea")
    assert await moderation.resume(MO)
    assert await moderation.bump(MO, job.id)
    await moderation.remove(MO, job.id)
    await moderation.clear(MO, 7)
    await moderation.ban(MO, 7, None, "spam")
    assert await moderation.unban(MO, 7)
    assert await moderation.block(MO, "Bad Words*") == "bad words*"
    assert await moderation.unblock(MO, "BAD words*")
    await moderation.configure(MO, GuildSettings(spoiler=True), "spoiler")
    assert await office.deeds() == [
        ("pause", None, "tea"),
        ("resume", None, ""),
        ("bump", 7, f"#{job.id}"),
        ("remove", 7, f"#{job.id}"),
        ("clear", 7, "0"),
        ("ban", 7, "spam"),
        ("unban", 7, ""),
        ("block", None, "bad words*"),
        ("unblock", None, "bad words*"),
        ("configure", None, "spoiler"),
    ]
    assert {deed.actor_id for deed in office.told} == {9}
    assert await office.deeds(101) == []


async def test_what_changes_nothing_leaves_no_row(office: Office) -> None:
    moderation = office.moderation
    ended = await brought_to(office.house.jobs, JobState.FAILED, small())
    assert not await moderation.resume(MO)
    assert not await moderation.bump(MO, ended.id)
    assert (await moderation.remove(MO, ended.id)).job == ended
    assert not await moderation.unban(MO, 7)
    assert not await moderation.unblock(MO, "nothing")
    await office.blocked.add(100, "there")
    assert await moderation.block(MO, "there") is None
    assert await office.deeds() == []


DEEDS: dict[str, Callable[[Moderation, House, int], Awaitable[object]]] = {
    "remove": lambda moderation, house, job_id: moderation.remove(ELSEWHERE, job_id),
    "bump": lambda moderation, house, job_id: moderation.bump(ELSEWHERE, job_id),
}


@pytest.mark.parametrize("deed", DEEDS)
async def test_another_server_s_job_is_out_of_reach(office: Office, deed: str) -> None:
    job = await office.house.ask()
    with pytest.raises(NotHereError):
        await DEEDS[deed](office.moderation, office.house, job.id)
    with pytest.raises(NotHereError):
        await DEEDS[deed](office.moderation, office.house, 999)
    assert await found(office.house.jobs, job) == job
    assert office.told == []


@pytest.mark.parametrize("verdict", ["approve", "reject"])
async def test_another_server_s_held_picture_is_out_of_reach(office: Office, verdict: str) -> None:
    sha256 = await office.house.pictures.put(b"png")
    held = await brought_to(office.house.jobs, JobState.HELD, small(), picture=sha256)
    with pytest.raises(NotHereError):
        await getattr(office.moderation, verdict)(ELSEWHERE, held)
    assert await found(office.house.jobs, held) == held
    assert office.told == []


async def test_a_pause_stops_its_own_server_alone(office: Office) -> None:
    here, there = await office.house.ask(), await office.house.ask(guild_id=101)
    await office.moderation.pause(MO, "tea")
    assert await office.house.queue.order() == [there.id]
    await office.moderation.resume(MO)
    assert await office.house.queue.order() == [here.id, there.id]


async def test_to_resume_wakes_the_worker(office: Office) -> None:
    house = office.house
    await office.moderation.pause(MO, "tea")
    async with house.at_work():
        job = await house.ask()
        await office.moderation.resume(MO)
        await house.until(job, JobState.DONE)


async def test_to_clear_cancels_what_waits_and_runs_here_of_one_or_of_all(office: Office) -> None:
    house = office.house
    running = await brought_to(house.jobs, JobState.RUNNING, small(requester_id=7))
    waiting = await house.ask(requester_id=7)
    others = await house.ask(requester_id=8)
    there = await house.ask(requester_id=7, guild_id=101)
    assert await office.moderation.clear(MO, 7) == 2
    states = [(await found(house.jobs, job)).state for job in (running, waiting, others, there)]
    assert states == [JobState.CANCELLED, JobState.CANCELLED, JobState.QUEUED, JobState.QUEUED]
    assert await office.moderation.clear(MO, None) == 1
    assert (await found(house.jobs, there)).state is JobState.QUEUED
    assert await office.deeds() == [("clear", 7, "2"), ("clear", None, "1")]


async def test_a_ban_cancels_what_waits_here_and_ends_when_it_says(office: Office) -> None:
    here, there = await office.house.ask(), await office.house.ask(guild_id=101)
    until = await office.moderation.ban(MO, 1, 60, "spam")
    assert until == office.clock.now + 60
    assert (await found(office.house.jobs, here)).state is JobState.CANCELLED
    assert (await found(office.house.jobs, there)).state is JobState.QUEUED
    ban = await office.bans.of(100, 1)
    assert ban is not None
    assert (ban.until, ban.reason) == (until, "spam")
    assert await office.bans.of(101, 1) is None


async def test_a_held_picture_is_approved_or_rejected_once(office: Office) -> None:
    house = office.house
    first, second = [
        replace(
            await brought_to(
                house.jobs, JobState.HELD, small(prompt, 7), picture=await house.pictures.put(prompt.encode())
            ),
            flags=("spiders", "webs"),
        )
        for prompt in ("one", "two")
    ]
    await office.moderation.approve(MO, first)
    await house.until(first, JobState.DONE)
    await office.moderation.reject(MO, second)
    for verdict in (office.moderation.approve, office.moderation.reject):
        for job in (first, second):
            with pytest.raises(TransitionError):
                await verdict(MO, job)
    assert await office.deeds() == [
        ("approve", 7, f"#{first.id} (spiders, webs)"),
        ("reject", 7, f"#{second.id} (spiders, webs)"),
    ]


async def test_a_blocklist_takes_patterns_only_and_has_an_end(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(PatternError):
        await office.moderation.block(MO, "*")
    monkeypatch.setattr(blocklist, "MOST", 2)
    for pattern in ("one", "two"):
        await office.moderation.block(MO, pattern)
    with pytest.raises(TooManyPatternsError):
        await office.moderation.block(MO, "three")
    assert await office.moderation.block(ELSEWHERE, "three") == "three"
    assert await office.blocked.of(100) == ["one", "two"]
