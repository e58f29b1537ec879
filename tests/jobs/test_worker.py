"""The worker: a job's way through the engine, and what a fault, a stop or a restart does to it."""

import asyncio
import hashlib
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from bot.community.guild_settings import GuildSettings, Screening
from bot.engine import EngineCrashedError, RunFailedError
from bot.jobs.job import Flag, JobState
from bot.jobs.worker import BROKEN, CRASHED, INPUT_GONE, NOT_STORED, STORAGE_TRIES
from bot.jobs.worker_pool import SUSPEND_S
from bot.store.database import Database
from tests.harness.channel import until
from tests.harness.job_requests import job_in_state, reload
from tests.harness.scripted_engine import picture_of
from tests.harness.worker import IN_PICTURE, IN_PROMPT, SMALL, SPIDER, SPIDERS, WorkerHarness, small


async def test_a_job_ends_with_its_picture_in_the_store_and_the_channel(harness: WorkerHarness) -> None:
    done = await harness.until(await harness.submit("a cat"), JobState.DONE)
    assert done.picture is not None
    assert await harness.pictures.get(done.picture) == picture_of(done.request)
    assert harness.last_card(done).pictures == {done.id: picture_of(done.request)}
    assert harness.channel.mentions == [(1, done.id)]
    await until(lambda: harness.posted == [done.id])
    assert done.timelapse is None


async def test_a_time_lapse_is_kept_if_the_host_wants_it(database: Database, idle: WorkerHarness) -> None:
    with_timelapse = WorkerHarness(database, idle.folder, timelapse=True)
    async with with_timelapse.at_work():
        done = await with_timelapse.until(await with_timelapse.submit(), JobState.DONE)
    assert done.timelapse is not None
    assert await with_timelapse.pictures.get(done.timelapse) == b"timelapse"
    await with_timelapse.close()


async def test_a_request_that_cannot_be_rendered_fails_at_once_with_the_reason(harness: WorkerHarness) -> None:
    harness.engine.faults["bad"] = RunFailedError("this cannot be drawn")
    failed = await harness.until(await harness.submit("bad"), JobState.FAILED)
    assert (failed.reason, failed.attempts) == ("this cannot be drawn", 0)
    assert harness.runs == ["bad"]
    await until(lambda: harness.last_card(failed).first_job.state is JobState.FAILED)


async def test_a_job_fails_after_its_second_crash_and_the_next_one_runs(harness: WorkerHarness) -> None:
    harness.engine.faults["poison"] = EngineCrashedError("died")
    poison, good = await harness.submit("poison"), await harness.submit("good", 2)
    failed = await harness.until(poison, JobState.FAILED)
    await harness.until(good, JobState.DONE)
    assert (failed.attempts, failed.reason) == (1, CRASHED)
    assert harness.runs == ["poison", "poison", "good"], "the crashed job keeps its place"


async def test_an_unexpected_error_fails_its_job_with_a_reason_and_the_next_one_runs(harness: WorkerHarness) -> None:
    harness.engine.faults["bug"] = ZeroDivisionError()
    failed = await harness.until(await harness.submit("bug"), JobState.FAILED)
    assert failed.reason == BROKEN
    await harness.until(await harness.submit("good"), JobState.DONE)


def block(harness: WorkerHarness, sha256: str) -> Path:
    """Puts a file where the folder of a picture must be."""
    place = harness.folder / sha256[:2]
    place.write_bytes(b"")
    return place


async def test_a_job_that_the_disk_refuses_waits_and_ends_when_there_is_room(harness: WorkerHarness) -> None:
    gate = harness.gate("a cat")
    job = await harness.submit("a cat")
    await harness.at_gate(job)
    sha256 = hashlib.sha256(picture_of(job.request)).hexdigest()
    in_the_way = block(harness, sha256)
    gate.set()
    await until(lambda: harness.clock.sleeps)
    assert (await reload(harness.jobs, job)).state is JobState.RUNNING
    in_the_way.unlink()
    await harness.clock.slept()
    done = await harness.until(job, JobState.DONE)
    assert (done.picture, done.attempts) == (sha256, 0)


async def test_nothing_is_rendered_while_the_disk_refuses(harness: WorkerHarness) -> None:
    gate = harness.gate("a cat")
    job = await harness.submit("a cat")
    await harness.at_gate(job)
    shutil.rmtree(harness.folder)
    harness.folder.write_bytes(b"")
    gate.set()
    await until(lambda: harness.clock.sleeps)
    pauses = harness.clock.sleeps
    for _ in range(8):
        await harness.clock.slept()
        await until(lambda: harness.clock.sleeps)
        pauses += harness.clock.sleeps
    assert pauses == [1, 1, 2, 4, 8, 16, 32, 60, 60]
    assert harness.runs == ["a cat"]
    harness.folder.unlink()
    await harness.clock.slept()
    await harness.until(job, JobState.DONE)


