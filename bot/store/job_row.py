"""Rows of `job`: conversion to `Job`, changes of state, and references to files. Used inside transactions."""

import json
from collections.abc import Iterable
from typing import Final

import aiosqlite

from bot.community.guild_settings import Screening
from bot.jobs.job import TRANSITIONS, Job, JobState, Origin
from guidance.request.request import Request

UNPICTURED: Final = frozenset({JobState.FAILED, JobState.CANCELLED})
"""Ends that a message may lack if the bot is killed; a picture that it lacks keeps its job in `posting`."""


class TransitionError(RuntimeError):
    """The job's state does not permit this transition."""


def job_of(row: aiosqlite.Row) -> Job:
    """Converts a row."""
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
    """Converts rows."""
    return [job_of(row) for row in rows]


async def get(connection: aiosqlite.Connection, job_id: int) -> Job:
    """Reads a job inside a transaction.

    Raises:
        LookupError: There is none.
    """
    rows = jobs_of(await connection.execute_fetchall("SELECT * FROM job WHERE id = ?", (job_id,)))
    if not rows:
        raise LookupError(f"job {job_id} does not exist")
    return rows[0]


async def transition(connection: aiosqlite.Connection, job_id: int, state: JobState, **columns: object) -> Job:
    """Changes a job's state together with other columns. An end without a picture is counted as not shown yet.

    Raises:
        LookupError: There is no such job.
        TransitionError: The job's state does not permit it; the job is unchanged.
    """
    before = (await get(connection, job_id)).state
    if state not in TRANSITIONS[before]:
        raise TransitionError(f"job {job_id} is {before} and cannot become {state}")
    names = "".join(f", {name} = ?" for name in columns)
    await connection.execute(f"UPDATE job SET state = ?{names} WHERE id = ?", (state, *columns.values(), job_id))  # noqa: S608
    if state in UNPICTURED:
        await connection.execute(
            "UPDATE job SET unshown = unshown + 1 WHERE id = (SELECT coalesce(batch_id, id) FROM job WHERE id = ?)",
            (job_id,),
        )
    return await get(connection, job_id)


async def unused(connection: aiosqlite.Connection, files: Iterable[str]) -> set[str]:
    """The hashes among `files` that no job refers to, as an input or as a result."""
    found = set()
    for sha256 in files:
        async with connection.execute(
            "SELECT 1 FROM job WHERE picture = ?1 OR timelapse = ?1 OR checkpoint = ?1 OR instr(request, ?1) LIMIT 1",
            (sha256,),
        ) as cursor:
            if await cursor.fetchone() is None:
                found.add(sha256)
    return found
