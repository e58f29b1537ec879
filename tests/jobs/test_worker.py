"""The worker: rows first, then words; faults cost what they must and no more."""

import asyncio
from dataclasses import replace

import pytest

from bot.community.guild_settings import GuildSettings, Screening
from bot.delivery.messenger import Card, UnreachableError
from bot.engine import EngineCrashedError, RunFailedError
from bot.jobs.job import Flag, Job, JobState
from bot.jobs.worker import BROKEN, CRASHED, LOST, REJECTED
from bot.store.database import Database
from bot.store.job_row import TransitionError
from tests.harness.channel import until
from tests.harness.job_requests import brought_to, found
from tests.harness.scripted_engine import picture_of
from tests.harness.worker import SMALL, SPIDERS, WorkerHarness, small

IN_PROMPT = (Flag("spiders", "prompt", 0.9), Flag("spiders", "picture", 0.8))
IN_PICTURE = (Flag("spiders", "picture", 0.8),)
SPIDER = "a spider"


def last(harness: WorkerHarness, job: Job) -> Card:
    return harness.channel.messages[job.batch_id][-1]


async def test_a_job_ends_with_its_picture_in_the_store_and_the_channel(harness: WorkerHarness) -> None:
    done = await harness.until(await harness.submit("a cat"), JobState.DONE)
    assert done.picture is not None
    assert await harness.pictures.get(done.picture) == picture_of(done.request)
    assert last(harness, done).pictures == {done.id: picture_of(done.request)}
    assert harness.channel.mentions == [(1, done.id)]
    await until(lambda: harness.posted == [done.id])
    assert done.timelapse is None


async def test_a_time_lapse_is_kept_where_the_host_wants_films(database: Database, idle: WorkerHarness) -> None:
    recording = WorkerHarness(database, idle.folder, timelapse=True)
    async with recording.at_work():
        done = await recording.until(await recording.submit(), JobState.DONE)
    assert done.timelapse is not None
    assert await recording.pictures.get(done.timelapse) == b"timelapse"
    await recording.close()


async def test_a_request_that_cannot_be_rendered_fails_at_once_with_the_reason(harness: WorkerHarness) -> None:
    harness.engine.faults["bad"] = RunFailedError("this cannot be drawn")
    failed = await harness.until(await harness.submit("bad"), JobState.FAILED)
    assert (failed.reason, failed.attempts) == ("this cannot be drawn", 0)
    assert harness.runs == ["bad"]
    await until(lambda: last(harness, failed).first_job.state is JobState.FAILED)


async def test_a_poison_job_is_given_up_after_its_second_crash_and_the_next_one_runs(harness: WorkerHarness) -> None:
    harness.engine.faults["poison"] = EngineCrashedError("died")
    poison, good = await harness.submit("poison"), await harness.submit("good", 2)
    failed = await harness.until(poison, JobState.FAILED)
    await harness.until(good, JobState.DONE)
    assert (failed.attempts, failed.reason) == (1, CRASHED)
    assert harness.runs == ["poison", "poison", "good"], "a crash costs no place"


async def test_a_bug_fails_its_job_in_words_and_the_next_one_runs(harness: WorkerHarness) -> None:
    harness.engine.faults["bug"] = ZeroDivisionError()
    failed = await harness.until(await harness.submit("bug"), JobState.FAILED)
    assert failed.reason == BROKEN
    await harness.until(await harness.submit("good"), JobState.DONE)


async def test_an_input_that_is_gone_fails_its_job_without_the_engine(harness: WorkerHarness) -> None:
    missing = small(request=replace(SMALL, init="a" * 64))
    (job,) = await harness.submit_batch([missing])
    assert (await harness.until(job, JobState.FAILED)).reason == "reason-input-gone"
    assert harness.runs == []


async def test_inputs_travel_with_their_request(harness: WorkerHarness) -> None:
    sha256 = await harness.pictures.put(b"input")
    (job,) = await harness.submit_batch([small(request=replace(SMALL, init=sha256))])
    await harness.until(job, JobState.DONE)
    assert harness.engine.tasks[0].blobs == {sha256: b"input"}


