"""Moderators act in their own server only, and every action is recorded and posted."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from bot.community import blocklist
from bot.community.blocklist import PatternError
from bot.community.guild_settings import GuildSettings
from bot.community.moderation import Moderation, Moderator, NotHereError, TooManyPatternsError
from bot.jobs.job import JobState
from bot.store.audit import Audit, AuditEntry
from bot.store.bans import Bans
from bot.store.blocklist import Blocked
from bot.store.job_row import TransitionError
from tests.harness.job_requests import SettableClock, job_in_state, reload
from tests.harness.worker import WorkerHarness, small

MO = Moderator(9, 100)
ELSEWHERE = Moderator(8, 101)


class ModerationHarness:
    """Moderation with a worker that does not run."""

    def __init__(self, worker_harness: WorkerHarness) -> None:
        self.worker_harness = worker_harness
        self.clock = SettableClock()
        self.posted: list[AuditEntry] = []
        self.bans = Bans(worker_harness.database, self.clock)
        self.blocked = Blocked(worker_harness.database)
        self.audit = Audit(worker_harness.database, self.clock)
        self.moderation = Moderation(
            jobs=worker_harness.jobs,
            history=worker_harness.history,
            guilds=worker_harness.guilds,
            bans=self.bans,
            blocked=self.blocked,
            audit=self.audit,
            job_control=worker_harness.job_control,
            post_entry=self._post_entry,
            clock=self.clock,
        )

    async def _post_entry(self, entry: AuditEntry) -> None:
        self.posted.append(entry)

    async def entries(self, guild_id: int = 100) -> list[tuple[str, int | None, str]]:
        """The audit log, oldest first. Every entry was also posted."""
        recorded = (await self.audit.page(guild_id, 0, 99))[::-1]
        assert recorded == [entry for entry in self.posted if entry.guild_id == guild_id]
        return [(entry.action, entry.target_id, entry.detail) for entry in recorded]


@pytest.fixture
def harness(idle: WorkerHarness) -> ModerationHarness:
    return ModerationHarness(idle)


async def test_every_action_is_recorded_with_actor_target_and_detail(harness: ModerationHarness) -> None:
    moderation, worker_harness = harness.moderation, harness.worker_harness
    job = await worker_harness.submit(requester_id=7)
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
    assert await harness.entries() == [
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
    assert {entry.actor_id for entry in harness.posted} == {9}
    assert await harness.entries(101) == []


async def test_an_action_that_changes_nothing_is_not_recorded(harness: ModerationHarness) -> None:
    moderation = harness.moderation
    ended = await job_in_state(harness.worker_harness.jobs, JobState.FAILED, small())
    assert not await moderation.resume(MO)
    assert not await moderation.bump(MO, ended.id)
    assert (await moderation.remove(MO, ended.id)).job == ended
    assert not await moderation.unban(MO, 7)
    assert not await moderation.unblock(MO, "nothing")
    await harness.blocked.add(100, "there")
    assert await moderation.block(MO, "there") is None
    assert await harness.entries() == []


ACTIONS: dict[str, Callable[[Moderation, WorkerHarness, int], Awaitable[object]]] = {
    "remove": lambda moderation, worker_harness, job_id: moderation.remove(ELSEWHERE, job_id),
    "bump": lambda moderation, worker_harness, job_id: moderation.bump(ELSEWHERE, job_id),
}


@pytest.mark.parametrize("action", ACTIONS)
async def test_jobs_of_another_server_cannot_be_moderated(harness: ModerationHarness, action: str) -> None:
    job = await harness.worker_harness.submit()
    with pytest.raises(NotHereError):
        await ACTIONS[action](harness.moderation, harness.worker_harness, job.id)
    with pytest.raises(NotHereError):
        await ACTIONS[action](harness.moderation, harness.worker_harness, 999)
    assert await reload(harness.worker_harness.jobs, job) == job
    assert harness.posted == []


@pytest.mark.parametrize("decision", ["approve", "reject"])
async def test_held_pictures_of_another_server_cannot_be_moderated(harness: ModerationHarness, decision: str) -> None:
    sha256 = await harness.worker_harness.pictures.put(b"png")
    held = await job_in_state(harness.worker_harness.jobs, JobState.HELD, small(), picture=sha256)
    with pytest.raises(NotHereError):
        await getattr(harness.moderation, decision)(ELSEWHERE, held)
    assert await reload(harness.worker_harness.jobs, held) == held
    assert harness.posted == []


async def test_a_pause_stops_only_its_own_server(harness: ModerationHarness) -> None:
    here, there = await harness.worker_harness.submit(), await harness.worker_harness.submit(guild_id=101)
    await harness.moderation.pause(MO, "tea")
    assert await harness.worker_harness.queue.order() == [there.id]
    await harness.moderation.resume(MO)
    assert await harness.worker_harness.queue.order() == [here.id, there.id]


async def test_resume_wakes_the_worker(harness: ModerationHarness) -> None:
    worker_harness = harness.worker_harness
    await harness.moderation.pause(MO, "tea")
    async with worker_harness.at_work():
        job = await worker_harness.submit()
        await harness.moderation.resume(MO)
        await worker_harness.until(job, JobState.DONE)


async def test_clear_cancels_waiting_and_running_jobs_of_one_person_or_of_all(harness: ModerationHarness) -> None:
    worker_harness = harness.worker_harness
    running = await job_in_state(worker_harness.jobs, JobState.RUNNING, small(requester_id=7))
    waiting = await worker_harness.submit(requester_id=7)
    others = await worker_harness.submit(requester_id=8)
    there = await worker_harness.submit(requester_id=7, guild_id=101)
    assert await harness.moderation.clear(MO, 7) == 2
    states = [(await reload(worker_harness.jobs, job)).state for job in (running, waiting, others, there)]
    assert states == [JobState.CANCELLED, JobState.CANCELLED, JobState.QUEUED, JobState.QUEUED]
    assert await harness.moderation.clear(MO, None) == 1
    assert (await reload(worker_harness.jobs, there)).state is JobState.QUEUED
    assert await harness.entries() == [("clear", 7, "2"), ("clear", None, "1")]


async def test_a_ban_cancels_jobs_in_its_server_and_has_an_end(harness: ModerationHarness) -> None:
    here, there = await harness.worker_harness.submit(), await harness.worker_harness.submit(guild_id=101)
    until = await harness.moderation.ban(MO, 1, 60, "spam")
    assert until == harness.clock.now + 60
    assert (await reload(harness.worker_harness.jobs, here)).state is JobState.CANCELLED
    assert (await reload(harness.worker_harness.jobs, there)).state is JobState.QUEUED
    ban = await harness.bans.of(100, 1)
    assert ban is not None
    assert (ban.until, ban.reason) == (until, "spam")
    assert await harness.bans.of(101, 1) is None


async def test_a_held_picture_is_approved_or_rejected_only_once(harness: ModerationHarness) -> None:
    worker_harness = harness.worker_harness
    first, second = [
        replace(
            await job_in_state(
                worker_harness.jobs,
                JobState.HELD,
                small(prompt, 7),
                picture=await worker_harness.pictures.put(prompt.encode()),
            ),
            flags=("spiders", "webs"),
        )
        for prompt in ("one", "two")
    ]
    await harness.moderation.approve(MO, first)
    await worker_harness.until(first, JobState.DONE)
    await harness.moderation.reject(MO, second)
    for decision in (harness.moderation.approve, harness.moderation.reject):
        for job in (first, second):
            with pytest.raises(TransitionError):
                await decision(MO, job)
    assert await harness.entries() == [
        ("approve", 7, f"#{first.id} (spiders, webs)"),
        ("reject", 7, f"#{second.id} (spiders, webs)"),
    ]


async def test_a_blocklist_refuses_invalid_patterns_and_has_a_maximum_size(
    harness: ModerationHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(PatternError):
        await harness.moderation.block(MO, "*")
    monkeypatch.setattr(blocklist, "MAX_PATTERNS", 2)
    for pattern in ("one", "two"):
        await harness.moderation.block(MO, pattern)
    with pytest.raises(TooManyPatternsError):
        await harness.moderation.block(MO, "three")
    assert await harness.moderation.block(ELSEWHERE, "three") == "three"
    assert await harness.blocked.of(100) == ["one", "two"]
