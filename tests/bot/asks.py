"""Asks for tests, short to write."""

from dataclasses import dataclass

from bot.guild import Screening
from bot.job import Ask, Job, JobState, Origin
from bot.store.jobs import Jobs, Visit, Waiting
from bot.store.usage import Usage
from guidance.request import Request


def ask(
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
    request: Request | None = None,
) -> Ask:
    """A plain ask of one person."""
    plain = Request.resolve(prompt, seed=7) if steps is None else Request.resolve(prompt, seed=7, steps=steps)
    return Ask(
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
    )


def let_in(used: Usage) -> None:
    """A check that lets everybody in."""


def oldest(waiting: list[Waiting], visit: Visit) -> tuple[Waiting, int] | None:
    """A pick that takes the oldest, in a turn of its own."""
    return (waiting[0], visit.turn + 1) if waiting else None


@dataclass
class Clock:
    """Seconds since 1970 that a test turns."""

    now: float = 1_000_000.0

    def __call__(self) -> float:
        return self.now


async def brought_to(
    jobs: Jobs, state: JobState, wanted: Ask | None = None, *, picture: str = "0" * 64, film: str | None = None
) -> Job:
    """A job in a state. Nothing else may wait."""
    (job,) = await jobs.admit([wanted or ask()], let_in)
    if state in {JobState.RUNNING, JobState.HELD, JobState.POSTING, JobState.DONE}:
        await jobs.claim(oldest)
    if state in {JobState.HELD, JobState.POSTING, JobState.DONE}:
        await jobs.render_done(job.id, picture, 0.5, 1.0, film=film, hold=state is JobState.HELD)
    if state in {JobState.DONE, JobState.FAILED, JobState.CANCELLED}:
        await jobs.finish(job.id, state)
    return await found(jobs, job)


async def found(jobs: Jobs, job: Job) -> Job:
    """The job as it is now."""
    now = await jobs.get(job.id)
    assert now is not None
    return now
