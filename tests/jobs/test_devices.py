"""Several devices that claim from one queue: their order in virtual time, and what a crash of one does to its job."""

import asyncio
import heapq
import itertools
import random
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.engine import EngineAwayError, EngineCrashedError
from bot.jobs.job import Job, JobState
from bot.jobs.queue import Queue
from bot.jobs.worker import ATTEMPTS, CRASHED
from bot.jobs.worker_pool import SUSPEND_S
from bot.store.database import Database
from bot.store.jobs import Jobs
from tests.harness.channel import until
from tests.harness.job_requests import admit_all, job_request, reload
from tests.harness.scripted_engine import ScriptedEngine
from tests.harness.worker import WorkerHarness

PEOPLE = 6


def weight(person: int) -> int:
    """Jobs in a turn of this person, at most."""
    return 1 + person % 2


@dataclass
class QueueSimulation:
    """Random arrivals at devices of random speed whose runs crash at random, in virtual time.

    Attributes:
        running: The job of each busy device.
        starts: How often each job was started.
        others: By waiting person: the turns in which others have started since the person's own last start, or since
            the person began to wait; of each other person the last.
        turns: The jobs of each turn.
    """

    jobs: Jobs
    source: random.Random
    running: dict[int, Job] = field(default_factory=dict)
    starts: Counter[int] = field(default_factory=Counter)
    others: dict[int, dict[int, tuple[int, int]]] = field(default_factory=dict)
    turns: dict[int, set[int]] = field(default_factory=dict)

    async def run(self) -> None:
        """Runs until no job is left, and checks the order at each start."""
        source = self.source
        speeds = [source.choice((0.2, 1.0, 5.0)) for _ in range(source.randrange(1, 5))]
        self.crash_share = source.choice((0.0, 0.3))
        self.crashed: list[set[int]] = [set() for _ in speeds]
        self.queue = Queue(self.jobs)
        events = [(source.uniform(0, 20), number, -1) for number in range(25)]
        heapq.heapify(events)
        numbers = itertools.count(len(events))
        while events:
            now, _, device = heapq.heappop(events)
            await (self._arrive() if device < 0 else self._end(device))
            for idle in [place for place in range(len(speeds)) if place not in self.running]:
                without = self.crashed[idle] if len(speeds) > 1 else set()
                if (job := await self.queue.claim(str(idle), without)) is not None:
                    await self._check_order(job, without)
                    assert job.id not in [other.id for other in self.running.values()], "two devices run one job"
                    self.running[idle] = job
                    heapq.heappush(events, (now + source.uniform(0.5, 2) / speeds[idle], next(numbers), idle))

    async def _arrive(self) -> None:
        person = self.source.randrange(PEOPLE)
        count = self.source.choice((1, 1, 4))
        await self.jobs.admit([job_request(person, weight=weight(person)) for _ in range(count)], admit_all)
        self.others.setdefault(person, {})

    async def _end(self, device: int) -> None:
        job = self.running.pop(device)
        if self.source.random() >= self.crash_share or job.attempts + 1 == ATTEMPTS:
            await self.jobs.finish(job.id, JobState.FAILED)
            return
        await self.jobs.requeue(job.id, crashed=True)
        self.crashed[device].add(job.id)
        self.others.setdefault(job.requester_id, {})
        assert job.turn is not None
        self.turns[job.turn].discard(job.id)
        for turns in self.others.values():  # a start that crashed does not count
            if turns.get(job.requester_id, (0, 0))[1] == job.id:
                del turns[job.requester_id]

    async def _check_order(self, job: Job, without: set[int]) -> None:
        self.starts[job.id] += 1
        assert job.turn is not None
        turn_jobs = self.turns.setdefault(job.turn, set())
        turn_jobs.add(job.id)
        assert len(turn_jobs) <= weight(job.requester_id), "a turn has as many jobs as its person's weight"
        waiting = {entry.requester_id for entry in (await self.jobs.waiting())[0] if entry.id not in without}
        for person, turns in self.others.items():
            if person != job.requester_id:
                turn, _ = turns.get(job.requester_id, (job.turn, 0))
                assert turn == job.turn or person not in waiting, f"{job.requester_id} ran twice while {person} waited"
                turns[job.requester_id] = (job.turn, job.id)
        still = {entry.requester_id for entry in (await self.jobs.waiting())[0]}
        self.others = {person: turns for person, turns in self.others.items() if person in still}
        if job.requester_id in still:
            self.others[job.requester_id] = {}


