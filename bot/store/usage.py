"""Counts what a member has used of their limits, inside the transaction that admits a job."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import aiosqlite

from guidance.request.cost import step_cost

HOUR_S: Final = 3600.0
DAY_S: Final = 86400.0
COUNTED_STATES: Final = "('queued', 'running', 'posting')"
"""Held jobs are not counted: they do not delay other jobs. The same as in the triggers of the table `unfinished`."""
CHARGED: Final = "state <> 'failed' AND NOT (state = 'cancelled' AND started_at IS NULL)"
"""Failed jobs, and jobs that were cancelled before they started, do not count."""


@dataclass(frozen=True, slots=True)
class Usage:
    """What a member has used.

    Attributes:
        own, server, everybody: Unfinished jobs of the member, of the server, and in all.
        hour: When the member requested each job of the last hour, oldest first.
        day: (time, cost in steps) of each job that the member requested within the last day, oldest first; see
            `guidance.request.cost`.
        session: Pictures that the member has submitted to the session.
        now: When this was counted. Times are seconds since 1970.
    """

    own: int
    server: int
    everybody: int
    hour: tuple[float, ...]
    day: tuple[tuple[float, int], ...]
    session: int
    now: float

    @property
    def day_steps(self) -> int:
        """What the member requested within the last day, in steps."""
        return sum(steps for _, steps in self.day)


async def usage(
    connection: aiosqlite.Connection, person_id: int, guild_id: int, session_id: int | None, now: float
) -> Usage:
    """Counts a member's usage, at a cost that does not grow with the queue; `now` is in seconds since 1970."""
    (own, server, everybody) = await _row(
        connection,
        f"SELECT (SELECT count(*) FROM job WHERE requester_id = ? AND state IN {COUNTED_STATES}),"  # noqa: S608
        " coalesce((SELECT jobs FROM unfinished WHERE guild_id = ?), 0),"
        " coalesce((SELECT jobs FROM unfinished WHERE guild_id = 0), 0)",
        (person_id, guild_id),
    )
    rows = await connection.execute_fetchall(
        "SELECT created_at, steps, json_extract(request, '$.model'), json_extract(request, '$.views'),"  # noqa: S608
        " json_extract(request, '$.width') * json_extract(request, '$.height'),"
        " iif(json_extract(request, '$.canvas') = 'palette', json_extract(request, '$.colours'), 0), canvas_cost"
        f" FROM job WHERE requester_id = ? AND created_at > ? AND {CHARGED}"
        " ORDER BY created_at",
        (person_id, now - DAY_S),
    )
    day = tuple(
        # Requests of earlier schemas have no colours.
        (float(row[0]), math.ceil(row[1] * step_cost(row[2], row[3], row[4], row[5] or 0) * row[6]))
        for row in rows
    )
    (session,) = await _row(
        connection,
        f"SELECT count(*) FROM job WHERE session_id = ? AND requester_id = ? AND {CHARGED} AND deleted_at IS NULL",  # noqa: S608
        (session_id, person_id),
    )
    hour = tuple(at for at, _ in day if at > now - HOUR_S)
    return Usage(own, server, everybody, hour, day, session, now)


async def _row(connection: aiosqlite.Connection, sql: str, parameters: Sequence[object]) -> tuple[int, ...]:
    (row,) = await connection.execute_fetchall(sql, tuple(parameters))
    return tuple(int(value) for value in row)
