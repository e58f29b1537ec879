"""Members who ask for pictures during an evening, and devices that make them, under a virtual clock.

Admission, queue and database are the bot's own; a run is only a span of time. So the waits follow from the real
order, and the time that the database takes is real.
"""

import heapq
import itertools
import random
import time
from collections import defaultdict
from collections.abc import Awaitable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, TypeVar

from bot.config import ImagineConfig, LimitsConfig
from bot.jobs.admission import Admission, RefusedError, Requester
from bot.jobs.canvases import Canvases
from bot.jobs.job import JobRequest, JobState, Origin
from bot.jobs.queue import Queue
from bot.store.bans import Bans
from bot.store.blocklist import Blocked
from bot.store.database import Database
from bot.store.guilds import Guilds
from bot.store.jobs import Jobs
from bot.store.sessions import SessionRows
from guidance.request.request import Request

PICTURES: Final = {"light": (1, 2), "usual": (3, 8), "heavy": (20, 60)}
"""How many pictures a member of each kind asks for in an evening."""
SHARES: Final = {"light": 0.6, "usual": 0.35, "heavy": 0.05}
"""Shares of these kinds among the members who ask at all."""
THINKS_S: Final = 60.0
"""Mean seconds between two requests of a usual member. A heavy one asks ten times as often."""
Answer = TypeVar("Answer")


class Kind(StrEnum):
    """How much a member asks for."""

    LIGHT = "light"
    USUAL = "usual"
    HEAVY = "heavy"


@dataclass(frozen=True)
class Scene:
    """A community and its devices.

    Attributes:
        servers, members: Of the community.
        active: Share of members who ask for pictures this evening.
        hours: Length of the evening; most members come in its middle.
        devices: How many.
        run_s: Mean seconds of a run.
    """

    servers: int = 1000
    members: int = 50_000
    active: float = 0.02
    hours: float = 5.0
    devices: int = 4
    run_s: float = 8.0


@dataclass
class QueueSimulation:
    """Runs one scene.

    Attributes:
        waits: Seconds from request to start, by kind of member.
        refused: Requests that admission refused, by reason.
        longest: Most jobs that waited at once.
        spent: Real seconds of each operation of the database.
    """

    database: Database
    scene: Scene
    seed: int = 1
    now: float = 1_000_000.0
    waits: dict[Kind, list[float]] = field(default_factory=lambda: defaultdict(list))
    refused: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    spent: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    longest: int = 0

    async def run(self) -> None:
        """Runs until nobody asks and no job is left."""
        self._source = random.Random(self.seed)
        self._jobs = Jobs(self.database, self._clock)
        guilds = Guilds(self.database)
        await guilds.load()
        queue = Queue(self._jobs)
        self._admission = Admission(
            jobs=self._jobs,
            guilds=guilds,
            bans=Bans(self.database, self._clock),
            blocked=Blocked(self.database),
            sessions=SessionRows(self.database, self._clock),
            limits=LimitsConfig(),
            imagine=ImagineConfig(),
            canvases=Canvases(),
            host_patterns=(),
            clock=self._clock,
        )
        self._kinds: dict[int, Kind] = {}
        numbers = itertools.count()
        events = [(at, next(numbers), person, -1) for at, person in self._requests()]
        heapq.heapify(events)
        running: dict[int, int] = {}
        waiting = 0
        while events:
            self.now, _, person, device = heapq.heappop(events)
            if device < 0:
                waiting += await self._ask(person)
            else:
                await self._timed("finish", self._end(running.pop(device)))
            while waiting and len(running) < self.scene.devices:
                idle = next(place for place in range(self.scene.devices) if place not in running)
                job = await self._timed("claim", queue.claim(str(idle)))
                assert job is not None  # noqa: S101 - one waits
                waiting -= 1
                self.longest = max(self.longest, waiting)
                self.waits[self._kinds[job.requester_id]].append(self.now - job.created_at)
                running[idle] = job.id
                ends_at = self.now + self._source.uniform(0.5, 1.5) * self.scene.run_s
                heapq.heappush(events, (ends_at, next(numbers), 0, idle))

    def _clock(self) -> float:
        return self.now

    def _requests(self) -> Iterator[tuple[float, int]]:
        """When each member asks. Nobody waits for a picture before asking for the next."""
        source, seconds = self._source, self.scene.hours * 3600
        for person in range(1, round(self.scene.members * self.scene.active) + 1):
            kind = Kind(source.choices(list(SHARES), list(SHARES.values()))[0])
            self._kinds[person] = kind
            at = self.now + source.triangular(0, seconds)
            for _ in range(source.randint(*PICTURES[kind])):
                yield at, person
                at += source.expovariate(1 / (THINKS_S / 10 if kind is Kind.HEAVY else THINKS_S))

    async def _ask(self, person: int) -> bool:
        request = Request.resolve("a cat", seed=self._source.randrange(2**31))
        server = 1 + person % self.scene.servers
        job_request = JobRequest(
            request=request, requester_id=person, guild_id=server, channel_id=server, origin=Origin.COMMAND
        )
        try:
            await self._timed("admit", self._admission.admit([job_request], Requester(id=person)))
        except RefusedError as error:
            self.refused[error.refusal] += 1
            return False
        return True

    async def _end(self, job_id: int) -> None:
        await self._jobs.render_done(job_id, "0" * 64, 0.5, self.scene.run_s)
        await self._jobs.finish(job_id, JobState.DONE)

    async def _timed(self, name: str, work: Awaitable[Answer]) -> Answer:
        began = time.perf_counter()
        try:
            return await work
        finally:
            self.spent[name].append(time.perf_counter() - began)