async def test_a_job_whose_own_picture_cannot_be_stored_fails_with_a_reason_and_the_next_one_runs(
    harness: WorkerHarness,
) -> None:
    gate = harness.gate("a cat")
    job = await harness.submit("a cat")
    await harness.at_gate(job)
    block(harness, hashlib.sha256(picture_of(job.request)).hexdigest())
    gate.set()
    for _ in range(STORAGE_TRIES - 1):
        await harness.clock.slept()
    assert (await harness.until(job, JobState.FAILED)).reason == NOT_STORED
    assert harness.runs == ["a cat"] * STORAGE_TRIES
    other = small(request=replace(SMALL, seed=8))
    (good,) = await harness.submit_batch([other])
    await harness.until(good, JobState.DONE)


async def test_a_database_that_refuses_every_change_stops_no_task_and_loses_no_job(harness: WorkerHarness) -> None:
    gate = harness.gate("a cat")
    job = await harness.submit("a cat")
    await harness.at_gate(job)
    await harness.database.fetch("PRAGMA query_only = ON")
    gate.set()
    await until(lambda: harness.clock.sleeps)
    await harness.clock.slept()
    await until(lambda: harness.clock.sleeps)
    await harness.database.fetch("PRAGMA query_only = OFF")
    await harness.clock.slept()
    await harness.until(job, JobState.DONE)
    await harness.until(await harness.submit("a dog"), JobState.DONE)


async def test_a_missing_input_image_fails_its_job_without_the_engine(harness: WorkerHarness) -> None:
    missing = small(request=replace(SMALL, init="a" * 64))
    (job,) = await harness.submit_batch([missing])
    assert (await harness.until(job, JobState.FAILED)).reason == INPUT_GONE
    assert harness.runs == []


async def test_a_task_has_the_input_images_of_its_request(harness: WorkerHarness) -> None:
    sha256 = await harness.pictures.put(b"input")
    (job,) = await harness.submit_batch([small(request=replace(SMALL, init=sha256))])
    await harness.until(job, JobState.DONE)
    assert harness.engine.tasks[0].blobs == {sha256: b"input"}


async def test_a_run_that_ends_while_the_bot_stops_is_posted_and_no_other_starts(harness: WorkerHarness) -> None:
    gate = harness.gate("last")
    job, waiting = await harness.submit("last"), await harness.submit("waiting", 2)
    await harness.at_gate(job)
    draining = asyncio.create_task(harness.drain())
    await until(lambda: harness.clock.sleeps)
    assert harness.clock.sleeps == [5]
    gate.set()
    await draining
    assert harness.engine.wanted == ""
    assert (await reload(harness.jobs, job)).state is JobState.DONE
    assert harness.channel.mentions == [(1, job.id)]
    assert (await reload(harness.jobs, waiting)).state is JobState.QUEUED


