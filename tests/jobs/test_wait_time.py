"""Estimated waiting times are right: a busy queue in virtual time, with the real queue and a real database."""

import asyncio
import itertools
import random
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from bot.delivery.message_state import worth_an_edit
from bot.jobs.job import JobState
from bot.jobs.queue import Queue
from bot.jobs.wait_time import QueuePosition, RunningJob, Server, WaitTimeEstimator, duration, remaining
from bot.store.database import Database
from bot.store.history import History, Load, Pace
from bot.store.jobs import Jobs
from guidance.request.request import Request
from tests.harness.job_requests import SettableClock, admit_all, job_request

SIDES = (192, 256, 320, 384)
STEPS = (40, 80, 80, 150)
NOISE = 0.1
SHORTEST_WAIT_S = 30.0
"""About two runs. A single new request can change a shorter wait."""
TOLERANCE = 0.3


@dataclass(frozen=True)
class ShownEta:
    """An ETA that a message showed; `first` if it was the first for its job."""

    job_id: int
    at: float
    start_at: float
    first: bool


@dataclass(frozen=True)
class SimulatedRun:
    """A run: its job, when it began, the seconds of a step, and when it ends."""

    job_id: int
    began_at: float
    pace: float
    ends_at: float


@dataclass
class QueueSimulation:
    """Members send requests at random times; each simulated device runs one job at a time.

    Attributes:
        load: Share of the time in which the devices are busy.
        people: Number of members.
        batches: Share of submissions with four pictures.
        favoured: Share of members with a weight of 3.
        speeds: Of each device.
    """

    database: Database
    seed: int
    load: float = 0.9
    people: int = 40
    batches: float = 0.0
    favoured: float = 0.0
    clock: SettableClock = field(default_factory=SettableClock)
    speeds: tuple[float, ...] = (1.0,)
    running: dict[int, SimulatedRun] = field(default_factory=dict)
    started: dict[int, float] = field(default_factory=dict)
    shown: list[ShownEta] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.source = random.Random(self.seed)
        self.jobs = Jobs(self.database, self.clock)
        self.queue = Queue(self.jobs)
        self.estimator = WaitTimeEstimator(self.queue, History(self.database, self.clock), self._servers, self.clock)
        self.last: dict[int, QueuePosition] = {}

    def _servers(self) -> list[Server]:
        return [Server(f"cuda:{place}", self._running(place)) for place in range(len(self.speeds))]

    def _running(self, place: int) -> RunningJob | None:
        run = self.running.get(place)
        if run is None:
            return None
        return RunningJob(run.job_id, run.began_at, int((self.clock.now - run.began_at) / run.pace))

    async def run(self, submissions: int) -> None:
        """Runs the simulation until all submissions, after a few jobs that make the paces known, are done."""
        mean = sum(STEPS) / len(STEPS) * sum(seconds(side) for side in SIDES) / len(SIDES)
        gap = mean * (1 + 3 * self.batches) / self.load / sum(self.speeds)
        await self._warm_up()
        left, arrives_at = submissions, self.clock.now
        while left or self.running:
            ends = min(self.running, key=lambda place: self.running[place].ends_at, default=None)
            if left and (ends is None or arrives_at <= self.running[ends].ends_at):
                self.clock.now = arrives_at
                await self._arrive()
                left -= 1
                arrives_at += self.source.expovariate(1 / gap)
            elif ends is not None:
                await self._end(ends)
            for place in range(len(self.speeds)):
                if place not in self.running:
                    await self._begin(place)
            await self._record_etas()

    async def _warm_up(self) -> None:
        for side, place in itertools.product(SIDES[::2], range(len(self.speeds))):
            # The paces of the other sizes are estimated from these.
            await self.jobs.admit([job_request(request=request(side, 80))], admit_all)
            await self._begin(place)
            await self._end(place)

    async def _arrive(self) -> None:
        person = self.source.randrange(1, 1 + self.people)
        wanted = request(self.source.choice(SIDES), self.source.choice(STEPS))
        count = 4 if self.source.random() < self.batches else 1
        weight = 3 if person <= self.favoured * self.people else 1
        guild = self.source.randrange(3)
        await self.jobs.admit([job_request(person, request=wanted, weight=weight, guild_id=guild)] * count, admit_all)

    async def _begin(self, place: int) -> None:
        job = await self.queue.claim(f"cuda:{place}")
        if job is not None:
            pace = seconds(job.request.width) * self.source.uniform(1 - NOISE, 1 + NOISE) / self.speeds[place]
            self.running[place] = SimulatedRun(job.id, self.clock.now, pace, self.clock.now + pace * job.steps)
            self.started[job.id] = self.clock.now

    async def _end(self, place: int) -> None:
        run = self.running.pop(place)
        self.clock.now = run.ends_at
        await self.jobs.render_done(run.job_id, "0" * 64, 0.5, run.ends_at - run.began_at)
        await self.jobs.finish(run.job_id, JobState.DONE)

    async def _record_etas(self) -> None:
        """Records the ETA of each message's next job, if the message would be edited now."""
        seen = set()
        for queue_position in await self.estimator.positions():
            if queue_position.batch_id in seen:
                continue
            seen.add(queue_position.batch_id)
            before = self.last.get(queue_position.batch_id)
            if worth_an_edit(before, queue_position, self.clock.now) and queue_position.start_at is not None:
                first = before is None or before.job_id != queue_position.job_id
                self.shown.append(ShownEta(queue_position.job_id, self.clock.now, queue_position.start_at, first))
                self.last[queue_position.batch_id] = queue_position

    def hits(self, *, first: bool) -> list[bool]:
        """For each ETA of a wait of at least SHORTEST_WAIT_S: True if it was right within TOLERANCE."""
        waits = [(entry, self.started[entry.job_id] - entry.at) for entry in self.shown if entry.first is first]
        return [
            abs(entry.start_at - entry.at - wait) <= TOLERANCE * wait
            for entry, wait in waits
            if wait >= SHORTEST_WAIT_S
        ]