@given(seed=st.integers(0, 10**6))
@settings(max_examples=8)
def test_on_all_devices_together_at_most_n_minus_1_turns_start_between_two_of_one_person(seed: int) -> None:
    """For n people who wait, whatever the speed of each device. No job runs twice at once, and none is lost.

    A turn is one job, or as many as the person's weight. Turns that crash do not count; nor do those of a device for
    a person all of whose waiting jobs crashed there.
    """

    async def story() -> None:
        database = await Database.open(Path(":memory:"))
        try:
            evening = QueueSimulation(Jobs(database), random.Random(seed))
            await evening.run()
            ended = await evening.jobs.in_state(JobState.FAILED)
            assert {job.id for job in ended} == set(evening.starts)
            assert len(ended) == (await database.fetch("SELECT count(*) FROM job"))[0][0]
            assert all(evening.starts[job.id] == job.attempts + 1 for job in ended)
        finally:
            await database.close()

    asyncio.run(story())


@pytest.fixture
async def pair(database: Database, tmp_path: Path) -> AsyncIterator[WorkerHarness]:
    """A harness with two devices at work."""
    harness = WorkerHarness(database, tmp_path, devices={"cuda:0": ScriptedEngine(), "cuda:1": ScriptedEngine()})
    async with harness.at_work():
        # Database reads are served in order, so each round lets a worker look for a job and find none.
        for _ in range(20):
            await harness.jobs.get(1)
            await asyncio.sleep(0)
        yield harness
    await harness.close()


async def on_both(harness: WorkerHarness) -> tuple[Job, Job]:
    """Two jobs that run, the first on the first device."""
    jobs = []
    for person, prompt in enumerate(("first", "second"), start=1):
        harness.gate(prompt)
        job = await harness.submit(prompt, person)
        await harness.at_gate(job)
        jobs.append(await reload(harness.jobs, job))
    assert [job.device for job in jobs] == ["cuda:0", "cuda:1"]
    return jobs[0], jobs[1]


async def test_two_devices_run_two_jobs_at_once_and_a_third_waits(pair: WorkerHarness) -> None:
    first, second = await on_both(pair)
    third = await pair.submit("third", 3)
    assert (await reload(pair.jobs, third)).state is JobState.QUEUED
    pair.gate("second").set()
    await pair.until(second, JobState.DONE)
    done = await pair.until(third, JobState.DONE)
    assert done.device == "cuda:1"
    assert (await reload(pair.jobs, first)).state is JobState.RUNNING
    pair.gate("first").set()
    await pair.until(first, JobState.DONE)
    assert sorted(pair.runs) == ["first", "second", "third"]


async def test_commands_reach_the_device_that_runs_the_job(pair: WorkerHarness) -> None:
    first, second = await on_both(pair)
    assert await pair.job_control.finish_now(second)
    assert (await pair.until(second, JobState.DONE)).steps == 1
    await pair.job_control.cancel(first)
    await until(pair.current_runs.idle)
    assert (await reload(pair.jobs, first)).state is JobState.CANCELLED
    assert [engine.wanted for engine in pair.engines.values()] == ["cancel", "finish"]


async def test_a_crash_ends_one_run_and_the_second_attempt_is_made_on_the_other_device(pair: WorkerHarness) -> None:
    first, second = await on_both(pair)
    pair.engines["cuda:0"].faults["first"] = EngineCrashedError("died")
    pair.gate("first").set()
    await pair.until(first, JobState.QUEUED)
    other = await pair.until(await pair.submit("other", 3), JobState.DONE)
    assert other.device == "cuda:0", "the device that crashed works again"
    assert (await reload(pair.jobs, first)).state is JobState.QUEUED, "it does not run there again"
    assert (await reload(pair.jobs, second)).state is JobState.RUNNING
    pair.gate("second").set()
    done = await pair.until(first, JobState.DONE)
    assert (done.device, done.attempts) == ("cuda:1", 1)
    await pair.until(second, JobState.DONE)


