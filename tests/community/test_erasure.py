"""Erasure on request, and the deletion of old files and user ids."""

import asyncio
import os
import time
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from bot.community import retention
from bot.community.erasure import Erasure
from bot.delivery.messenger import ChannelGoneError
from bot.jobs.job import JobState
from bot.store.database import Database
from bot.store.history import History
from bot.store.jobs import Jobs
from bot.store.people import ERASED, People
from bot.store.pictures import Pictures
from tests.harness.channel import until
from tests.harness.job_requests import SettableClock, job_in_state, job_request, reload
from tests.harness.worker import SMALL, WorkerHarness, small

ADA, BEN = 1, 2


@dataclass
class RemovedMessages:
    """Records removed messages; those in `closed` channels cannot be removed."""

    closed: set[int] = field(default_factory=set)
    removed: list[tuple[int, int]] = field(default_factory=list)

    async def remove(self, channel_id: int, message_id: int) -> None:
        if channel_id in self.closed:
            raise ChannelGoneError("no access")
        self.removed.append((channel_id, message_id))


async def test_erasure_cancels_jobs_and_deletes_messages_and_files(harness: WorkerHarness) -> None:
    messages = RemovedMessages()
    people = People(harness.database)
    done = await harness.until(await harness.submit("a cat", ADA), JobState.DONE)
    await harness.jobs.add_copy(done.id, 300, 3000)
    start = await harness.pictures.put(b"what she brought")
    harness.gate("stays")
    running = await harness.submit("stays", ADA, guild_id=101)
    await harness.at_gate(running)
    (waiting,) = await harness.submit_batch([small(requester_id=ADA, request=replace(SMALL, init=start))])
    bens = await harness.submit("a dog", BEN)
    await Erasure(people, harness.history, harness.pictures, harness.job_control, messages.remove).erase(ADA)
    for job in (running, waiting):
        assert (await reload(harness.jobs, job)).state is JobState.CANCELLED
    bens = await harness.until(bens, JobState.DONE)
    assert messages.removed == [(300, 3000), (200, waiting.id), (200, running.id), (200, done.id)]
    assert done.picture is not None
    assert bens.picture is not None
    assert not await harness.pictures.has(done.picture)
    assert not await harness.pictures.has(start)
    assert await harness.pictures.has(bens.picture)
    assert {(await reload(harness.jobs, job)).request.prompt for job in (done, running, waiting)} == {ERASED}


async def test_erasure_goes_on_after_a_message_that_cannot_be_removed(harness: WorkerHarness) -> None:
    messages = RemovedMessages(closed={300})
    done = await harness.until(await harness.submit("a cat", ADA), JobState.DONE)
    await harness.jobs.add_copy(done.id, 300, 3000)
    erasure = Erasure(People(harness.database), harness.history, harness.pictures, harness.job_control, messages.remove)
    await erasure.erase(ADA)
    assert messages.removed == [(200, done.id)]
    await erasure.erase(ADA)
    assert messages.removed == [(200, done.id)], "a removed message is not removed again"


@pytest.fixture
def clock() -> SettableClock:
    return SettableClock(time.time())


async def _retain(database: Database, folder: Path, clock: SettableClock, rounds: int = 1) -> None:
    """Runs so many rounds of retention."""
    stores = History(database, clock), People(database, clock), Pictures(folder)
    task = asyncio.create_task(retention.run(*stores, 30, clock, clock.sleep))
    for _ in range(rounds - 1):
        await clock.slept()
    await until(lambda: clock.sleeps)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_files_are_deleted_some_days_after_the_last_job_that_refers_to_them(
    database: Database, tmp_path: Path, clock: SettableClock
) -> None:
    pictures, jobs = Pictures(tmp_path), Jobs(database, clock)
    now = clock.now
    shared, own, brought = [await pictures.put(data) for data in (b"shared", b"own", b"brought")]
    for days, picture in ((31, shared), (31, own), (29, shared)):
        clock.now = now - days * 86400
        start = replace(job_request().request, init=brought)
        await job_in_state(jobs, JobState.DONE, job_request(request=start), picture=picture, timelapse=None)
    clock.now = now
    await _retain(database, tmp_path, clock)
    assert [await pictures.has(sha256) for sha256 in (shared, own, brought)] == [True, False, True]
    clock.now = now + 86400 - 1800
    await _retain(database, tmp_path, clock)
    assert [await pictures.has(sha256) for sha256 in (shared, own, brought)] == [True, False, True]
    await _retain(database, tmp_path, clock, rounds=2)
    assert [await pictures.has(sha256) for sha256 in (shared, own, brought)] == [False, False, False]


async def test_a_file_that_no_job_refers_to_is_deleted_after_a_day(
    database: Database, tmp_path: Path, clock: SettableClock
) -> None:
    pictures, jobs = Pictures(tmp_path), Jobs(database, clock)
    orphan, fresh, used, awaited = [await pictures.put(data) for data in (b"orphan", b"fresh", b"used", b"awaited")]
    await job_in_state(jobs, JobState.DONE, picture=used)
    await job_in_state(jobs, JobState.QUEUED, job_request(request=replace(job_request().request, init=awaited)))
    for sha256 in (orphan, used, awaited):
        old = clock.now - 86400 - 60
        os.utime(tmp_path / sha256[:2] / sha256, (old, old))
    await _retain(database, tmp_path, clock)
    left = [await pictures.has(sha256) for sha256 in (orphan, fresh, used, awaited)]
    assert left == [False, True, True, True]


async def test_retention_also_deletes_user_ids_a_day_after_erasure(
    database: Database, tmp_path: Path, clock: SettableClock
) -> None:
    jobs = Jobs(database, clock)
    job = await job_in_state(jobs, JobState.DONE, job_request(ADA))
    await People(database, clock).erase(ADA)
    clock.now += 86400 - 3600
    await _retain(database, tmp_path, clock)
    assert (await reload(jobs, job)).requester_id == ADA, "daily limits need the user id"
    await _retain(database, tmp_path, clock, rounds=2)
    assert (await reload(jobs, job)).requester_id == 0