async def test_the_bot_stops_in_time_when_the_engine_takes_no_command(
    harness: WorkerHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    harness.gate("hung")
    job = await harness.submit("hung")
    await harness.at_gate(job)
    monkeypatch.setattr(harness.engine, "suspend", asyncio.Event().wait)
    draining = asyncio.create_task(harness.workers.drain(5))
    await harness.clock.slept()
    await harness.clock.slept()
    await draining
    assert harness.clock.now == 1_000_000.0 + 5 + SUSPEND_S
    assert (await reload(harness.jobs, job)).state is JobState.RUNNING


async def test_a_suspended_run_is_resumed_from_its_checkpoint_after_a_restart(
    database: Database, harness: WorkerHarness
) -> None:
    harness.gate("long")
    job = await harness.submit("long")
    await harness.submit("other", 2)
    await harness.at_gate(job)
    await harness.suspend()
    suspended = await reload(harness.jobs, job)
    assert (suspended.state, suspended.attempts) == (JobState.QUEUED, 0)
    assert suspended.checkpoint is not None
    assert await harness.pictures.get(suspended.checkpoint) == b"checkpoint of long"
    assert harness.channel.mentions == []

    after = WorkerHarness(database, harness.folder, channel=harness.channel)
    await after.workers.recover()
    async with after.at_work():
        await after.catch_up()
        done = await after.until(job, JobState.DONE)
    await after.close()
    assert after.engine.tasks[0].checkpoint == b"checkpoint of long"
    assert after.runs[0] == "long", "the suspended job keeps its place"
    assert done.checkpoint is None
    assert harness.channel.mentions[0] == (1, job.id)


async def test_a_resumed_run_that_is_interrupted_resumes_from_the_same_checkpoint(idle: WorkerHarness) -> None:
    job = await job_in_state(idle.jobs, JobState.RUNNING, small())
    await idle.jobs.requeue(job.id, crashed=False, checkpoint="c" * 64)
    await idle.queue.claim()
    await idle.workers.recover()
    requeued = await reload(idle.jobs, job)
    assert (requeued.state, requeued.checkpoint, requeued.attempts) == (JobState.QUEUED, "c" * 64, 0)


async def test_a_run_whose_checkpoint_is_missing_starts_from_the_beginning(harness: WorkerHarness) -> None:
    harness.gate("long")
    job = await harness.submit("long")
    await harness.at_gate(job)
    await harness.suspend()
    suspended = await reload(harness.jobs, job)
    assert suspended.checkpoint is not None
    await harness.pictures.drop({suspended.checkpoint})
    after = WorkerHarness(harness.database, harness.folder, channel=harness.channel)
    async with after.at_work():
        await after.until(job, JobState.DONE)
    await after.close()
    assert after.engine.tasks[0].checkpoint is None


async def test_a_job_cancelled_while_it_is_suspended_stays_cancelled(harness: WorkerHarness) -> None:
    harness.gate("long")
    job = await harness.submit("long")
    await harness.at_gate(job)
    await harness.jobs.finish(job.id, JobState.CANCELLED)
    await harness.suspend()
    assert (await reload(harness.jobs, job)).state is JobState.CANCELLED


@pytest.mark.parametrize("flags", [IN_PROMPT, IN_PICTURE])
async def test_a_flagged_picture_is_a_spoiler(harness: WorkerHarness, flags: tuple[Flag, ...]) -> None:
    harness.engine.flags[SPIDER] = flags
    done = await harness.until(await harness.submit(SPIDER, screening=Screening.SPOILER), JobState.DONE)
    assert (done.spoiler, done.flags) == (True, ("spiders",))
    assert harness.last_card(done).first_job.spoiler
    assert harness.last_card(done).pictures


async def test_concepts_are_screened_only_where_screening_is_on(harness: WorkerHarness) -> None:
    harness.engine.flags[SPIDER] = IN_PROMPT
    done = await harness.until(await harness.submit(SPIDER), JobState.DONE)
    assert (done.spoiler, done.flags) == (False, ())
    assert harness.engine.tasks[0].concepts == ()
    await harness.until(await harness.submit("a cat", screening=Screening.HOLD), JobState.DONE)
    assert harness.engine.tasks[1].concepts == (SPIDERS,)


async def test_a_screened_run_with_an_input_image_has_no_previews(harness: WorkerHarness) -> None:
    sha256 = await harness.pictures.put(b"input")
    started = replace(SMALL, init=sha256)
    for screening, request, previews in (
        (Screening.OFF, started, True),
        (Screening.HOLD, started, False),
        (Screening.HOLD, SMALL, True),
    ):
        (job,) = await harness.submit_batch([small(request=request, screening=screening)])
        await harness.until(job, JobState.DONE)
        assert harness.engine.tasks[-1].previews is previews


async def test_jobs_of_a_paused_server_run_when_it_is_resumed(harness: WorkerHarness) -> None:
    await harness.guilds.set(100, GuildSettings(paused="tea"))
    here, there = await harness.submit("here"), await harness.submit("there", guild_id=101)
    await harness.until(there, JobState.DONE)
    assert (await reload(harness.jobs, here)).state is JobState.QUEUED
    await harness.guilds.set(100, GuildSettings())
    harness.workers.wake()
    await harness.until(here, JobState.DONE)


async def test_waiting_jobs_show_their_positions(harness: WorkerHarness) -> None:
    gate = harness.gate("first")
    first = await harness.submit("first")
    await harness.at_gate(first)
    second, third = await harness.submit("second", 2), await harness.submit("third", 3)
    harness.queue_board.changed()
    await until(
        lambda: (
            [[card.position for card in harness.channel.messages[job.id][-1:]] for job in (second, third)] == [[1], [2]]
        )
    )
    gate.set()
    await harness.until(third, JobState.DONE)


async def test_a_job_that_kills_the_bot_each_time_fails_and_the_next_one_runs(idle: WorkerHarness) -> None:
    poison, other = await idle.submit("poison"), await idle.submit("other", 2)
    for kill in range(1, 4):
        claimed = await idle.queue.claim()
        assert claimed is not None
        assert claimed.id == poison.id
        await idle.workers.recover()  # the bot was killed, and starts again
        assert (await reload(idle.jobs, poison)).interruptions == min(kill, 2)
    failed = await reload(idle.jobs, poison)
    assert (failed.state, failed.reason) == (JobState.FAILED, "reason-interrupted")
    await idle.catch_up()
    await until(lambda: idle.channel.messages[poison.id])
    assert idle.last_card(poison).first_job.reason == "reason-interrupted"
    async with idle.at_work():
        await idle.until(other, JobState.DONE)
    assert idle.runs == ["other"]


async def test_a_suspended_job_is_not_counted_as_interrupted(idle: WorkerHarness) -> None:
    job = await idle.submit("long")
    await idle.queue.claim()
    await idle.jobs.requeue(job.id, crashed=False, checkpoint="c" * 64)
    await idle.workers.recover()
    assert (await reload(idle.jobs, job)).interruptions == 0
