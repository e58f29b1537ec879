"""Queries over past and current jobs: for members, for the estimate of waiting times, and for retention."""

import asyncio
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from typing import Final

from bot.jobs.job import Job
from bot.store.database import Database
from bot.store.job_row import jobs_of

SHOWABLE: Final = "state = 'done' AND picture IS NOT NULL AND deleted_at IS NULL"
_CANVAS: Final = (
    "iif(json_extract(request, '$.canvas') IN ('latent', 'diffusion'),"
    " json_extract(request, '$.canvas') || ' ' || json_extract(request, '$.canvas_model'), '')"
)
"""The SQL of `Pace.canvas`; the names are those of `guidance.request.parameters.MODEL_CANVASES`."""


@dataclass(frozen=True, slots=True)
class Pace:
    """The recent speed of runs with the same model, area, views and canvas on one device.

    Attributes:
        model: The request's model.
        area: Width × height in pixels.
        views: Crops in each step.
        seconds: The median duration of one step over the last runs.
        device: Name of the device; "" for runs of versions that did not store it.
        canvas: The canvas and its model, as one text; "" for every canvas without a model.
        canvas_cost: How often a step costs that of a canvas without a model, by the host's settings.
    """

    model: str
    area: int
    views: int
    seconds: float
    device: str = ""
    canvas: str = ""
    canvas_cost: float = 1.0


@dataclass(frozen=True, slots=True)
class Load:
    """The work in a job that waits or runs.

    Attributes:
        id, batch_id: The job, and the first job of its batch.
        steps: Steps in its run.
        model, area, views, canvas, canvas_cost: As in `Pace`.
        requester_id: The member who requested it.
        weight: Jobs that the requester may have in one round.
        guild_id: The server it was requested in.
    """

    id: int
    batch_id: int
    steps: int
    model: str
    area: int
    views: int
    requester_id: int = 0
    weight: int = 1
    guild_id: int = 0
    canvas: str = ""
    canvas_cost: float = 1.0


@dataclass(frozen=True, slots=True)
class Stats:
    """Statistics of one server.

    Attributes:
        pictures: Finished pictures.
        people: Members who requested them.
        last_day: Pictures that were finished within the last day.
        seconds: Total rendering time.
        median_s: Median rendering time of a picture in seconds; None without pictures.
    """

    pictures: int
    people: int
    last_day: int
    seconds: float
    median_s: float | None


