"""Jobs from admission to their end. `job_row.transition` makes all changes of state."""

import asyncio
import contextlib
import json
import time
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import aiosqlite

from bot.jobs.job import Job, JobRequest, JobState, Origin
from bot.store.database import Database
from bot.store.job_row import TransitionError, get, job_of, jobs_of, transition, unused
from bot.store.usage import Usage, usage
from guidance.request.request import Request


class RerunTwiceError(RuntimeError):
    """A reaction of this member has rerun this job before."""


@dataclass(frozen=True, slots=True)
class WaitingJob:
    """What the queue's order needs to know about a queued job.

    Attributes:
        id: The job.
        requester_id: The member who requested it.
        guild_id: The server it was requested in.
        since: When its requester joined the queue or was last served, in half turns: 2t − 1 for joining during turn t,
            and 2t for being served in turn t. So new users queue ahead of the user being served.
        weight: Jobs that its requester may have in one round.
        bumped_at: When a moderator moved it to the front (seconds since 1970), or None.
    """

    id: int
    requester_id: int
    since: int
    guild_id: int = 0
    weight: int = 1
    bumped_at: float | None = None


@dataclass(frozen=True, slots=True)
class TurnState:
    """The last turn: its user (None before the first turn), the number of jobs started in it, and its number."""

    requester_id: int | None = None
    served: int = 0
    turn: int = 0