def seconds(side: int) -> float:
    """Seconds of one step: a constant for the views, and a part for the canvas."""
    return 0.06 + 0.08 * (side / 256) ** 2


def request(side: int, steps: int) -> Request:
    return Request.resolve("a cat", seed=1, width=side, height=side, steps=steps)


SCENES: dict[str, dict[str, object]] = {
    "busy": {},
    "nearly too much": {"load": 0.97, "people": 25},
    "too much": {"load": 1.1, "people": 60},
    "variations of four": {"load": 0.85, "batches": 0.15, "people": 30},
    "weights": {"favoured": 0.1, "people": 40},
    "two devices": {"speeds": (2.0, 0.5), "load": 1.0},
}


def _simulate(scene: str, seeds: int, submissions: int, *, first: bool) -> list[list[bool]]:
    """For each seed, which ETAs were right."""

    async def simulate(seed: int) -> list[bool]:
        database = await Database.open(Path(":memory:"))
        try:
            simulation = QueueSimulation(database, seed, **SCENES[scene])  # type: ignore[arg-type]
            await simulation.run(submissions)
            return simulation.hits(first=first)
        finally:
            await database.close()

    return [asyncio.run(simulate(seed)) for seed in range(seeds)]


def _share(hits: list[bool]) -> float:
    return sum(hits) / len(hits)


@pytest.mark.parametrize("scene", ["busy", "nearly too much", "variations of four", "two devices"])
def test_nine_of_ten_first_etas_are_right(scene: str) -> None:
    """Within 30 %, for waits of at least 30 s, about two runs."""
    hits = list(itertools.chain(*_simulate(scene, seeds=2, submissions=70, first=True)))
    assert len(hits) > 40
    assert _share(hits) >= 0.9


@pytest.mark.parametrize("scene", ["busy"])
def test_nine_of_ten_edited_etas_are_right(scene: str) -> None:
    hits = list(itertools.chain(*_simulate(scene, seeds=2, submissions=70, first=False)))
    assert len(hits) > 40
    assert _share(hits) >= 0.9


@pytest.mark.torture
@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("scene", SCENES)
def test_nine_of_ten_etas_are_right_in_long_simulations(scene: str, first: bool) -> None:
    """Over ten seeds together; and, as each has only some dozens, somewhat fewer for each seed.

    Where one device is four times as fast as the other, an ETA that has to be edited is one that hangs on which of them
    is free first, so fewer are right (0.89).
    """
    least = 0.85 if scene == "two devices" and not first else 0.9
    simulations = _simulate(scene, seeds=10, submissions=300, first=first)
    assert _share(list(itertools.chain(*simulations))) >= least
    assert all(_share(hits) >= least - 0.1 for hits in simulations)


LOAD = Load(1, 1, 100, "pocket", 256 * 256, 32)


def test_the_duration_follows_the_pace_of_runs_of_the_same_kind() -> None:
    paces = [Pace("pocket", 256 * 256, 16, 9.0), Pace("pocket", 256 * 256, 32, 0.5), Pace("big", 256 * 256, 32, 7.0)]
    assert duration(LOAD, paces) == 50.0


