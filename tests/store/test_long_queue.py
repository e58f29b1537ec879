"""What an ask costs does not depend on how many jobs wait. SQLite's own steps are counted, not seconds."""

import random
from collections.abc import Awaitable, Callable
from pathlib import Path

from bot.jobs.job import JobState
from bot.store.database import Database
from bot.store.jobs import Jobs
from bot.store.usage import COUNTED_STATES
from tests.harness.job_requests import admit_all, job_request, oldest
from tests.harness.waiting_jobs import add_jobs

LONG, SHORT = 3000, 30
SPREAD = 1.5
"""Deeper index trees may cost a little more."""


async def steps_of(database: Database, work: Callable[[], Awaitable[object]]) -> int:
    """How many of its steps SQLite makes for some work."""
    made = 0

    def count() -> int:
        nonlocal made
        made += 1
        return 0

    await database._connection.set_progress_handler(count, 1)
    await work()
    await database._connection.set_progress_handler(None, 1)  # type: ignore[arg-type]
    return made


async def test_an_ask_costs_the_same_however_many_jobs_wait(database: Database) -> None:
    jobs = Jobs(database)

    async def ask() -> None:
        (job,) = await jobs.admit([job_request(1)], admit_all)
        await jobs.set_message(job.id, job.id)
        await jobs.of_batch(job.id)
        await jobs.usage(1, 100)
        await jobs.finish(job.id, JobState.CANCELLED)

    costs = []
    for more in (SHORT, LONG):
        for state in (JobState.QUEUED, JobState.DONE):
            await add_jobs(database, more, job_request().request, state)
        await ask()
        costs.append(await steps_of(database, ask))
    assert costs[1] < SPREAD * costs[0], costs
    waiting = await steps_of(database, jobs.waiting)
    assert waiting > LONG, "the count sees work that grows"


async def test_the_counts_of_unfinished_jobs_are_those_of_the_rows(database: Database) -> None:
    jobs, source = Jobs(database), random.Random(7)

    async def check() -> None:
        rows = await database.fetch(
            f"SELECT guild_id, count(*) FROM job WHERE state IN {COUNTED_STATES} GROUP BY guild_id"
        )
        true = {row[0]: row[1] for row in rows}
        for guild_id in (100, 101):
            used = await jobs.usage(1, guild_id)
            assert (used.server, used.everybody) == (true.get(guild_id, 0), sum(true.values()))

    for _ in range(60):
        for _ in range(source.randrange(3)):
            await jobs.admit([job_request(1, guild_id=source.choice([100, 101]))], admit_all)
        if (job := await jobs.claim(oldest)) is not None:
            await check()
            match source.randrange(5):
                case 0:
                    await jobs.requeue(job.id, crashed=True)
                case 1:
                    await jobs.finish(job.id, source.choice([JobState.FAILED, JobState.CANCELLED]))
                case 2:
                    await jobs.render_done(job.id, "0" * 64, 0.5, 1.0, hold=True)
                    await check()
                    await jobs.release(job.id)
                    await check()
                    await jobs.finish(job.id, JobState.DONE)
                case 3:
                    await jobs.render_done(job.id, "0" * 64, 0.5, 1.0, hold=True)
                    await jobs.finish(job.id, JobState.CANCELLED)
                case _:
                    await jobs.render_done(job.id, "0" * 64, 0.5, 1.0)
                    await jobs.finish(job.id, JobState.DONE)
        await check()


async def test_asks_are_admitted_while_the_whole_queue_is_read(tmp_path: Path) -> None:
    database = await Database.open(tmp_path / "bot.db")
    try:
        jobs = Jobs(database)
        await jobs.admit([job_request(1)], admit_all)
        async with database.snapshot() as connection:
            async with connection.execute("SELECT count(*) FROM job") as cursor:
                assert [tuple(row) for row in await cursor.fetchall()] == [(1,)]
            await jobs.admit([job_request(2)], admit_all)
            async with connection.execute("SELECT count(*) FROM job") as cursor:
                assert [tuple(row) for row in await cursor.fetchall()] == [(1,)], "a snapshot is of one moment"
        assert len((await jobs.waiting())[0]) == 2
    finally:
        await database.close()