class Jobs:
    """The jobs in one database. `clock` returns the seconds since 1970."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock

    async def admit(self, job_requests: Sequence[JobRequest], check: Callable[[Usage], None]) -> list[Job]:
        """Counts the requester's usage, calls `check` with it, and adds the jobs, all in one transaction.

        Args:
            job_requests: Of one member in one channel; several make a batch.
            check: Raises to refuse the jobs; the exception is passed on.

        Raises:
            RerunTwiceError: A reaction of this member has rerun this job before.
        """
        now = self._clock()
        async with self._database.transaction() as connection:
            first = job_requests[0]
            check(await usage(connection, first.requester_id, first.guild_id, first.session_id, now))
            arrived = (await _turn_state(connection)).turn
            batch_id = None
            admitted = []
            for job_request in job_requests:
                job = await _insert(connection, job_request, batch_id, arrived, now)
                batch_id = job.batch_id
                admitted.append(job)
            return admitted

    async def usage(self, person_id: int, guild_id: int, session_id: int | None = None) -> Usage:
        """What a member has used, for display."""
        async with self._database.transaction() as connection:
            return await usage(connection, person_id, guild_id, session_id, self._clock())

    async def get(self, job_id: int) -> Job | None:
        """The job, if there is one."""
        rows = await self._database.fetch("SELECT * FROM job WHERE id = ?", (job_id,))
        return job_of(rows[0]) if rows else None

    async def of_message(self, message_id: int) -> list[Job]:
        """The jobs that a message shows: one, all of a batch, or none if the message shows no job."""
        rows = await self._database.fetch(
            "SELECT * FROM job WHERE message_id = ?1 OR batch_id = (SELECT id FROM job WHERE message_id = ?1)"
            " OR id = (SELECT job_id FROM copy WHERE message_id = ?1) ORDER BY id",
            (message_id,),
        )
        return jobs_of(rows)

    async def add_copy(self, job_id: int, channel_id: int, message_id: int) -> None:
        """Records that a further message shows the job. A message that is recorded already keeps its job."""
        async with self._database.transaction() as connection:
            await connection.execute(
                "INSERT OR IGNORE INTO copy (message_id, job_id, channel_id) VALUES (?, ?, ?)",
                (message_id, job_id, channel_id),
            )

    async def drop_copy(self, message_id: int) -> bool:
        """Removes the record of a further message; returns False if there was none."""
        async with self._database.transaction() as connection:
            cursor = await connection.execute("DELETE FROM copy WHERE message_id = ?", (message_id,))
            return cursor.rowcount == 1

    async def copies_of(self, job_ids: Collection[int]) -> list[tuple[int, int]]:
        """(channel id, message id) of all further messages that show one of the jobs."""
        marks = ", ".join("?" * len(job_ids))
        rows = await self._database.fetch(
            f"SELECT channel_id, message_id FROM copy WHERE job_id IN ({marks})",  # noqa: S608
            tuple(job_ids),
        )
        return [(row["channel_id"], row["message_id"]) for row in rows]

    async def of_batch(self, batch_id: int) -> list[Job]:
        """The jobs of a batch in order; a single job is a batch of one."""
        return jobs_of(
            await self._database.fetch(
                "SELECT * FROM job WHERE id = ? OR batch_id = ? ORDER BY id", (batch_id, batch_id)
            )
        )

    async def in_state(self, *states: JobState) -> list[Job]:
        """All jobs in these states, oldest first."""
        marks = ", ".join("?" * len(states))
        return jobs_of(
            await self._database.fetch(f"SELECT * FROM job WHERE state IN ({marks}) ORDER BY id", states)  # noqa: S608
        )

    async def queued_page(self, after: int, size: int) -> list[Job]:
        """Up to `size` queued jobs with ids above `after`, oldest first."""
        return jobs_of(
            await self._database.fetch(
                "SELECT * FROM job WHERE state = 'queued' AND id > ? ORDER BY id LIMIT ?", (after, size)
            )
        )

    async def waiting(self) -> tuple[list[WaitingJob], TurnState]:
        """The queued jobs, oldest first, and the last turn."""
        async with self._database.snapshot() as connection:
            return await _waiting(connection), await _turn_state(connection)

    async def claim(
        self,
        pick: Callable[[list[WaitingJob], TurnState], tuple[WaitingJob, int] | None],
        device: str | None = None,
    ) -> Job | None:
        """Starts a queued job. No other coroutine may start one at the same time.

        Args:
            pick: Chooses one of the queued jobs and the number of its turn, or None.
            device: What runs it.

        Returns:
            The job, now `running`; None if `pick` chose none.
        """
        while (picked := pick(*await self.waiting())) is not None:
            chosen, turn = picked
            # Reading a long queue takes time, in which others write; the chosen job may be cancelled meanwhile.
            with contextlib.suppress(TransitionError):
                async with self._database.transaction() as connection:
                    return await transition(
                        connection, chosen.id, JobState.RUNNING, turn=turn, device=device, started_at=self._clock()
                    )
        return None

    async def requeue(self, job_id: int, *, crashed: bool, checkpoint: str | None = None) -> Job:
        """`running` → `queued`. The job keeps its turn, so its requester does not queue again.

        Args:
            job_id: The job.
            crashed: Whether the engine crashed while rendering it; the job's attempts are counted.
            checkpoint: sha256 of the checkpoint to resume from, if the run was suspended.
        """
        async with self._database.transaction() as connection:
            attempts = (await get(connection, job_id)).attempts + crashed
            return await transition(
                connection, job_id, JobState.QUEUED, attempts=attempts, started_at=None, checkpoint=checkpoint
            )

    async def interrupted(self, job_id: int) -> Job:
        """`running` → `queued`: the bot was killed while it rendered the job. Counts it; keeps turn and checkpoint."""
        async with self._database.transaction() as connection:
            interruptions = (await get(connection, job_id)).interruptions + 1
            return await transition(connection, job_id, JobState.QUEUED, interruptions=interruptions, started_at=None)

    async def render_done(
        self,
        job_id: int,
        picture: str,
        similarity: float | None,
        seconds: float,
        *,
        request: Request | None = None,
        steps: int | None = None,
        timelapse: str | None = None,
        flags: Iterable[str] = (),
        spoiler: bool | None = None,
        hold: bool = False,
    ) -> Job:
        """`running` → `posting`, or → `held` for review by a moderator.

        Args:
            job_id: The job.
            picture: sha256 of the picture.
            timelapse: sha256 of the time-lapse.
            similarity: Of the picture to the prompt.
            seconds: Rendering time.
            request: What was rendered, if a member ended the run early.
            steps: Steps that were rendered; None leaves the number as it is.
            flags: Names of the concepts that the screening found.
            spoiler: Whether to hide the picture behind a spoiler; None leaves it as requested.
            hold: Whether to hold the picture for review.
        """
        columns: dict[str, object] = {
            "picture": picture,
            "timelapse": timelapse,
            "checkpoint": None,
            "similarity": similarity,
            "seconds": seconds,
            "flags": json.dumps(list(flags)),
        }
        columns |= {} if request is None else {"request": request.to_json()}
        columns |= {} if steps is None else {"steps": steps}
        columns |= {} if spoiler is None else {"spoiler": int(spoiler)}
        async with self._database.transaction() as connection:
            return await transition(connection, job_id, JobState.HELD if hold else JobState.POSTING, **columns)

    async def release(self, job_id: int) -> Job:
        """`held` → `posting`."""
        async with self._database.transaction() as connection:
            return await transition(connection, job_id, JobState.POSTING)

    async def finish(self, job_id: int, state: JobState, reason: str | None = None) -> Job:
        """To `done`, `failed` or `cancelled`.

        Raises:
            TransitionError: The job's state does not permit it; the job is unchanged.
        """
        async with self._database.transaction() as connection:
            return await transition(connection, job_id, state, reason=reason, finished_at=self._clock())

    async def set_message(self, job_id: int, message_id: int) -> None:
        """Records the message that shows the job."""
        await self._set(job_id, "message_id", message_id)

    async def begin_message(self, job_id: int, search_from: int) -> None:
        """Records that a message of the job is about to be sent, with an id above `search_from`."""
        async with self._database.transaction() as connection:
            await connection.execute(
                "UPDATE job SET search_from = max(?, coalesce(message_id, 0) + 1) WHERE id = ?", (search_from, job_id)
            )

    async def set_shown(self, job_id: int, ends: int) -> None:
        """Records that the message shows so many more failed or cancelled jobs."""
        async with self._database.transaction() as connection:
            await connection.execute("UPDATE job SET unshown = max(0, unshown - ?) WHERE id = ?", (ends, job_id))

    async def unshown(self) -> list[Job]:
        """First jobs of batches whose messages lack the end of a job, because the bot was killed before the edit."""
        return jobs_of(
            await self._database.fetch("SELECT * FROM job WHERE unshown > 0 AND deleted_at IS NULL ORDER BY id")
        )

    async def begin_mention(self, job_id: int) -> bool:
        """Records that the job's requester is about to be mentioned; returns False if that was recorded before."""
        async with self._database.transaction() as connection:
            cursor = await connection.execute(
                "UPDATE job SET mentioned_at = ? WHERE id = ? AND mentioned_at IS NULL", (self._clock(), job_id)
            )
            return cursor.rowcount == 1

    async def begin_gallery(self, job_id: int) -> bool:
        """Records that the job is about to be copied to the gallery; returns False if that was recorded before."""
        async with self._database.transaction() as connection:
            cursor = await connection.execute(
                "UPDATE job SET gallery_id = 0 WHERE id = ? AND gallery_id IS NULL", (job_id,)
            )
            return cursor.rowcount == 1

    async def set_gallery(self, job_id: int, message_id: int | None) -> None:
        """Records the job's message in the gallery; None if it was refused, so that the next star tries again."""
        await self._set(job_id, "gallery_id", message_id)

    async def cover(self, job_id: int) -> None:
        """Marks the picture as a spoiler."""
        await self._set(job_id, "spoiler", 1)

    async def bump(self, job_id: int) -> bool:
        """Moves a queued job to the front of the queue; returns False if it is not queued."""
        async with self._database.transaction() as connection:
            cursor = await connection.execute(
                "UPDATE job SET bumped_at = ? WHERE id = ? AND state = 'queued'", (self._clock(), job_id)
            )
            return cursor.rowcount == 1

    async def drop_files(self, job_ids: Collection[int], *, removed: bool = True) -> set[str]:
        """Removes the references of jobs to their files.

        Args:
            job_ids: The jobs.
            removed: Whether the jobs' messages were deleted too.

        Returns:
            Hashes of the files that no other job refers to.
        """
        marks = ", ".join("?" * len(job_ids))
        async with self._database.transaction() as connection:
            async with connection.execute(
                f"SELECT picture, timelapse, checkpoint FROM job WHERE id IN ({marks})",  # noqa: S608
                tuple(job_ids),
            ) as cursor:
                named = {value for row in await cursor.fetchall() for value in row if value is not None}
            await connection.execute(
                "UPDATE job SET picture = NULL, timelapse = NULL, checkpoint = NULL,"  # noqa: S608
                f" deleted_at = coalesce(deleted_at, ?) WHERE id IN ({marks})",
                (self._clock() if removed else None, *job_ids),
            )
            return await unused(connection, named)

    async def _set(self, job_id: int, column: str, value: object) -> None:
        async with self._database.transaction() as connection:
            await connection.execute(f"UPDATE job SET {column} = ? WHERE id = ?", (value, job_id))  # noqa: S608


