"""What members and moderators do to jobs: cancel, finish early, approve, reject."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from bot.community.guild_settings import Screening
from bot.jobs.job import Job, JobState
from bot.jobs.job_control import REJECTED
from bot.store.job_row import TransitionError
from tests.harness.channel import until
from tests.harness.job_requests import job_in_state, reload
from tests.harness.scripted_engine import picture_of
from tests.harness.worker import IN_PICTURE, SMALL, SPIDER, WorkerHarness, small


async def test_a_waiting_job_is_cancelled_without_the_engine(harness: WorkerHarness) -> None:
    gate = harness.gate("first")
    first, second = await harness.submit("first"), await harness.submit("second", 2)
    await harness.at_gate(first)
    outcome = await harness.job_control.cancel(second)
    assert (outcome.was, outcome.job.state) == (JobState.QUEUED, JobState.CANCELLED)
    gate.set()
    await harness.until(first, JobState.DONE)
    await until(lambda: harness.last_card(second).first_job.state is JobState.CANCELLED)
    assert harness.runs == ["first"]


async def test_a_running_job_is_cancelled_in_the_engine_and_the_next_one_runs(harness: WorkerHarness) -> None:
    harness.gate("first")
    first, second = await harness.submit("first"), await harness.submit("second", 2)
    await harness.at_gate(first)
    outcome = await harness.job_control.cancel(first)
    assert (outcome.was, outcome.job.state) == (JobState.RUNNING, JobState.CANCELLED)
    await harness.until(second, JobState.DONE)
    assert (await reload(harness.jobs, first)).picture is None


Change = Callable[[Job], Awaitable[object]]


async def changed_before_the_engine_has_it(
    harness: WorkerHarness, monkeypatch: pytest.MonkeyPatch, change: Change
) -> Job:
    """A job that is changed after the worker has claimed it and before the engine has its task."""
    get = harness.pictures.get
    reading, changed = asyncio.Event(), asyncio.Event()

    async def slow(sha256: str) -> bytes:
        reading.set()
        await changed.wait()
        return await get(sha256)

    monkeypatch.setattr(harness.pictures, "get", slow)
    sha256 = await harness.pictures.put(b"input")
    harness.gate("slow")
    (job,) = await harness.submit_batch([small(request=replace(SMALL, prompt="slow", init=sha256))])
    await reading.wait()
    await change(job)
    changed.set()
    await until(harness.current_runs.idle)
    return await reload(harness.jobs, job)


async def test_a_job_cancelled_before_the_engine_has_it_is_not_rendered(
    harness: WorkerHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = await changed_before_the_engine_has_it(harness, monkeypatch, harness.job_control.cancel)
    assert job.state is JobState.CANCELLED
    await harness.until(await harness.submit("next"), JobState.DONE)


async def test_a_job_finished_before_the_engine_has_it_ends_after_its_first_step(
    harness: WorkerHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = await changed_before_the_engine_has_it(harness, monkeypatch, harness.job_control.finish_now)
    assert (await harness.until(job, JobState.DONE)).steps == 1


async def test_a_finished_job_is_not_cancelled(harness: WorkerHarness) -> None:
    done = await harness.until(await harness.submit(), JobState.DONE)
    outcome = await harness.job_control.cancel(done)
    assert (outcome.was, outcome.job) == (JobState.DONE, done)


async def test_a_run_finished_early_keeps_its_picture_and_the_steps_that_were_made(harness: WorkerHarness) -> None:
    harness.gate("long")
    job = await harness.submit("long")
    await harness.at_gate(job)
    waiting = await harness.submit("waiting", 2)
    assert not await harness.job_control.finish_now(waiting)
    assert await harness.job_control.finish_now(job)
    done = await harness.until(job, JobState.DONE)
    assert (done.request.stop, done.steps) == (0.25, 1)
    assert not await harness.job_control.finish_now(done)


async def test_a_held_picture_is_posted_when_a_moderator_approves_it(harness: WorkerHarness) -> None:
    harness.engine.flags[SPIDER] = IN_PICTURE
    held = await harness.until(await harness.submit(SPIDER, screening=Screening.HOLD), JobState.HELD)
    await until(lambda: harness.last_card(held).first_job.state is JobState.HELD)
    assert harness.last_card(held).pictures == {}
    assert (held.spoiler, harness.channel.mentions, harness.posted) == (True, [], [])
    await harness.until(await harness.submit("next", 2), JobState.DONE)
    await harness.job_control.approve(held)
    await harness.until(held, JobState.DONE)
    assert harness.last_card(held).pictures == {held.id: picture_of(held.request)}
    assert (1, held.id) in harness.channel.mentions
    with pytest.raises(TransitionError):
        await harness.job_control.approve(held)


async def test_a_rejected_picture_is_deleted(harness: WorkerHarness) -> None:
    harness.engine.flags[SPIDER] = IN_PICTURE
    held = await harness.until(await harness.submit(SPIDER, screening=Screening.HOLD), JobState.HELD)
    assert held.picture is not None
    await harness.job_control.reject(held)
    rejected = await reload(harness.jobs, held)
    assert (rejected.state, rejected.reason, rejected.picture) == (JobState.CANCELLED, REJECTED, None)
    assert not await harness.pictures.has(held.picture)
    await until(lambda: harness.last_card(held).first_job.state is JobState.CANCELLED)
    assert all(
        not card.pictures or card.first_job.state is JobState.RUNNING for card in harness.channel.messages[held.id]
    )
    with pytest.raises(TransitionError):
        await harness.job_control.reject(held)


@pytest.mark.parametrize("state", [JobState.QUEUED, JobState.RUNNING])
async def test_only_a_held_picture_can_be_rejected(idle: WorkerHarness, state: JobState) -> None:
    job = await job_in_state(idle.jobs, state, small())
    with pytest.raises(TransitionError):
        await idle.job_control.reject(job)
    assert await reload(idle.jobs, job) == job


async def test_a_held_job_can_be_cancelled_by_its_owner(harness: WorkerHarness) -> None:
    harness.engine.flags[SPIDER] = IN_PICTURE
    held = await harness.until(await harness.submit(SPIDER, screening=Screening.HOLD), JobState.HELD)
    outcome = await harness.job_control.cancel(held)
    assert (outcome.was, outcome.job.state) == (JobState.HELD, JobState.CANCELLED)
    assert harness.channel.mentions == []
