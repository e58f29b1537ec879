"""Prompt sessions: members submit pictures on a theme in a thread until a given time."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from bot.store.database import Database


class SessionState(StrEnum):
    """`open` accepts submissions; `closing` waits for unfinished ones; `ended` has its results."""

    OPEN = "open"
    CLOSING = "closing"
    ENDED = "ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A prompt session.

    Attributes:
        channel_id: Where it was announced.
        thread_id: Where members submit; None until the thread exists.
        per_person: Pictures that one member may submit.
        started_at, ends_at: Seconds since 1970.
        results_id: The message with the results. In a session that is not over: a snowflake below the message's, stored
            before it is sent.
    """

    id: int
    guild_id: int
    channel_id: int
    thread_id: int | None
    host_id: int
    theme: str
    per_person: int
    state: SessionState
    started_at: float
    ends_at: float
    results_id: int | None


class SessionRows:
    """The sessions in one database. `clock` returns the seconds since 1970."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock

    async def open(
        self, guild_id: int, channel_id: int, host_id: int, theme: str, minutes: float, per_person: int
    ) -> Session:
        """Adds a session that does not have a thread yet."""
        now = self._clock()
        async with self._database.transaction() as connection:
            cursor = await connection.execute(
                "INSERT INTO session (guild_id, channel_id, host_id, theme, per_person, state, started_at, ends_at)"
                " VALUES (?, ?, ?, ?, ?, 'open', ?, ?)",
                (guild_id, channel_id, host_id, theme, per_person, now, now + 60 * minutes),
            )
            session_id = cursor.lastrowid
        (session,) = await self._where("id = ?", session_id)
        return session

    async def get(self, session_id: int) -> Session | None:
        """The session with this id, if any."""
        return next(iter(await self._where("id = ?", session_id)), None)

    async def of_thread(self, thread_id: int) -> Session | None:
        """The session with this thread, if any."""
        return next(iter(await self._where("thread_id = ?", thread_id)), None)

    async def running_in(self, guild_id: int) -> list[Session]:
        """A server's sessions that have not ended, oldest first."""
        return await self._where("guild_id = ? AND state <> 'ended' ORDER BY id", guild_id)

    async def unfinished(self) -> list[Session]:
        """All sessions that have not ended, by the time of their end."""
        return await self._where("state <> 'ended' ORDER BY ends_at")

    async def end_without_thread(self) -> int:
        """Ends the sessions whose thread is not known; returns how many."""
        async with self._database.transaction() as connection:
            cursor = await connection.execute(
                "UPDATE session SET state = 'ended' WHERE thread_id IS NULL AND state <> 'ended'"
            )
            return cursor.rowcount

    async def set(self, session_id: int, **columns: object) -> Session:
        """Changes columns of a session and returns it."""
        names = ", ".join(f"{name} = ?" for name in columns)
        async with self._database.transaction() as connection:
            await connection.execute(f"UPDATE session SET {names} WHERE id = ?", (*columns.values(), session_id))  # noqa: S608
        (session,) = await self._where("id = ?", session_id)
        return session

    async def _where(self, condition: str, *parameters: object) -> list[Session]:
        rows = await self._database.fetch(f"SELECT * FROM session WHERE {condition}", parameters)  # noqa: S608
        return [_session({key: row[key] for key in row.keys()}) for row in rows]  # noqa: SIM118 - a Row iterates values


def _session(columns: dict[str, Any]) -> Session:
    return Session(**columns | {"state": SessionState(columns["state"])})
