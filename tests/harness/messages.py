"""JobMessages with a database and a channel in memory."""

import asyncio
from dataclasses import dataclass, field

from bot.community.guild_settings import GuildSettings
from bot.delivery.job_messages import JobMessages, MessageTiming
from bot.delivery.messenger import Card
from bot.jobs.job import Job, JobRequest
from bot.store.jobs import Jobs
from bot.store.pictures import Pictures
from tests.harness.channel import InMemoryMessenger, until
from tests.harness.job_requests import SettableClock, admit_all, job_request, oldest, reload

INTERVAL_S = 3.0
MESSAGE = 1


@dataclass
class MessagesHarness:
    """JobMessages with a database and a channel in memory."""

    jobs: Jobs
    pictures: Pictures
    channel: InMemoryMessenger
    clock: SettableClock = field(default_factory=SettableClock)
    interval_s: float = INTERVAL_S
    mention_after_s: float = 0.0
    settings: GuildSettings = field(default_factory=GuildSettings)

    def __post_init__(self) -> None:
        self.job_messages = JobMessages(
            self.jobs,
            self.pictures,
            self.channel,
            lambda guild_id: self.settings,
            MessageTiming(self.interval_s, self.mention_after_s),
            self.clock,
            self.clock.sleep,
        )

    async def open_message(self, *job_requests: JobRequest) -> list[Job]:
        """Admits requests and opens their message, as chat does."""
        jobs = await self.jobs.admit(job_requests or [job_request()], admit_all)
        self.channel.messages[MESSAGE] = []
        await self.job_messages.opened(jobs[0], MESSAGE)
        return [await reload(self.jobs, job) for job in jobs]

    async def running(self) -> Job:
        """A running job whose message is open."""
        await self.open_message()
        return await self.claimed()

    async def claimed(self) -> Job:
        job = await self.jobs.claim(oldest)
        assert job is not None
        return job

    async def rendered(self, job: Job, png: bytes = b"png", *, hold: bool = False) -> Job:
        return await self.jobs.render_done(job.id, await self.pictures.put(png), 0.5, 1.0, hold=hold)

    @property
    def cards(self) -> list[Card]:
        return self.channel.messages[MESSAGE]

    async def edited(self, times: int = 1) -> Card:
        await until(lambda: len(self.cards) >= times)
        return self.cards[-1]

    async def quiet(self) -> None:
        """Waits until only the clock can cause another edit.

        Database reads are served in order, so each round lets every waiting reader continue. An edit takes fewer
        than 20 reads.
        """
        for _ in range(20):
            await self.jobs.get(1)
            await asyncio.sleep(0)

    async def over(self) -> None:
        """Waits until no updater is left."""
        await until(lambda: not self.job_messages._updaters)
