"""A worker with the real queue, messages and store, a scripted engine and a channel in memory."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.clock import Sleep
from bot.community.guild_settings import GuildSettings
from bot.delivery.job_messages import JobMessages, MessageTiming
from bot.delivery.messenger import Card
from bot.jobs.current_run import CurrentRun, CurrentRuns
from bot.jobs.job import Concept, Flag, Job, JobRequest, JobState
from bot.jobs.job_control import JobControl
from bot.jobs.posting import PicturePoster
from bot.jobs.queue import Queue
from bot.jobs.queue_board import QueueBoard
from bot.jobs.wait_time import WaitTimeEstimator
from bot.jobs.worker import Worker
from bot.jobs.worker_pool import WorkerPool
from bot.operations.metrics import Metrics
from bot.store.database import Database
from bot.store.guilds import Guilds
from bot.store.history import History
from bot.store.jobs import Jobs
from bot.store.pictures import Pictures
from guidance.request.request import Request
from tests.harness.channel import HANG_S, POLL_S, InMemoryMessenger, until
from tests.harness.job_requests import SettableClock, admit_all, job_request, reload
from tests.harness.scripted_engine import ScriptedEngine

SPIDERS = Concept("spiders", ("a spider",), 0.5)
SPIDER = "a spider"
IN_PROMPT = (Flag("spiders", "prompt", 0.9), Flag("spiders", "picture", 0.8))
IN_PICTURE = (Flag("spiders", "picture", 0.8),)
SMALL = Request.resolve("a cat", seed=7, width=64, height=64, steps=4)


def small(prompt: str = "a cat", requester_id: int = 1, **changes: object) -> JobRequest:
    """A request whose picture is quick to render."""
    request = Request.resolve(prompt, seed=7, width=64, height=64, steps=4)
    return job_request(requester_id, **({"request": request} | changes))  # type: ignore[arg-type]


async def _hurried(seconds: float) -> None:
    await asyncio.sleep(seconds / 100)


@dataclass
class WorkerHarness:
    """The parts, and what tests do with them."""

    database: Database
    folder: Path
    engine: ScriptedEngine = field(default_factory=ScriptedEngine)
    channel: InMemoryMessenger = field(default_factory=InMemoryMessenger)
    clock: SettableClock = field(default_factory=SettableClock)
    timelapse: bool = False
    sleep: Sleep = _hurried
    posted: list[int] = field(default_factory=list)
    devices: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.jobs, self.history = Jobs(self.database), History(self.database)
        self.guilds, self.pictures = Guilds(self.database), Pictures(self.folder)
        self.job_messages = JobMessages(
            self.jobs, self.pictures, self.channel, self._settings, MessageTiming(1.0, 0.0), sleep=self.sleep
        )
        self.queue = Queue(self.jobs, self.guilds.paused)
        self.engines = self.devices or {"nothing": self.engine}
        self.current_runs = CurrentRuns([CurrentRun(engine, name) for name, engine in self.engines.items()])
        self.metrics = Metrics()
        self.metrics.set_servers(self.current_runs.servers)
        self.poster = PicturePoster(
            self.jobs, self.pictures, self.job_messages, self._posted, self.metrics, self.clock.sleep
        )
        estimator = WaitTimeEstimator(self.queue, self.history, self.current_runs.servers)
        self.queue_board = QueueBoard(estimator, self.job_messages.show_positions, self.sleep)
        self.workers = WorkerPool(
            self._worker,
            jobs=self.jobs,
            current_runs=self.current_runs,
            queue_board=self.queue_board,
            job_messages=self.job_messages,
            metrics=self.metrics,
            sleep=self.clock.sleep,
        )
        self.job_control = JobControl(
            jobs=self.jobs,
            queue=self.queue,
            pictures=self.pictures,
            workers=self.workers,
            queue_board=self.queue_board,
            current_runs=self.current_runs,
            poster=self.poster,
            job_messages=self.job_messages,
            metrics=self.metrics,
        )

    def _worker(self, current_run: CurrentRun, wake_all: Callable[[], None]) -> Worker:
        return Worker(
            jobs=self.jobs,
            queue=self.queue,
            pictures=self.pictures,
            engine=self.engines[current_run.device],
            current_run=current_run,
            others=lambda: self.current_runs.others_available(current_run),
            wake_all=wake_all,
            queue_board=self.queue_board,
            poster=self.poster,
            job_messages=self.job_messages,
            concepts=[SPIDERS],
            timelapse=self.timelapse,
            metrics=self.metrics,
            sleep=self.clock.sleep,
        )

    def _settings(self, guild_id: int) -> GuildSettings:
        return self.guilds.of(guild_id)

    async def _posted(self, job: Job) -> None:
        self.posted.append(job.id)

    async def submit(self, prompt: str = "a cat", requester_id: int = 1, **changes: object) -> Job:
        """Admits a job and shows it, as chat does."""
        (job,) = await self.submit_batch([small(prompt, requester_id, **changes)])
        return job

    async def submit_batch(self, job_requests: Sequence[JobRequest]) -> list[Job]:
        """Admits several jobs that share a message."""
        jobs = await self.jobs.admit(job_requests, admit_all)
        self.channel.messages[jobs[0].id] = []
        await self.job_messages.opened(jobs[0], jobs[0].id)
        self.workers.wake()
        return [await reload(self.jobs, job) for job in jobs]

    def gate(self, prompt: str) -> asyncio.Event:
        """The engine waits at this prompt after its first step until the event is set."""
        gate = asyncio.Event()
        for engine in self.engines.values():
            gate = engine.gates.setdefault(prompt, gate)
        return gate

    async def at_gate(self, job: Job) -> None:
        """Waits until the job has made its first step."""

        def there() -> bool:
            running = [run.running() for run in self.current_runs]
            return any(entry is not None and (entry.job_id, entry.step) == (job.id, 1) for entry in running)

        await until(there)

    async def until(self, job: Job, state: JobState) -> Job:
        """Waits until the job is in a state."""
        async with asyncio.timeout(HANG_S):
            while (now := await reload(self.jobs, job)).state is not state:
                await asyncio.sleep(POLL_S)
        return now

    async def suspend(self) -> None:
        """Stops the bot, which suspends the current run after 5 s."""
        draining = asyncio.create_task(self.drain())
        await self.clock.slept()
        await draining

    async def drain(self) -> None:
        """Stops the bot, which gives the current run 5 s to end."""
        await self.workers.drain(5)
        await self.poster.drain()

    async def catch_up(self) -> None:
        """What the bot does when it has connected."""
        await self.poster.catch_up()
        await self.workers.catch_up()

    def last_card(self, job: Job) -> Card:
        """What the job's message shows now."""
        return self.channel.messages[job.batch_id][-1]

    @property
    def runs(self) -> list[str]:
        """Prompts that the engine was given, oldest first."""
        return [task.request.prompt for engine in self.engines.values() for task in engine.tasks]

    @contextlib.asynccontextmanager
    async def at_work(self) -> AsyncIterator[None]:
        """Runs the worker, and shows the positions in the queue."""
        tasks = [asyncio.create_task(self.workers.run()), asyncio.create_task(self.queue_board.run())]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def close(self) -> None:
        await self.poster.close()
        await self.job_messages.close()
