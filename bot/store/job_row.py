"""A row of `job` as a Job, and the one place where its state changes."""

import json
from collections.abc import Iterable

import aiosqlite

from bot.community.guild_settings import Screening
from bot.jobs.job import TRANSITIONS, Job, JobState, Origin
from guidance.request.request import Request


class TransitionError(RuntimeError):
    """A job cannot go from its state to that one."""


def job_of(row: aiosqlite.Row) -> Job:
    """The row, typed."""
    columns = {name: row[name] for name in row.keys() if name != "arrived_turn"}  # noqa: SIM118 - a Row iterates values
    columns |= {
        "batch_id": row["batch_id"] or row["id"],
        "request": Request.from_json(row["request"]),
        "state": JobState(row["state"]),
        "origin": Origin(row["origin"]),
        "spoiler": bool(row["spoiler"]),
        "screening": Screening(row["screening"]),
        "flags": tuple(json.loads(row["flags"])),
    }
    return Job(**columns)


def jobs_of(rows: Iterable[aiosqlite.Row]) -> list[Job]:
    """All rows."""
    return [job_of(row) for row in rows]


async def get(connection: aiosqlite.Connection, job_id: int) -> Job:
    """The job, inside a transaction.

    Raises:
        LookupError: There is none.
    """
    async with connection.execute("SELECT * FROM job WHERE id = ?", (job_id,)) as cursor:
        row = await cursor.fetchone()
    if row is None:
        raise LookupError(f"job {job_id} does not exist")
    return job_of(row)


async def transition(connection: aiosqlite.Connection, job_id: int, state: JobState, **columns: object) -> Job:
    """Changes the state, and columns with it.

    Raises:
        TransitionError: From its state that is not possible; it is unchanged.
    """
    before = (await get(connection, job_id)).state
    if state not in TRANSITIONS[before]:
        raise TransitionError(f"job {job_id} is {before} and cannot become {state}")
    names = "".join(f", {name} = ?" for name in columns)
    await connection.execute(f"UPDATE job SET state = ?{names} WHERE id = ?", (state, *columns.values(), job_id))  # noqa: S608
    return await get(connection, job_id)
