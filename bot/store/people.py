"""Export and erasure of the data about one person."""

import json
import time
from collections.abc import Callable
from typing import Final

from bot.store.database import Database
from bot.store.job_row import unused

DAY_S: Final = 86400.0
ERASED: Final = "(erased)"


class People:
    """Personal data in one database. `clock` returns the seconds since 1970."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock

    async def export(self, person_id: int) -> str:
        """All rows that contain the person's id, as JSON."""
        tables = {
            "jobs": "SELECT * FROM job WHERE requester_id = ?",
            "styles": "SELECT * FROM style WHERE owner_id = ?",
            "bans": "SELECT * FROM ban WHERE user_id = ?",
            "sessions": "SELECT * FROM session WHERE host_id = ?",
            "audit": "SELECT * FROM audit WHERE ? IN (actor_id, target_id)",
        }
        data: dict[str, object] = {}
        for name, sql in tables.items():
            rows = [dict(row) for row in await self._database.fetch(sql, (person_id,))]
            for row in rows:
                if "request" in row:
                    row["request"] = json.loads(row["request"])
            data[name] = rows
        return json.dumps(data, indent=1, ensure_ascii=False)

    async def messages_of(self, person_id: int) -> list[tuple[int, int]]:
        """(channel id, message id) of all messages that show the person's pictures, newest first."""
        rows = await self._database.fetch(
            "SELECT channel_id, message_id FROM job WHERE requester_id = ?1 AND message_id IS NOT NULL"
            " AND deleted_at IS NULL UNION ALL SELECT copy.channel_id, copy.message_id FROM copy"
            " JOIN job ON job.id = copy.job_id WHERE job.requester_id = ?1 ORDER BY 2 DESC",
            (person_id,),
        )
        return [(row[0], row[1]) for row in rows]

    async def erase(self, person_id: int) -> set[str]:
        """Erases the person's prompts, pictures and styles now, and schedules the erasure of their id in a day.

        The daily limits need the id for a day. Cancel the person's unfinished jobs first.

        Returns:
            Hashes of the files that no job refers to any more.
        """
        async with self._database.transaction() as connection:
            async with connection.execute(
                "SELECT picture, timelapse, checkpoint,"
                " json_extract(request, '$.init'), json_extract(request, '$.mask')"
                " FROM job WHERE requester_id = ?1 UNION ALL"
                " SELECT json_extract(image.value, '$.sha256'), NULL, NULL, NULL, NULL"
                " FROM job, json_each(job.request, '$.images') AS image WHERE requester_id = ?1",
                (person_id,),
            ) as cursor:
                named = {value for row in await cursor.fetchall() for value in row if value is not None}
            await connection.execute(
                "UPDATE job SET picture = NULL, timelapse = NULL, checkpoint = NULL,"
                " deleted_at = coalesce(deleted_at, ?1), reason = NULL, flags = '[]',"
                " request = json_set(request, '$.prompt', ?2, '$.negative', '', '$.style', '', '$.init', NULL,"
                " '$.mask', NULL, '$.perturbation', 0.0, '$.images', json('[]')) WHERE requester_id = ?3",
                (self._clock(), ERASED, person_id),
            )
            await connection.execute("DELETE FROM style WHERE owner_id = ?", (person_id,))
            await connection.execute(
                "UPDATE session SET theme = ? WHERE host_id = ? AND state = 'ended'", (ERASED, person_id)
            )
            await connection.execute(
                "INSERT OR REPLACE INTO erasure (user_id, asked_at) VALUES (?, ?)", (person_id, self._clock())
            )
            return await unused(connection, named)

    async def forget(self) -> int:
        """Erases the ids of people whose `erase` was at least a day ago; returns the number of people."""
        due = self._clock() - DAY_S
        async with self._database.transaction() as connection:
            async with connection.execute(
                "SELECT user_id, asked_at FROM erasure WHERE asked_at <= ?", (due,)
            ) as cursor:
                people = [(row["user_id"], row["asked_at"]) for row in await cursor.fetchall()]
            for person_id, asked_at in people:
                await connection.execute(
                    "UPDATE job SET requester_id = 0 WHERE requester_id = ? AND created_at <= ?"
                    " AND state IN ('done', 'failed', 'cancelled')",
                    (person_id, asked_at),
                )
                await connection.execute(
                    "UPDATE session SET host_id = 0, theme = ? WHERE host_id = ? AND started_at <= ?"
                    " AND state = 'ended'",
                    (ERASED, person_id, asked_at),
                )
                # The row stays until the person's unfinished jobs and sessions end; a later call erases those.
                await connection.execute(
                    "DELETE FROM erasure WHERE user_id = ?1"
                    " AND NOT EXISTS (SELECT 1 FROM job WHERE requester_id = ?1 AND created_at <= ?2)"
                    " AND NOT EXISTS (SELECT 1 FROM session WHERE host_id = ?1 AND started_at <= ?2)",
                    (person_id, asked_at),
                )
            return len(people)