async def test_an_idle_device_takes_the_job_that_crashed_on_another(pair: WorkerHarness) -> None:
    pair.engines["cuda:0"].faults["poison"] = pair.engines["cuda:1"].faults["poison"] = EngineCrashedError("died")
    failed = await pair.until(await pair.submit("poison"), JobState.FAILED)
    assert failed.reason == CRASHED
    assert [[task.request.prompt for task in engine.tasks] for engine in pair.engines.values()] == [["poison"]] * 2
    await pair.until(await pair.submit("good", 2), JobState.DONE)


async def test_a_device_whose_engine_does_not_start_takes_no_jobs_until_it_does(pair: WorkerHarness) -> None:
    lost = pair.engines["cuda:0"]
    lost.faults["unlucky"] = lost.broken = EngineAwayError("the GPU has fallen off the bus")
    jobs = [await pair.submit(prompt, person) for person, prompt in enumerate(("unlucky", "second", "third"))]
    for job in jobs:
        done = await pair.until(job, JobState.DONE)
        assert (done.device, done.attempts) == ("cuda:1", 0)
    assert [server.available for server in pair.current_runs.servers()] == [False, True]
    text = pair.metrics.text().decode()
    assert 'imagine_device_available{device="cuda:0"} 0.0' in text
    assert 'imagine_device_available{device="cuda:1"} 1.0' in text
    lost.broken = None
    await pair.clock.slept()
    await until(lambda: pair.current_runs.servers()[0].available)
    again = []
    for person, prompt in enumerate(("fourth", "fifth")):
        pair.gate(prompt)
        again.append(await pair.submit(prompt, person))
        await pair.at_gate(again[-1])
    assert {(await reload(pair.jobs, job)).device for job in again} == {"cuda:0", "cuda:1"}


async def test_a_job_that_crashed_runs_on_the_same_device_while_the_other_is_lost(pair: WorkerHarness) -> None:
    lost, left = pair.engines["cuda:0"], pair.engines["cuda:1"]
    lost.faults["unlucky"] = lost.broken = EngineAwayError("the GPU has fallen off the bus")
    await pair.until(await pair.submit("unlucky"), JobState.DONE)
    left.faults["shaky"] = EngineCrashedError("died")
    pair.gate("shaky")
    job = await pair.submit("shaky", 2)
    await pair.at_gate(job)
    pair.gate("shaky").set()
    failed = await pair.until(job, JobState.FAILED)
    assert (failed.device, failed.attempts) == ("cuda:1", 1)


async def test_the_bot_stops_when_the_runs_of_both_devices_are_suspended(pair: WorkerHarness) -> None:
    first, second = await on_both(pair)
    draining = asyncio.create_task(pair.workers.drain(5))
    await pair.clock.slept()
    await draining
    assert pair.clock.now < 1_000_000.0 + 5 + SUSPEND_S
    for job in (first, second):
        suspended = await reload(pair.jobs, job)
        assert suspended.state is JobState.QUEUED
        assert suspended.checkpoint is not None


async def test_a_job_that_the_disk_refuses_waits_again_and_the_other_run_goes_on(pair: WorkerHarness) -> None:
    first, second = await on_both(pair)
    await pair.database.fetch("PRAGMA query_only = ON")
    pair.gate("first").set()
    await until(lambda: pair.clock.sleeps)
    await pair.database.fetch("PRAGMA query_only = OFF")
    await pair.clock.slept()
    await pair.until(first, JobState.DONE)
    assert (await reload(pair.jobs, second)).state is JobState.RUNNING
    pair.gate("second").set()
    await pair.until(second, JobState.DONE)
    assert sorted(pair.runs) == ["first", "first", "second"]


async def test_devices_that_claim_at_once_give_no_turn_twice(database: Database) -> None:
    jobs = Jobs(database)
    queue = Queue(jobs)
    ids = {job.id for person in range(8) for job in await jobs.admit([job_request(person)], admit_all)}
    claimed = await asyncio.gather(*(queue.claim(without=ids - {job_id}) for job_id in ids))
    assert sorted(job.turn or 0 for job in claimed if job is not None) == list(range(1, 9))
