"""A worker and everything around it, in memory, but for pictures, which are files."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bot.announce import Announced, Announcer
from bot.guild import GuildSettings
from bot.job import Ask, Concept, Job, JobState
from bot.outlook import Outlook
from bot.queue import Queue
from bot.store.database import Database
from bot.store.guilds import Guilds
from bot.store.history import History
from bot.store.jobs import Jobs
from bot.store.pictures import Pictures
from bot.worker import Worker
from guidance.request import Request
from tests.bot.asks import Clock, ask, found, let_in
from tests.bot.channel import HANG_S, POLL_S, Channel, until
from tests.chat.engine import ScriptedEngine

SPIDERS = Concept("spiders", ("a spider",), 0.5)
SMALL = Request.resolve("a cat", seed=7, width=64, height=64, steps=4)


def small(prompt: str = "a cat", requester_id: int = 1, **changes: object) -> Ask:
    """An ask whose picture is quick to make."""
    request = Request.resolve(prompt, seed=7, width=64, height=64, steps=4)
    return ask(requester_id, **({"request": request} | changes))  # type: ignore[arg-type]


async def _hurried(seconds: float) -> None:
    await asyncio.sleep(seconds / 100)


@dataclass
class House:
    """See the module."""

    database: Database
    folder: Path
    engine: ScriptedEngine = field(default_factory=ScriptedEngine)
    channel: Channel = field(default_factory=Channel)
    clock: Clock = field(default_factory=Clock)
    film: bool = False
    posted: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.jobs, self.history = Jobs(self.database), History(self.database)
        self.guilds, self.pictures = Guilds(self.database), Pictures(self.folder)
        self.announcer = Announcer(
            self.jobs, self.pictures, self.channel, self._settings, Announced(1.0, 0.0), sleep=_hurried
        )
        self.queue = Queue(self.jobs, self.guilds.paused)
        self.worker = Worker(
            self.jobs,
            self.queue,
            self.pictures,
            self.engine,
            self.announcer,
            concepts=[SPIDERS],
            film=self.film,
            posted=self._posted,
            sleep=self.clock.sleep,
        )
        self.worker.look_ahead_with(Outlook(self.queue, self.history, self.worker.running))

    def _settings(self, guild_id: int) -> GuildSettings:
        return self.guilds.of(guild_id)

    async def _posted(self, job: Job) -> None:
        self.posted.append(job.id)

    async def ask(self, prompt: str = "a cat", requester_id: int = 1, **changes: object) -> Job:
        """Lets a job in and shows it, as chat does."""
        (job,) = await self.sheet([small(prompt, requester_id, **changes)])
        return job

    async def sheet(self, asks: Sequence[Ask]) -> list[Job]:
        """The same for several in one message."""
        jobs = await self.jobs.admit(asks, let_in)
        self.channel.messages[jobs[0].id] = []
        await self.announcer.opened(jobs[0], jobs[0].id)
        self.worker.wake()
        return [await found(self.jobs, job) for job in jobs]

    def gate(self, prompt: str) -> asyncio.Event:
        """The engine stops at this prompt after its first step, until the event is set."""
        return self.engine.gates.setdefault(prompt, asyncio.Event())

    async def at_gate(self, job: Job) -> None:
        """Waits until a run has made its first step."""

        def there() -> bool:
            running = self.worker.running()
            return running is not None and (running.job_id, running.step) == (job.id, 1)

        await until(there)

    async def until(self, job: Job, state: JobState) -> Job:
        """Waits for a state."""
        async with asyncio.timeout(HANG_S):
            while (now := await found(self.jobs, job)).state is not state:
                await asyncio.sleep(POLL_S)
        return now

    async def put_aside(self) -> None:
        """The bot stops, and does not wait for the run under way until it ends."""
        draining = asyncio.create_task(self.worker.drain(5))
        await self.clock.slept()
        await draining

    @property
    def runs(self) -> list[str]:
        """Prompts that the engine was given."""
        return [order.request.prompt for order in self.engine.orders]

    @contextlib.asynccontextmanager
    async def at_work(self) -> AsyncIterator[None]:
        """The worker runs."""
        task = asyncio.create_task(self.worker.run())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def close(self) -> None:
        await self.worker.close()
        await self.announcer.close()
