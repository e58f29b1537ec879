"""Asks for tests, short to write."""

import asyncio

from bot.community.guild_settings import Screening
from bot.jobs.job import Job, JobRequest, JobState, Origin
from bot.store.jobs import Jobs, TurnState, WaitingJob
from bot.store.usage import Usage
from guidance.request.request import Request
from tests.harness.channel import until


def job_request(
    requester_id: int = 1,
    *,
    prompt: str = "a cat",
    steps: int | None = None,
    origin: Origin = Origin.COMMAND,
    parent_id: int | None = None,
    guild_id: int = 100,
    session_id: int | None = None,
    weight: int = 1,
    screening: Screening = Screening.OFF,
    spoiler: bool = False,
    channel_id: int = 200,
    search_from: int | None = None,
    request: Request | None = None,
) -> JobRequest:
    """A plain ask of one person."""
    plain = Request.resolve(prompt, seed=7) if steps is None else Request.resolve(prompt, seed=7, steps=steps)
    return JobRequest(
        request=request or plain,
        requester_id=requester_id,
        guild_id=guild_id,
        channel_id=channel_id,
        origin=origin,
        parent_id=parent_id,
        session_id=session_id,
        weight=weight,
        screening=screening,
        spoiler=spoiler,
        search_from=search_from,
    )


def admit_all(used: Usage) -> None:
    """A check that lets everybody in."""


def oldest(waiting: list[WaitingJob], turn_state: TurnState) -> tuple[WaitingJob, int] | None:
    """Picks the oldest waiting job, in a new turn."""
    return (waiting[0], turn_state.turn + 1) if waiting else None


class SettableClock:
    """Seconds since 1970, set by a test, and a sleep that ends when the clock reaches its deadline."""

    def __init__(self, now: float = 1_000_000.0) -> None:
        self._now = now
        self._sleepers: list[tuple[float, asyncio.Future[None]]] = []

    def __call__(self) -> float:
        return self._now

    @property
    def now(self) -> float:
        return self._now

    @now.setter
    def now(self, now: float) -> None:
        self._now = now
        for due, woken in self._sleepers:
            if due <= now and not woken.done():
                woken.set_result(None)

    @property
    def sleeps(self) -> list[float]:
        """Seconds that are left of each sleep, the shortest first."""
        return sorted(due - self._now for due, woken in self._sleepers if not woken.done())

    async def sleep(self, seconds: float) -> None:
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._sleepers = [entry for entry in self._sleepers if not entry[1].done()]
        self._sleepers.append((self._now + seconds, woken))
        await woken

    async def slept(self) -> None:
        """Waits until something sleeps, and turns the clock to the end of that sleep."""
        await until(lambda: self.sleeps)
        self.now += self.sleeps[0]


async def job_in_state(
    jobs: Jobs,
    state: JobState,
    wanted: JobRequest | None = None,
    *,
    picture: str = "0" * 64,
    timelapse: str | None = None,
) -> Job:
    """A job in a state. Nothing else may wait."""
    (job,) = await jobs.admit([wanted or job_request()], admit_all)
    if state in {JobState.RUNNING, JobState.HELD, JobState.POSTING, JobState.DONE}:
        await jobs.claim(oldest)
    if state in {JobState.HELD, JobState.POSTING, JobState.DONE}:
        await jobs.render_done(job.id, picture, 0.5, 1.0, timelapse=timelapse, hold=state is JobState.HELD)
    if state in {JobState.DONE, JobState.FAILED, JobState.CANCELLED}:
        await jobs.finish(job.id, state)
    return await reload(jobs, job)


async def reload(jobs: Jobs, job: Job) -> Job:
    """The job as it is now."""
    now = await jobs.get(job.id)
    assert now is not None
    return now