async def test_a_job_that_waits_is_cancelled_without_the_engine(harness: WorkerHarness) -> None:
    gate = harness.gate("first")
    first, second = await harness.submit("first"), await harness.submit("second", 2)
    await harness.at_gate(first)
    outcome = await harness.worker.cancel(second)
    assert (outcome.was, outcome.job.state) == (JobState.QUEUED, JobState.CANCELLED)
    gate.set()
    await harness.until(first, JobState.DONE)
    await until(lambda: last(harness, second).first_job.state is JobState.CANCELLED)
    assert harness.runs == ["first"]


async def test_a_job_that_runs_is_cancelled_in_the_engine_and_the_next_one_runs(harness: WorkerHarness) -> None:
    harness.gate("first")
    first, second = await harness.submit("first"), await harness.submit("second", 2)
    await harness.at_gate(first)
    outcome = await harness.worker.cancel(first)
    assert (outcome.was, outcome.job.state) == (JobState.RUNNING, JobState.CANCELLED)
    await harness.until(second, JobState.DONE)
    assert (await found(harness.jobs, first)).picture is None


async def test_a_job_that_is_cancelled_before_the_engine_has_it_never_gets_far(
    harness: WorkerHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    get = harness.pictures.get
    reading, cancelled = asyncio.Event(), asyncio.Event()

    async def slow(sha256: str) -> bytes:
        reading.set()
        await cancelled.wait()
        return await get(sha256)

    monkeypatch.setattr(harness.pictures, "get", slow)
    sha256 = await harness.pictures.put(b"input")
    harness.gate("slow")
    (job,) = await harness.submit_batch([small(request=replace(SMALL, prompt="slow", init=sha256))])
    await reading.wait()
    await harness.worker.cancel(job)
    cancelled.set()
    await until(lambda: harness.worker.running() is None)
    assert (await found(harness.jobs, job)).state is JobState.CANCELLED
    await harness.until(await harness.submit("next"), JobState.DONE)


async def test_a_job_that_has_ended_is_not_cancelled(harness: WorkerHarness) -> None:
    done = await harness.until(await harness.submit(), JobState.DONE)
    outcome = await harness.worker.cancel(done)
    assert (outcome.was, outcome.job) == (JobState.DONE, done)


async def test_a_run_that_is_finished_early_keeps_what_it_has_and_says_what_it_was(harness: WorkerHarness) -> None:
    harness.gate("long")
    job = await harness.submit("long")
    await harness.at_gate(job)
    waiting = await harness.submit("waiting", 2)
    assert not await harness.worker.finish_now(waiting)
    assert await harness.worker.finish_now(job)
    done = await harness.until(job, JobState.DONE)
    assert (done.request.stop, done.steps) == (0.25, 1)
    assert not await harness.worker.finish_now(done)


async def test_a_run_that_ends_while_the_bot_stops_is_posted_and_nothing_new_is_begun(harness: WorkerHarness) -> None:
    gate = harness.gate("last")
    job, waiting = await harness.submit("last"), await harness.submit("waiting", 2)
    await harness.at_gate(job)
    draining = asyncio.create_task(harness.worker.drain(5))
    await until(lambda: harness.clock.sleeps)
    assert harness.clock.sleeps == [5]
    gate.set()
    await draining
    assert harness.engine.wanted == ""
    assert (await found(harness.jobs, job)).state is JobState.DONE
    assert harness.channel.mentions == [(1, job.id)]
    assert (await found(harness.jobs, waiting)).state is JobState.QUEUED


async def test_a_run_that_is_suspended_is_resumed_by_the_next_worker_from_its_checkpoint(
    database: Database, harness: WorkerHarness
) -> None:
    harness.gate("long")
    job = await harness.submit("long")
    await harness.submit("other", 2)
    await harness.at_gate(job)
    await harness.suspend()
    suspended = await found(harness.jobs, job)
    assert (suspended.state, suspended.attempts) == (JobState.QUEUED, 0)
    assert suspended.checkpoint is not None
    assert await harness.pictures.get(suspended.checkpoint) == b"checkpoint of long"
    assert harness.channel.mentions == []

    after = WorkerHarness(database, harness.folder, channel=harness.channel)
    await after.worker.recover()
    async with after.at_work():
        await after.worker.catch_up()
        done = await after.until(job, JobState.DONE)
    await after.close()
    assert after.engine.tasks[0].checkpoint == b"checkpoint of long"
    assert after.runs[0] == "long", "being suspended costs no place"
    assert done.checkpoint is None
    assert harness.channel.mentions[0] == (1, job.id)


async def test_a_resumed_run_that_the_host_cuts_off_begins_at_its_checkpoint_again(idle: WorkerHarness) -> None:
    job = await brought_to(idle.jobs, JobState.RUNNING, small())
    await idle.jobs.requeue(job.id, crashed=False, checkpoint="c" * 64)
    await idle.queue.claim()
    await idle.worker.recover()
    again = await found(idle.jobs, job)
    assert (again.state, again.checkpoint, again.attempts) == (JobState.QUEUED, "c" * 64, 0)


async def test_a_checkpoint_that_is_gone_costs_only_the_steps_before_it(harness: WorkerHarness) -> None:
    harness.gate("long")
    job = await harness.submit("long")
    await harness.at_gate(job)
    await harness.suspend()
    suspended = await found(harness.jobs, job)
    assert suspended.checkpoint is not None
    await harness.pictures.drop({suspended.checkpoint})
    after = WorkerHarness(harness.database, harness.folder, channel=harness.channel)
    async with after.at_work():
        await after.until(job, JobState.DONE)
    await after.close()
    assert after.engine.tasks[0].checkpoint is None


async def test_a_job_that_is_cancelled_while_it_is_suspended_stays_cancelled(harness: WorkerHarness) -> None:
    harness.gate("long")
    job = await harness.submit("long")
    await harness.at_gate(job)
    await harness.jobs.finish(job.id, JobState.CANCELLED)
    await harness.suspend()
    assert (await found(harness.jobs, job)).state is JobState.CANCELLED


@pytest.mark.parametrize("flags", [IN_PROMPT, IN_PICTURE])
async def test_a_picture_in_which_something_is_found_is_covered(
    harness: WorkerHarness, flags: tuple[Flag, ...]
) -> None:
    harness.engine.flags[SPIDER] = flags
    done = await harness.until(await harness.submit(SPIDER, screening=Screening.SPOILER), JobState.DONE)
    assert (done.spoiler, done.flags) == (True, ("spiders",))
    assert last(harness, done).first_job.spoiler
    assert last(harness, done).pictures


async def test_without_screening_nothing_is_looked_for(harness: WorkerHarness) -> None:
    harness.engine.flags[SPIDER] = IN_PROMPT
    done = await harness.until(await harness.submit(SPIDER), JobState.DONE)
    assert (done.spoiler, done.flags) == (False, ())
    assert harness.engine.tasks[0].concepts == ()
    await harness.until(await harness.submit("a cat", screening=Screening.HOLD), JobState.DONE)
    assert harness.engine.tasks[1].concepts == (SPIDERS,)


async def test_what_a_screened_picture_starts_from_is_not_shown_on_the_way(harness: WorkerHarness) -> None:
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


async def test_a_held_picture_is_seen_by_nobody_until_a_moderator_approves_it(harness: WorkerHarness) -> None:
    harness.engine.flags[SPIDER] = IN_PICTURE
    held = await harness.until(await harness.submit(SPIDER, screening=Screening.HOLD), JobState.HELD)
    await until(lambda: last(harness, held).first_job.state is JobState.HELD)
    assert last(harness, held).pictures == {}
    assert (held.spoiler, harness.channel.mentions, harness.posted) == (True, [], [])
    await harness.until(await harness.submit("next", 2), JobState.DONE)
    await harness.worker.approve(held)
    await harness.until(held, JobState.DONE)
    assert last(harness, held).pictures == {held.id: picture_of(held.request)}
    assert (1, held.id) in harness.channel.mentions
    with pytest.raises(TransitionError):
        await harness.worker.approve(held)


async def test_a_picture_that_a_moderator_rejects_is_gone_for_good(harness: WorkerHarness) -> None:
    harness.engine.flags[SPIDER] = IN_PICTURE
    held = await harness.until(await harness.submit(SPIDER, screening=Screening.HOLD), JobState.HELD)
    assert held.picture is not None
    await harness.worker.reject(held)
    rejected = await found(harness.jobs, held)
    assert (rejected.state, rejected.reason, rejected.picture) == (JobState.CANCELLED, REJECTED, None)
    assert not await harness.pictures.has(held.picture)
    await until(lambda: last(harness, held).first_job.state is JobState.CANCELLED)
    assert all(
        not card.pictures or card.first_job.state is JobState.RUNNING for card in harness.channel.messages[held.id]
    )
    with pytest.raises(TransitionError):
        await harness.worker.reject(held)


@pytest.mark.parametrize("state", [JobState.QUEUED, JobState.RUNNING])
async def test_only_a_held_picture_can_be_rejected(idle: WorkerHarness, state: JobState) -> None:
    job = await brought_to(idle.jobs, state, small())
    with pytest.raises(TransitionError):
        await idle.worker.reject(job)
    assert await found(idle.jobs, job) == job


async def test_a_held_job_can_be_cancelled_by_its_owner(harness: WorkerHarness) -> None:
    harness.engine.flags[SPIDER] = IN_PICTURE
    held = await harness.until(await harness.submit(SPIDER, screening=Screening.HOLD), JobState.HELD)
    outcome = await harness.worker.cancel(held)
    assert (outcome.was, outcome.job.state) == (JobState.HELD, JobState.CANCELLED)
    assert harness.channel.mentions == []


async def test_a_slow_or_unreachable_channel_does_not_idle_the_engine(harness: WorkerHarness) -> None:
    harness.channel.refuses = lambda card: UnreachableError("down")
    first, second = await harness.submit("one"), await harness.submit("two", 2)
    await harness.until(first, JobState.POSTING)
    await harness.until(second, JobState.POSTING)
    assert harness.runs == ["one", "two"]
    harness.channel.refuses = lambda card: None
    await harness.until(first, JobState.DONE)
    await harness.until(second, JobState.DONE)


async def test_after_a_restart_what_ran_waits_again_and_what_was_to_be_posted_is_posted(idle: WorkerHarness) -> None:
    sha256 = await idle.pictures.put(b"finished before the crash")
    posting = await brought_to(idle.jobs, JobState.POSTING, small("posting", 2), picture=sha256)
    running = await brought_to(idle.jobs, JobState.RUNNING, small("running"))
    idle.channel.lost = {posting.id: 77}
    idle.channel.messages[77] = []
    await idle.worker.recover()
    waiting = await found(idle.jobs, running)
    assert (waiting.state, waiting.attempts) == (JobState.QUEUED, 0)
    await idle.worker.catch_up()
    # Jobs that are not that old may yet be shown by chat; these were asked for before the restart.
    for job in (posting, running):
        idle.job_messages.adopt(job)
    await idle.until(posting, JobState.DONE)
    assert idle.channel.messages[77][-1].pictures == {posting.id: b"finished before the crash"}
    assert idle.runs == []


async def test_a_picture_lost_before_it_was_posted_fails_in_words(idle: WorkerHarness) -> None:
    job = await brought_to(idle.jobs, JobState.POSTING, small())
    await idle.worker.catch_up()
    assert (await idle.until(job, JobState.FAILED)).reason == LOST
    erased = await brought_to(idle.jobs, JobState.POSTING, small(), picture=await idle.pictures.put(b"x"))
    await idle.jobs.drop_files([erased.id])
    await idle.worker.catch_up()
    assert (await idle.until(erased, JobState.FAILED)).reason == LOST


async def test_a_paused_server_waits_and_runs_again_when_it_is_resumed(harness: WorkerHarness) -> None:
    await harness.guilds.set(100, GuildSettings(paused="tea"))
    here, there = await harness.submit("here"), await harness.submit("there", guild_id=101)
    await harness.until(there, JobState.DONE)
    assert (await found(harness.jobs, here)).state is JobState.QUEUED
    await harness.guilds.set(100, GuildSettings())
    harness.worker.wake()
    await harness.until(here, JobState.DONE)


async def test_whoever_waits_is_shown_where_they_stand(harness: WorkerHarness) -> None:
    gate = harness.gate("first")
    first = await harness.submit("first")
    await harness.at_gate(first)
    second, third = await harness.submit("second", 2), await harness.submit("third", 3)
    await harness.worker.update_positions()
    await until(lambda: harness.channel.messages[third.id])
    assert (last(harness, second).position, last(harness, third).position) == (1, 2)
    gate.set()
    await harness.until(third, JobState.DONE)
