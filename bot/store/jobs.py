"""Rows of `job`. The only place that changes a state; an impossible transition raises."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

import aiosqlite

from bot.job import TRANSITIONS, Ask, Job, JobState, Origin
from bot.store.database import Database
from guidance.request import Request

UNFINISHED: Final = (JobState.QUEUED, JobState.RUNNING, JobState.POSTING)


class TransitionError(RuntimeError):
    """A job cannot go from its state to that one."""


class RerunTwiceError(RuntimeError):
    """This person's reaction has rerun that job before."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A queued job, as far as the order needs it.

    Attributes:
        id: The job.
        requester_id: Whose it is.
        since: The turn after which it may be served: when it came in, or when its requester was last served.
    """

    id: int
    requester_id: int
    since: int


class Jobs:
    """The jobs of one database. `clock` gives seconds since 1970."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock

    async def admit(self, ask: Ask, check: "Callable[[Counts], None]") -> Job:
        """Counts, lets `check` refuse by raising, and adds the row, in one transaction.

        Raises:
            RerunTwiceError: A reaction of this person has rerun that job.
        """
        now = self._clock()
        async with self._database.transaction() as connection:
            check(await _counts(connection, ask.requester_id, now))
            arrived = await _last_turn(connection)
            try:
                cursor = await connection.execute(
                    "INSERT INTO job (state, request, requester_id, guild_id, channel_id, origin, parent_id,"
                    " arrived_turn, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    (
                        JobState.QUEUED,
                        ask.request.to_json(),
                        ask.requester_id,
                        ask.guild_id,
                        ask.channel_id,
                        ask.origin,
                        ask.parent_id,
                        arrived,
                        now,
                    ),
                )
            except aiosqlite.IntegrityError as error:
                if ask.origin is Origin.REACTION:
                    raise RerunTwiceError(ask.parent_id) from error
                raise
            assert cursor.lastrowid is not None  # noqa: S101 - an INSERT that did not raise has one
            return await _get(connection, cursor.lastrowid)

    async def get(self, job_id: int) -> Job | None:
        """The job, if there is one."""
        rows = await self._database.fetch("SELECT * FROM job WHERE id = ?", (job_id,))
        return _job(rows[0]) if rows else None

    async def of_message(self, message_id: int) -> Job | None:
        """The job that this message shows."""
        rows = await self._database.fetch("SELECT * FROM job WHERE message_id = ?", (message_id,))
        return _job(rows[0]) if rows else None

    async def in_state(self, *states: JobState) -> list[Job]:
        """All jobs in these states, oldest first."""
        marks = ", ".join("?" * len(states))
        rows = await self._database.fetch(f"SELECT * FROM job WHERE state IN ({marks}) ORDER BY id", states)  # noqa: S608
        return [_job(row) for row in rows]

    async def waiting(self) -> list[Waiting]:
        """What waits, oldest first."""
        return _waiting(await self._database.fetch(_WAITING))

    async def claim(self, pick: Callable[[list[Waiting]], Waiting | None]) -> Job | None:
        """Starts the job that `pick` takes of those waiting, in one transaction; None if it takes none."""
        async with self._database.transaction() as connection:
            async with connection.execute(_WAITING) as cursor:
                chosen = pick(_waiting(await cursor.fetchall()))
            if chosen is None:
                return None
            turn = await _last_turn(connection) + 1
            return await _move(connection, chosen.id, JobState.RUNNING, turn=turn, started_at=self._clock())

    async def requeue(self, job_id: int, *, crashed: bool) -> Job:
        """`running` → `queued`; it keeps its turn, so the crash costs its owner no place. A crash is counted."""
        async with self._database.transaction() as connection:
            attempts = (await _get(connection, job_id)).attempts + crashed
            return await _move(connection, job_id, JobState.QUEUED, attempts=attempts, started_at=None)

    async def render_done(self, job_id: int, picture: str, similarity: float | None, seconds: float) -> Job:
        """`running` → `posting`."""
        async with self._database.transaction() as connection:
            return await _move(
                connection, job_id, JobState.POSTING, picture=picture, similarity=similarity, seconds=seconds
            )

    async def finish(self, job_id: int, state: JobState, reason: str | None = None) -> Job:
        """To `done`, `failed` or `cancelled`.

        Raises:
            TransitionError: From its state that is not possible; it is unchanged.
        """
        async with self._database.transaction() as connection:
            return await _move(connection, job_id, state, reason=reason, finished_at=self._clock())

    async def set_message(self, job_id: int, message_id: int) -> None:
        """Remembers the message that shows the job."""
        async with self._database.transaction() as connection:
            await connection.execute("UPDATE job SET message_id = ? WHERE id = ?", (message_id, job_id))

    async def pictures_before(self, time_limit: float) -> set[str]:
        """Hashes of pictures of which every job ended before that time."""
        rows = await self._database.fetch(
            "SELECT picture FROM job WHERE picture IS NOT NULL GROUP BY picture"
            " HAVING max(coalesce(finished_at, 9e18)) < ?",
            (time_limit,),
        )
        return {row["picture"] for row in rows}

    async def seconds_per_step(self, request: Request) -> float | None:
        """Median over the last finished jobs of this model and size, where there are any."""
        rows = await self._database.fetch(
            "SELECT seconds / json_extract(request, '$.steps') AS pace FROM job"
            " WHERE seconds IS NOT NULL AND json_extract(request, '$.model') = ?"
            " AND json_extract(request, '$.width') * json_extract(request, '$.height') = ? ORDER BY id DESC LIMIT 15",
            (request.model, request.width * request.height),
        )
        paces = sorted(float(row["pace"]) for row in rows)
        return paces[len(paces) // 2] if paces else None


@dataclass(frozen=True, slots=True)
class Counts:
    """What the gate looks at.

    Attributes:
        waiting: Unfinished jobs of the person.
        waiting_in_all: Unfinished jobs of everybody.
        last_hour: Times at which the person asked within the last hour, oldest first, without what we failed.
        now: When it was counted.
    """

    waiting: int
    waiting_in_all: int
    last_hour: tuple[float, ...]
    now: float


_WAITING: Final = """
    SELECT id, requester_id, max(
        (SELECT min(arrived_turn) FROM job AS own WHERE own.requester_id = job.requester_id AND own.state = 'queued'),
        coalesce((SELECT max(turn) FROM job AS own WHERE own.requester_id = job.requester_id AND own.id <> job.id), 0)
    ) AS since
    FROM job WHERE state = 'queued' ORDER BY id
"""


def _waiting(rows: Iterable[aiosqlite.Row]) -> list[Waiting]:
    return [Waiting(row["id"], row["requester_id"], row["since"]) for row in rows]


async def _counts(connection: aiosqlite.Connection, requester_id: int, now: float) -> Counts:
    marks = ", ".join(f"'{state}'" for state in UNFINISHED)
    async with connection.execute(
        f"SELECT count(*) AS everybody, count(*) FILTER (WHERE requester_id = ?) AS own"  # noqa: S608
        f" FROM job WHERE state IN ({marks})",
        (requester_id,),
    ) as cursor:
        row = await cursor.fetchone()
    async with connection.execute(
        "SELECT created_at FROM job WHERE requester_id = ? AND created_at > ? AND state <> 'failed'"
        " ORDER BY created_at",
        (requester_id, now - 3600),
    ) as cursor:
        hour = tuple(entry["created_at"] for entry in await cursor.fetchall())
    assert row is not None  # noqa: S101 - an aggregate always has a row
    return Counts(row["own"], row["everybody"], hour, now)


async def _last_turn(connection: aiosqlite.Connection) -> int:
    async with connection.execute("SELECT coalesce(max(turn), 0) FROM job") as cursor:
        row = await cursor.fetchone()
    assert row is not None  # noqa: S101 - an aggregate always has a row
    return int(row[0])


async def _get(connection: aiosqlite.Connection, job_id: int) -> Job:
    async with connection.execute("SELECT * FROM job WHERE id = ?", (job_id,)) as cursor:
        row = await cursor.fetchone()
    if row is None:
        raise LookupError(f"job {job_id} does not exist")
    return _job(row)


async def _move(connection: aiosqlite.Connection, job_id: int, state: JobState, **columns: object) -> Job:
    before = (await _get(connection, job_id)).state
    if state not in TRANSITIONS[before]:
        raise TransitionError(f"job {job_id} is {before} and cannot become {state}")
    names = "".join(f", {name} = ?" for name in columns)
    await connection.execute(f"UPDATE job SET state = ?{names} WHERE id = ?", (state, *columns.values(), job_id))  # noqa: S608
    return await _get(connection, job_id)


def _job(row: aiosqlite.Row) -> Job:
    columns = {name: row[name] for name in row.keys() if name != "arrived_turn"}  # noqa: SIM118 - a Row iterates values
    columns |= {
        "request": Request.from_json(row["request"]),
        "state": JobState(row["state"]),
        "origin": Origin(row["origin"]),
    }
    return Job(**columns)
