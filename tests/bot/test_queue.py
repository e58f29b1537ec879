"""Fairness: one flat ring of people."""

import asyncio
import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.job import JobState
from bot.queue import Queue
from bot.store.database import Database
from bot.store.jobs import Jobs
from tests.bot.asks import ask


@given(seed=st.integers(0, 10**6))
@settings(max_examples=25, deadline=None)
def test_with_n_people_at_most_n_minus_1_jobs_run_between_two_of_ones_own(seed: int) -> None:
    async def story() -> None:
        source = random.Random(seed)
        database = await Database.open(Path(":memory:"))
        jobs = Jobs(database)
        queue = Queue(jobs)
        try:
            since: dict[int, set[int]] = {}  # by waiting person: who has run since they last ran, or began to wait
            for _ in range(60):
                for _ in range(source.choice((0, 1, 1, 2, 5))):
                    person = source.randrange(5)
                    await jobs.admit(ask(person), lambda counts: None)
                    since.setdefault(person, set())
                if (job := await queue.claim()) is None:
                    continue
                await jobs.finish(job.id, JobState.FAILED)
                for person, others in since.items():
                    if person != job.requester_id:
                        assert job.requester_id not in others, f"{job.requester_id} ran twice while {person} waited"
                        others.add(job.requester_id)
                waiting = {entry.requester_id for entry in await jobs.waiting()}
                since = {person: others for person, others in since.items() if person in waiting}
                if job.requester_id in waiting:
                    since[job.requester_id] = set()
        finally:
            await database.close()

    asyncio.run(story())


@given(seed=st.integers(0, 10**6))
@settings(max_examples=25, deadline=None)
def test_the_shown_order_is_the_order_in_which_jobs_run(seed: int) -> None:
    async def story() -> None:
        source = random.Random(seed)
        database = await Database.open(Path(":memory:"))
        jobs = Jobs(database)
        queue = Queue(jobs)
        try:
            for _ in range(source.randrange(1, 25)):
                await jobs.admit(ask(source.randrange(6)), lambda counts: None)
                if source.random() < 0.3 and (job := await queue.claim()) is not None:
                    await jobs.finish(job.id, JobState.FAILED)
            promised = await queue.positions()
            ran = []
            while (job := await queue.claim()) is not None:
                ran.append(job.id)
                await jobs.finish(job.id, JobState.FAILED)
            assert ran == sorted(promised, key=lambda job_id: promised[job_id])
        finally:
            await database.close()

    asyncio.run(story())


async def test_a_crash_costs_a_job_no_place(jobs: Jobs) -> None:
    queue = Queue(jobs)
    first = await jobs.admit(ask(1), lambda counts: None)
    await jobs.admit(ask(2), lambda counts: None)
    await queue.claim()
    requeued = await jobs.requeue(first.id, crashed=True)
    assert requeued.attempts == 1
    assert await queue.position(first.id) == 1


async def test_a_running_job_can_be_cancelled_and_an_ended_one_is_left_alone(jobs: Jobs) -> None:
    queue = Queue(jobs)
    job = await jobs.admit(ask(), lambda counts: None)
    running = await queue.claim()
    assert running is not None
    outcome = await queue.cancel(running)
    assert (outcome.was, outcome.job.state) == (JobState.RUNNING, JobState.CANCELLED)
    again = await queue.cancel(job)
    assert (again.was, again.job.state) == (JobState.CANCELLED, JobState.CANCELLED)


@pytest.fixture
async def jobs(database: Database) -> Jobs:
    return Jobs(database)