_SINCE: Final = """
    SELECT id, requester_id, max(
        2 * (SELECT min(arrived_turn) FROM job AS own WHERE own.requester_id = job.requester_id
             AND own.state = 'queued') - 1,
        2 * coalesce((SELECT max(turn) FROM job AS own WHERE own.requester_id = job.requester_id
                      AND own.id <> job.id AND turn IS NOT NULL), 0)
    ) AS since, guild_id, weight, bumped_at
    FROM job WHERE state = 'queued' ORDER BY id
"""


async def _waiting(connection: aiosqlite.Connection) -> list[WaitingJob]:
    rows = await connection.execute_fetchall(_SINCE)
    # In a thread, because thousands of rows would stop the event loop for some time.
    return await asyncio.to_thread(lambda: [WaitingJob(*row) for row in rows])


async def _turn_state(connection: aiosqlite.Connection) -> TurnState:
    rows = await connection.execute_fetchall(
        # A job that is queued again after a crash was not served.
        "SELECT requester_id, count(*) FILTER (WHERE state <> 'queued') AS served, turn FROM job"
        " WHERE turn = (SELECT max(turn) FROM job WHERE turn IS NOT NULL) GROUP BY requester_id"
    )
    return next((TurnState(row["requester_id"], row["served"], row["turn"]) for row in rows), TurnState())


async def _insert(
    connection: aiosqlite.Connection, job_request: JobRequest, batch_id: int | None, arrived: int, now: float
) -> Job:
    columns = {
        "batch_id": batch_id,
        "session_id": job_request.session_id,
        "state": JobState.QUEUED,
        "request": job_request.request.to_json(),
        "requester_id": job_request.requester_id,
        "guild_id": job_request.guild_id,
        "channel_id": job_request.channel_id,
        "origin": job_request.origin,
        "parent_id": job_request.parent_id,
        "spoiler": int(job_request.spoiler),
        "screening": job_request.screening,
        "weight": job_request.weight,
        "canvas_cost": job_request.canvas_cost,
        "search_from": job_request.search_from,
        "arrived_turn": arrived,
        "steps": len(job_request.request.span()),
        "created_at": now,
    }
    try:
        cursor = await connection.execute(
            f"INSERT INTO job ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})",  # noqa: S608
            tuple(columns.values()),
        )
    except aiosqlite.IntegrityError as error:
        if job_request.origin is Origin.REACTION:
            raise RerunTwiceError(job_request.parent_id) from error
        raise
    assert cursor.lastrowid is not None  # noqa: S101 - an INSERT that did not raise has one
    return await get(connection, cursor.lastrowid)