def test_the_duration_of_a_new_kind_is_estimated_from_the_most_similar_of_its_model() -> None:
    paces = [Pace("pocket", 512 * 512, 32, 1.0), Pace("pocket", 64 * 64, 4, 0.01), Pace("big", 256 * 256, 32, 7.0)]
    guess = duration(LOAD, paces)
    assert guess is not None
    assert 100 * 1.0 / 4 <= guess <= 100 * 1.0
    assert duration(replace(LOAD, model="new"), paces) is None
    assert duration(LOAD, []) is None


def test_the_duration_on_another_canvas_follows_its_own_pace_and_before_that_its_cost() -> None:
    plain = Pace("pocket", 256 * 256, 32, 0.5)
    latent = replace(LOAD, canvas="latent hf-hub:a/b", canvas_cost=6.0)
    assert duration(latent, [plain]) == 300.0
    assert duration(latent, [plain, replace(plain, seconds=4.0, canvas="latent hf-hub:a/b", canvas_cost=6.0)]) == 400.0
    small = Pace("pocket", 128 * 128, 32, 1.0, "", "latent hf-hub:a/b", 6.0)
    assert duration(latent, [plain, small]) == 200.0, "by the nearest of its canvas"
    assert duration(LOAD, [plain, small]) == 50.0


def test_the_remaining_time_follows_the_run_s_own_pace_after_enough_steps() -> None:
    paces = [Pace("pocket", 256 * 256, 32, 0.5)]
    assert remaining(RunningJob(1, 0.0, 1), LOAD, paces, now=10.0) == 40.0
    assert remaining(RunningJob(1, 0.0, 50), LOAD, paces, now=100.0) == 100.0
    assert remaining(RunningJob(1, 0.0, 1), LOAD, paces, now=99.0) == 0.0, "a late run has 0 s left, not less"
    assert remaining(RunningJob(1, 0.0, 1), LOAD, [], now=10.0) is None


async def test_without_a_known_pace_queue_positions_have_no_start_time(database: Database) -> None:
    clock = SettableClock()
    jobs = Jobs(database, clock)
    paused = {101}
    estimator = WaitTimeEstimator(
        Queue(jobs, lambda: frozenset(paused)), History(database, clock), lambda: [Server("")], clock
    )
    first, second = [(await jobs.admit([job_request(person, guild_id=100)], admit_all))[0] for person in (1, 2)]
    (there,) = await jobs.admit([job_request(3, guild_id=101)], admit_all)
    assert await estimator.positions() == [
        QueuePosition(first.id, first.id, 1, clock.now, 100),
        QueuePosition(second.id, second.id, 2, None, 100),
    ]
    paused.clear()
    assert [(entry.job_id, entry.position) for entry in await estimator.positions()][2:] == [(there.id, 3)]


async def test_expected_new_requests_delay_only_later_jobs_of_a_person(database: Database) -> None:
    """A person's first job starts before new requests, and their second after them."""
    clock = SettableClock()
    jobs = Jobs(database, clock)
    estimator = WaitTimeEstimator(Queue(jobs), History(database, clock), lambda: [Server("")], clock)
    for person in range(10, 40):
        (job,) = await jobs.admit([job_request(person, steps=100)], admit_all)
        claimed = await Queue(jobs).claim()
        assert claimed == await jobs.get(job.id)
        clock.now += 50
        await jobs.render_done(job.id, "0" * 64, 0.5, 50.0)
        await jobs.finish(job.id, JobState.DONE)
    for person in (1, 1, 2):
        await jobs.admit([job_request(person, steps=100)], admit_all)
    starts = [queue_position.start_at for queue_position in await estimator.positions()]
    assert starts[:2] == [clock.now, clock.now + 50]
    assert starts[2] is not None
    assert clock.now + 100 < starts[2] < clock.now + 160


async def test_each_job_starts_on_the_device_that_is_free_first(database: Database) -> None:
    """The first device is twice as fast as the second; both are idle, and five people wait."""
    clock = SettableClock()
    jobs = Jobs(database, clock)
    servers = [Server("fast"), Server("slow"), Server("lost", available=False)]
    estimator = WaitTimeEstimator(Queue(jobs), History(database, clock), lambda: servers, clock)
    for device, spent in (("fast", 50.0), ("slow", 100.0)):
        (job,) = await jobs.admit([job_request(9, steps=100)], admit_all)
        await Queue(jobs).claim(device)
        await jobs.render_done(job.id, "0" * 64, 0.5, spent)
        await jobs.finish(job.id, JobState.DONE)
    clock.now += 3600  # nobody is expected to join
    for person in range(1, 6):
        await jobs.admit([job_request(person, steps=100)], admit_all)
    waits = [(entry.start_at or 0) - clock.now for entry in await estimator.positions()]
    assert waits == [0, 0, 50, 100, 100]
    servers[:] = [Server("lost", available=False)]
    assert [entry.start_at for entry in await estimator.positions()] == [None] * 5
