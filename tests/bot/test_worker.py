"""The worker: rows first, then words; faults cost what they must and no more."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot import logs
from bot.announce import Announcer
from bot.engine import EngineCrashedError, RunCancelledError, RunFailedError
from bot.job import Job, JobState, Progress, Result
from bot.messenger import ChannelGoneError, UnreachableError
from bot.metrics import Metrics
from bot.queue import Queue
from bot.store.database import Database
from bot.store.jobs import Jobs
from bot.store.pictures import Pictures
from bot.worker import Worker
from tests.bot.asks import ask
from tests.bot.test_announce import Channel


@dataclass
class ScriptedEngine:
    """An engine whose faults a test chooses by prompt; it waits at `gate` where one is given."""

    faults: dict[str, Exception] = field(default_factory=dict)
    gates: dict[str, asyncio.Event] = field(default_factory=dict)
    runs: list[str] = field(default_factory=list)
    cancelled: bool = False

    async def start(self) -> str:
        return "nothing"

    async def run(self, order: Order) -> AsyncGenerator[Progress | Result | PutAside, None]:
        request = order.request
        self.cancelled = False
        self.runs.append(request.prompt)
        yield Progress(1, 2, preview=b"preview")
        if request.prompt in self.gates:
            await self.gates[request.prompt].wait()
        if request.prompt in self.faults:
            raise self.faults[request.prompt]
        if self.cancelled:
            raise RunCancelledError
        yield Result(b"png of " + request.prompt.encode(), 0.5, 1.0, request.steps, request)

    async def cancel(self) -> None:
        self.cancelled = True

    async def finish(self) -> None:
        raise NotImplementedError

    async def put_aside(self) -> None:
        raise NotImplementedError

    async def close(self) -> None:
        pass


@dataclass
class House:
    """A worker and everything around it."""

    jobs: Jobs
    worker: Worker
    engine: ScriptedEngine
    channel: Channel
    announcer: Announcer
    metrics: Metrics

    async def ask(self, prompt: str, requester_id: int = 1) -> Job:
        """Lets a job in and shows it, as chat does."""
        job = await self.jobs.admit(ask(requester_id, prompt=prompt), lambda counts: None)
        self.channel.messages[job.id] = []
        await self.announcer.opened(job, job.id)
        self.worker.wake()
        return job

    async def state(self, job: Job) -> JobState:
        now = await self.jobs.get(job.id)
        assert now is not None
        return now.state

    async def until(self, job: Job, state: JobState) -> Job:
        """Waits for a state."""
        async with asyncio.timeout(5):
            while await self.state(job) is not state:
                await asyncio.sleep(0.005)
        now = await self.jobs.get(job.id)
        assert now is not None
        return now


@pytest.fixture
def engine() -> ScriptedEngine:
    return ScriptedEngine()


@pytest.fixture
async def idle(database: Database, tmp_path: Path, engine: ScriptedEngine) -> AsyncIterator[House]:
    """A house whose worker does not run yet."""
    channel = Channel()
    jobs = Jobs(database)
    announcer = Announcer(jobs, channel, interval_s=0.01, mention_after_s=0)
    metrics = Metrics()
    worker = Worker(jobs, Queue(jobs), Pictures(tmp_path), engine, announcer, metrics)
    yield House(jobs, worker, engine, channel, announcer, metrics)
    await worker.close()
    await announcer.close()


@pytest.fixture
async def house(idle: House) -> AsyncIterator[House]:
    """A house at work."""
    task = asyncio.create_task(idle.worker.run())
    yield idle
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_a_job_ends_with_its_picture_in_the_store_and_the_channel(house: House, tmp_path: Path) -> None:
    done = await house.until(await house.ask("a cat"), JobState.DONE)
    assert done.picture is not None
    assert await Pictures(tmp_path).get(done.picture) == b"png of a cat"
    assert house.channel.messages[done.id][-1].picture == b"png of a cat"
    assert house.channel.mentions == [done.id]


async def test_a_request_that_cannot_be_rendered_fails_at_once_with_the_reason(house: House) -> None:
    house.engine.faults["bad"] = RunFailedError("this cannot be drawn")
    failed = await house.until(await house.ask("bad"), JobState.FAILED)
    assert (failed.reason, failed.attempts) == ("this cannot be drawn", 0)
    assert house.engine.runs == ["bad"]


async def test_a_poison_job_is_given_up_after_its_second_crash_and_the_next_one_runs(house: House) -> None:
    house.engine.faults["poison"] = EngineCrashedError("died")
    poison, good = await house.ask("poison"), await house.ask("good", 2)
    failed = await house.until(poison, JobState.FAILED)
    await house.until(good, JobState.DONE)
    assert failed.attempts == 1
    assert "crashed twice" in (failed.reason or "")
    assert house.engine.runs.count("poison") == 2


async def test_a_bug_fails_its_job_in_words_and_the_next_one_runs(house: House) -> None:
    house.engine.faults["bug"] = ZeroDivisionError()
    failed = await house.until(await house.ask("bug"), JobState.FAILED)
    assert "went wrong on this side" in (failed.reason or "")
    await house.until(await house.ask("good"), JobState.DONE)


async def test_a_job_cancelled_while_it_runs_frees_the_engine_and_posts_nothing(house: House) -> None:
    gate = house.engine.gates["slow"] = asyncio.Event()
    slow = await house.ask("slow")
    running = await house.until(slow, JobState.RUNNING)
    outcome = await house.worker.cancel(running)
    assert outcome.job.state is JobState.CANCELLED
    gate.set()
    await house.until(await house.ask("next"), JobState.DONE)
    assert await house.state(slow) is JobState.CANCELLED
    assert not any(card.job.state is JobState.POSTING for card in house.channel.messages[slow.id])


async def test_a_job_cancelled_with_its_last_step_stays_cancelled(house: House) -> None:
    gate = house.engine.gates["slow"] = asyncio.Event()
    running = await house.until(await house.ask("slow"), JobState.RUNNING)
    await house.worker.cancel(running)
    house.engine.cancelled = False  # too late: the engine has made the picture already
    gate.set()
    await house.until(await house.ask("next"), JobState.DONE)
    assert await house.state(running) is JobState.CANCELLED


async def test_an_unreachable_discord_does_not_idle_the_gpu(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    down = asyncio.Event()
    edit = house.channel.edit

    async def edit_later(message_id: int, card: object) -> None:
        if not down.is_set():
            raise UnreachableError("down")
        await edit(message_id, card)  # type: ignore[arg-type]

    monkeypatch.setattr(house.channel, "edit", edit_later)
    first, second = await house.ask("one"), await house.ask("two", 2)
    await house.until(first, JobState.POSTING)
    await house.until(second, JobState.POSTING)
    assert house.engine.runs == ["one", "two"]
    down.set()
    await house.until(first, JobState.DONE)
    await house.until(second, JobState.DONE)


async def test_after_a_restart_what_ran_waits_again_and_what_was_to_be_posted_is_posted(
    idle: House, tmp_path: Path
) -> None:
    running, posting = await idle.ask("running"), await idle.ask("posting", 2)
    await idle.jobs.claim(lambda waiting: waiting[0])
    await idle.jobs.claim(lambda waiting: waiting[0])
    sha256 = await Pictures(tmp_path).put(b"finished before the crash")
    await idle.jobs.render_done(posting.id, sha256, 0.5, 1.0)

    await idle.worker.recover()
    waiting = await idle.jobs.get(running.id)
    assert waiting is not None
    assert (waiting.state, waiting.attempts) == (JobState.QUEUED, 0)
    await idle.worker.catch_up()
    await idle.until(posting, JobState.DONE)
    assert idle.channel.messages[posting.id][-1].picture == b"finished before the crash"
    assert idle.engine.runs == []


async def test_a_picture_lost_before_it_was_posted_fails_in_words(idle: House) -> None:
    job = await idle.ask("lost")
    await idle.jobs.claim(lambda waiting: waiting[0])
    await idle.jobs.render_done(job.id, "0" * 64, None, 1.0)
    await idle.worker.catch_up()
    failed = await idle.until(job, JobState.FAILED)
    assert "was lost" in (failed.reason or "")


async def test_what_the_log_says_of_a_job_names_it(house: House, caplog: pytest.LogCaptureFixture) -> None:
    house.engine.faults["bug"] = ZeroDivisionError()
    seen: dict[str, Mapping[str, int] | None] = {}
    caplog.handler.addFilter(lambda record: seen.setdefault(record.getMessage(), logs._ABOUT.get()) is None or True)
    caplog.set_level("INFO")
    bug = await house.ask("bug")
    await house.until(bug, JobState.FAILED)
    good = await house.ask("good")
    house.channel.failures = [ChannelGoneError("gone")]
    await house.until(good, JobState.DONE)
    assert seen[f"job {bug.id} broke"] == {"job": bug.id}
    assert seen[f"job {good.id}: its channel is gone"] == {"job": good.id}  # by its lane
    assert seen[f"job {good.id} is done"] == {"job": good.id}  # by the task that posts


async def test_every_end_of_a_job_is_counted_once(house: House) -> None:
    house.engine.faults["bad"] = RunFailedError("this cannot be drawn")
    gate = house.engine.gates["slow"] = asyncio.Event()
    await house.until(await house.ask("good"), JobState.DONE)
    await house.until(await house.ask("bad"), JobState.FAILED)
    running = await house.until(await house.ask("slow"), JobState.RUNNING)
    await house.worker.cancel(running)
    await house.worker.cancel(running)
    gate.set()
    await house.until(await house.ask("good"), JobState.DONE)
    ends = [line for line in house.metrics.text().decode().splitlines() if line.startswith("imagine_jobs_total")]
    assert sorted(ends) == [
        'imagine_jobs_total{outcome="cancelled"} 1.0',
        'imagine_jobs_total{outcome="done"} 2.0',
        'imagine_jobs_total{outcome="failed"} 1.0',
    ]
    assert b"imagine_wait_seconds_count 4.0\n" in house.metrics.text()
