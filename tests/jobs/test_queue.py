"""Fairness: round robin of people over all servers, with weights, bumps and paused servers."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.jobs.job import JobState
from bot.jobs.queue import Queue
from bot.store.database import Database
from bot.store.jobs import Jobs
from tests.harness.job_requests import admit_all, job_request

SEEDS = st.integers(0, 10**6)


def run_on_empty_store(story: Callable[[Jobs, set[int]], Awaitable[None]]) -> None:
    """Runs a coroutine function with an empty store and a set of paused servers."""

    async def run() -> None:
        database = await Database.open(Path(":memory:"))
        try:
            await story(Jobs(database), set())
        finally:
            await database.close()

    asyncio.run(run())


@given(seed=SEEDS)
@settings(max_examples=12)
def test_with_n_people_at_most_n_minus_1_jobs_run_between_two_of_the_same_person(seed: int) -> None:
    """Nobody runs twice while somebody else waits, in whichever servers they are."""

    async def story(jobs: Jobs, paused: set[int]) -> None:
        source = random.Random(seed)
        queue = Queue(jobs)
        since: dict[int, set[int]] = {}  # by waiting person: who has run since they last ran, or began to wait
        for _ in range(40):
            for _ in range(source.choice((0, 1, 1, 2, 5))):
                person = source.randrange(5)
                count = source.choice((1, 1, 1, 4))
                await jobs.admit([job_request(person, guild_id=source.randrange(3)) for _ in range(count)], admit_all)
                since.setdefault(person, set())
            if (job := await queue.claim()) is None:
                continue
            await jobs.finish(job.id, JobState.FAILED)
            for person, others in since.items():
                if person != job.requester_id:
                    assert job.requester_id not in others, f"{job.requester_id} ran twice while {person} waited"
                    others.add(job.requester_id)
            waiting = {entry.requester_id for entry in (await jobs.waiting())[0]}
            since = {person: others for person, others in since.items() if person in waiting}
            if job.requester_id in waiting:
                since[job.requester_id] = set()

    run_on_empty_store(story)


@given(seed=SEEDS)
@settings(max_examples=40)
def test_the_shown_order_is_the_order_in_which_jobs_run(seed: int) -> None:
    """With weights, bumps, crashes, cancels and pauses."""

    async def story(jobs: Jobs, paused: set[int]) -> None:
        source = random.Random(seed)
        queue = Queue(jobs, lambda: frozenset(paused))
        for _ in range(source.randrange(1, 25)):
            person = source.randrange(6)
            weight = 1 + person % 3
            await jobs.admit([job_request(person, weight=weight, guild_id=source.randrange(3))], admit_all)
            if source.random() < 0.3 and (job := await queue.claim()) is not None:
                if source.random() < 0.3:
                    await jobs.requeue(job.id, crashed=True)
                else:
                    await jobs.finish(job.id, JobState.FAILED)
            if source.random() < 0.2 and (waiting := (await jobs.waiting())[0]):
                await jobs.bump(source.choice(waiting).id)
            if source.random() < 0.1 and (waiting := (await jobs.waiting())[0]):
                await jobs.finish(source.choice(waiting).id, JobState.CANCELLED)
        if source.random() < 0.3:
            paused.add(source.randrange(3))
        promised = await queue.order()
        ran = []
        while (job := await queue.claim()) is not None:
            ran.append(job.id)
            assert job.guild_id not in paused
            await jobs.finish(job.id, JobState.FAILED)
        assert ran == promised
        left = (await jobs.waiting())[0]
        assert all(entry.guild_id in paused for entry in left)

    run_on_empty_store(story)


async def test_new_users_queue_ahead_of_the_next_job_of_the_user_being_served(jobs: Jobs) -> None:
    queue = Queue(jobs)
    for _ in range(3):
        await jobs.admit([job_request(1)], admit_all)
    await queue.claim()
    await jobs.admit([job_request(2)], admit_all)
    await jobs.admit([job_request(3)], admit_all)
    assert await queue.order() == [1004, 1005, 1002, 1003]


async def test_a_weight_of_three_gives_three_turns_in_a_round(jobs: Jobs) -> None:
    queue = Queue(jobs)
    for _ in range(7):
        await jobs.admit([job_request(1, weight=3)], admit_all)
    for _ in range(3):
        await jobs.admit([job_request(2)], admit_all)
    owners = []
    while (job := await queue.claim()) is not None:
        owners.append(job.requester_id)
        await jobs.finish(job.id, JobState.FAILED)
    assert owners == [1, 1, 1, 2, 1, 1, 1, 2, 1, 2]


async def test_a_bumped_job_is_next_and_uses_its_requester_s_turn(jobs: Jobs) -> None:
    queue = Queue(jobs)
    for person in (1, 1, 2, 3):
        await jobs.admit([job_request(person)], admit_all)
    assert await jobs.bump(1002)
    assert await queue.order() == [1002, 1003, 1004, 1001]
    assert not await jobs.bump(9999)


async def test_a_crash_costs_a_job_no_place(jobs: Jobs) -> None:
    queue = Queue(jobs)
    (first,) = await jobs.admit([job_request(1)], admit_all)
    await jobs.admit([job_request(2)], admit_all)
    await queue.claim()
    requeued = await jobs.requeue(first.id, crashed=True)
    assert requeued.attempts == 1
    assert (await queue.order())[0] == first.id


async def test_a_crash_gives_its_requester_no_second_turn(jobs: Jobs) -> None:
    queue = Queue(jobs)
    for person in (1, 1, 1, 2):
        await jobs.admit([job_request(person, weight=2)], admit_all)
    crashed = await queue.claim()
    assert crashed is not None
    await jobs.requeue(crashed.id, crashed=True)
    promised = await queue.order()
    assert promised == [1001, 1002, 1004, 1003]
    for job_id in promised:
        claimed = await queue.claim()
        assert claimed is not None
        assert claimed.id == job_id
        await jobs.finish(job_id, JobState.FAILED)


async def test_a_running_job_can_be_cancelled_and_an_ended_one_is_left_alone(jobs: Jobs) -> None:
    queue = Queue(jobs)
    (job,) = await jobs.admit([job_request()], admit_all)
    running = await queue.claim()
    assert running is not None
    outcome = await queue.cancel(running)
    assert (outcome.was, outcome.job.state) == (JobState.RUNNING, JobState.CANCELLED)
    repeated = await queue.cancel(job)
    assert (repeated.was, repeated.job.state) == (JobState.CANCELLED, JobState.CANCELLED)


@pytest.fixture
async def jobs(database: Database) -> Jobs:
    return Jobs(database)