class History:
    """Queries over the jobs in one database. `clock` returns the seconds since 1970."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock

    async def pictures_of(self, person_id: int, guild_id: int, page: int, size: int) -> list[Job]:
        """A page of a member's finished pictures in a server, newest first; the first page is 0."""
        return jobs_of(
            await self._database.fetch(
                f"SELECT * FROM job WHERE requester_id = ? AND guild_id = ? AND {SHOWABLE}"  # noqa: S608
                " ORDER BY id DESC LIMIT ? OFFSET ?",
                (person_id, guild_id, size, page * size),
            )
        )

    async def count_of(self, person_id: int, guild_id: int) -> int:
        """The number of a member's finished pictures in a server."""
        rows = await self._database.fetch(
            f"SELECT count(*) FROM job WHERE requester_id = ? AND guild_id = ? AND {SHOWABLE}",  # noqa: S608
            (person_id, guild_id),
        )
        return int(rows[0][0])

    async def active(self, person_id: int | None, guild_id: int) -> list[Job]:
        """Jobs that wait or run in a server, oldest first; of one member, or of all if `person_id` is None."""
        return jobs_of(
            await self._database.fetch(
                "SELECT * FROM job WHERE state IN ('queued', 'running') AND guild_id = ?"
                " AND (?2 IS NULL OR requester_id = ?2) ORDER BY id",
                (guild_id, person_id),
            )
        )

    async def running_or(self, guild_id: int, job_ids: Collection[int]) -> list[Job]:
        """A server's running jobs, and the jobs with these ids."""
        marks = ", ".join("?" * len(job_ids))
        return jobs_of(
            await self._database.fetch(
                f"SELECT * FROM job WHERE id IN ({marks}) OR id IN"  # noqa: S608
                " (SELECT id FROM job WHERE state = 'running' AND guild_id = ?) ORDER BY id",
                (*job_ids, guild_id),
            )
        )

    async def queued(self, guild_id: int, most: int) -> tuple[list[Job], int]:
        """The oldest queued jobs of a server, up to `most`, and how many there are."""
        where = "FROM job WHERE state = 'queued' AND guild_id = ?"
        rows = await self._database.fetch(f"SELECT * {where} ORDER BY id LIMIT ?", (guild_id, most))
        count = await self._database.fetch(f"SELECT count(*) {where}", (guild_id,))
        return jobs_of(rows), int(count[0][0])

    async def unfinished_of(self, person_id: int) -> list[Job]:
        """A person's jobs that wait, run or are held, in all servers."""
        return jobs_of(
            await self._database.fetch(
                "SELECT * FROM job WHERE requester_id = ? AND state IN ('queued', 'running', 'held')", (person_id,)
            )
        )

    async def of_session(self, session_id: int) -> list[Job]:
        """A session's submissions that were not deleted, oldest first."""
        return jobs_of(
            await self._database.fetch(
                "SELECT * FROM job WHERE session_id = ? AND deleted_at IS NULL ORDER BY id", (session_id,)
            )
        )

    async def stats(self, guild_id: int) -> Stats:
        """A server's statistics."""
        rows = await self._database.fetch(
            "SELECT count(*), count(DISTINCT requester_id), count(*) FILTER (WHERE finished_at > ?),"
            " coalesce(sum(seconds), 0) FROM job WHERE guild_id = ? AND state = 'done'",
            (self._clock() - 86400, guild_id),
        )
        pictures, people, last_day, seconds = rows[0]
        middle = await self._database.fetch(
            "SELECT seconds FROM job WHERE guild_id = ?1 AND state = 'done' AND seconds IS NOT NULL ORDER BY seconds"
            " LIMIT 1 OFFSET (SELECT count(*) / 2 FROM job WHERE guild_id = ?1 AND state = 'done'"
            " AND seconds IS NOT NULL)",
            (guild_id,),
        )
        return Stats(pictures, people, last_day, seconds, middle[0]["seconds"] if middle else None)

    async def paces(self) -> list[Pace]:
        """Paces by what they depend on: medians of up to 15 runs each among the last 300; newest first."""
        rows = await self._database.fetch(
            "SELECT json_extract(request, '$.model') AS model,"  # noqa: S608
            " json_extract(request, '$.width') * json_extract(request, '$.height') AS area,"
            " json_extract(request, '$.views') AS views, coalesce(device, '') AS device,"
            f" {_CANVAS} AS canvas, canvas_cost, seconds / steps AS pace"
            " FROM job WHERE seconds IS NOT NULL AND steps > 0 ORDER BY id DESC LIMIT 300"
        )
        kinds: dict[Pace, list[float]] = {}
        for row in rows:
            kind = Pace(row["model"], row["area"], row["views"], 0.0, row["device"], row["canvas"], row["canvas_cost"])
            recent = kinds.setdefault(kind, [])
            if len(recent) < 15:
                recent.append(row["pace"])
        return [replace(kind, seconds=sorted(paces)[len(paces) // 2]) for kind, paces in kinds.items()]

    async def loads(self) -> dict[int, Load]:
        """Loads of all jobs that wait or run, by job id. It is faster than parsing hundreds of requests."""
        sql = (
            "SELECT id, coalesce(batch_id, id), steps, json_extract(request, '$.model'),"  # noqa: S608
            " json_extract(request, '$.width') * json_extract(request, '$.height'), json_extract(request, '$.views'),"
            f" requester_id, weight, guild_id, {_CANVAS}, canvas_cost FROM job WHERE state IN ('queued', 'running')"
        )
        async with self._database.snapshot() as connection:
            rows = await connection.execute_fetchall(sql)
        # In a thread, because thousands of rows would stop the event loop for some time.
        return await asyncio.to_thread(lambda: {row[0]: Load(*row) for row in rows})

    async def demand(self, seconds: float) -> float:
        """Rendering time, in seconds, that newcomers add to the queue in each second.

        Only the first job counts of a request by a member who had no waiting job: the others do not overtake anybody.

        Args:
            seconds: How far to look back.
        """
        asks = await self._database.fetch(
            "SELECT count(*) FROM job WHERE batch_id IS NULL AND created_at > ?1"
            " AND id > (SELECT max(id) FROM job) - 1000 AND NOT EXISTS (SELECT 1 FROM job AS own"
            " WHERE own.requester_id = job.requester_id AND own.created_at BETWEEN ?1 AND job.created_at"
            " AND own.id < job.id AND coalesce(own.started_at, own.finished_at, 9e18) > job.created_at)",
            (self._clock() - seconds,),
        )
        runs = await self._database.fetch(
            "SELECT avg(seconds) FROM (SELECT seconds FROM job WHERE seconds IS NOT NULL ORDER BY id DESC LIMIT 100)"
        )
        return float(asks[0][0] * (runs[0][0] or 0.0) / seconds)

    async def files_before(self, moment: float) -> set[str]:
        """Hashes of files (pictures, time-lapses, inputs) whose jobs all ended before `moment` (seconds since 1970)."""
        rows = await self._database.fetch(
            f"SELECT file FROM ({_FILES}) WHERE file IS NOT NULL"  # noqa: S608
            " GROUP BY file HAVING max(coalesce(finished_at, 9e18)) < ?",
            (moment,),
        )
        return {row["file"] for row in rows}

    async def files(self) -> set[str]:
        """Hashes of all files that any job refers to."""
        rows = await self._database.fetch(f"SELECT DISTINCT file FROM ({_FILES}) WHERE file IS NOT NULL")  # noqa: S608
        return {row["file"] for row in rows}


_FILES: Final = """
    SELECT picture AS file, finished_at FROM job
    UNION ALL SELECT timelapse, finished_at FROM job
    UNION ALL SELECT checkpoint, finished_at FROM job
    UNION ALL SELECT json_extract(request, '$.init'), finished_at FROM job
    UNION ALL SELECT json_extract(request, '$.mask'), finished_at FROM job
    UNION ALL SELECT json_extract(image.value, '$.sha256'), finished_at
              FROM job, json_each(job.request, '$.images') AS image
"""
