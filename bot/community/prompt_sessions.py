"""Prompt sessions: members submit pictures to a theme in a thread and vote, and the results are posted at the end.

Sessions are stored, so they also end on time after a restart. A `SessionChannel` does what needs Discord.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from bot.clock import Sleep, wait_at_most
from bot.delivery.messenger import DeliveryError, UnreachableError
from bot.jobs.job import ACTIVE, PICTURED, Job, JobState
from bot.store.history import History
from bot.store.sessions import Session, SessionRows, SessionState
from bot.store.storage_error import outlast

log = logging.getLogger(__name__)

LAST_PICTURES_S: Final = 900.0
"""Seconds after its end for which a session waits for unfinished pictures."""
RETRY_S: Final = 10.0
GIVE_UP_S: Final = 3600.0
"""Seconds after its end for which results that fail unexpectedly are tried again."""
MAX_PER_SERVER: Final = 5
"""Maximum number of simultaneous sessions per server."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """A submission and its number of votes."""

    job: Job
    votes: int


class SessionChannel(Protocol):
    """The threads of sessions. Every method may raise a DeliveryError."""

    async def votes(self, job: Job) -> int:
        """The number of votes, without the requester's and the bot's; 0 if the message is gone."""
        ...

    def mark(self) -> int:
        """A snowflake below those of all messages that are sent from now on."""
        ...

    async def find_results(self, session: Session, search_from: int) -> int | None:
        """The id of the message with the session's results in its thread, if one was sent after `search_from`."""
        ...

    async def announce_results(self, session: Session, ranking: Sequence[Ranked]) -> int | None:
        """Posts the results in the thread and in its parent channel; returns the id of the message in the thread."""
        ...


class TooManySessionsError(ValueError):
    """The server has MAX_PER_SERVER sessions already."""


class Sessions:
    """All sessions of one database.

    Args:
        rows, history: The stored sessions and jobs.
        session_channel: Counts votes and posts results.
        clock: Returns seconds since 1970.
        sleep: Sleeps until a session is due.
    """

    def __init__(
        self,
        rows: SessionRows,
        history: History,
        session_channel: SessionChannel,
        clock: Callable[[], float] = time.time,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._rows = rows
        self._history = history
        self._session_channel = session_channel
        self._clock = clock
        self._sleep = sleep
        self._wake = asyncio.Event()

    @property
    def rows(self) -> SessionRows:
        """The stored sessions, for reading only."""
        return self._rows

    async def recover(self) -> None:
        """Ends sessions during whose opening the bot was killed. Nobody could, and they count for MAX_PER_SERVER."""
        if ended := await self._rows.end_without_thread():
            log.info("ended %d sessions during whose opening the bot was killed", ended)

    async def start(
        self, guild_id: int, channel_id: int, host_id: int, theme: str, minutes: float, per_person: int
    ) -> Session:
        """Opens a session. The caller creates its thread, and then calls `opened` or `abandon`.

        Raises:
            TooManySessionsError: The server has MAX_PER_SERVER sessions already.
        """
        if len(await self._rows.running_in(guild_id)) >= MAX_PER_SERVER:
            raise TooManySessionsError
        return await self._rows.open(guild_id, channel_id, host_id, theme, minutes, per_person)

    async def opened(self, session: Session, thread_id: int) -> Session:
        """Stores the thread of a new session."""
        self._wake.set()
        return await self._rows.set(session.id, thread_id=thread_id)

    async def abandon(self, session: Session) -> None:
        """Ends a new session whose thread could not be created."""
        await self._rows.set(session.id, state=SessionState.ENDED)

    async def end(self, session: Session) -> None:
        """Ends a session early. The results follow when its pictures are finished."""
        await self._rows.set(session.id, ends_at=min(session.ends_at, self._clock()))
        self._wake.set()

    async def leaderboard(self, session: Session) -> list[Ranked]:
        """Finished submissions, most votes first; of equal votes the earlier submission first."""
        jobs = [job for job in await self._history.of_session(session.id) if job.state in PICTURED]
        ranked = [Ranked(job, await self._session_channel.votes(job)) for job in jobs]
        return sorted(ranked, key=lambda entry: (-entry.votes, entry.job.id))

    async def run(self) -> None:
        """Ends sessions when they are due, until cancelled."""
        while True:
            self._wake.clear()
            pause = await outlast("sessions", self._close_due, self._sleep)
            await wait_at_most(pause, self._wake.wait(), self._sleep)

    async def _close_due(self) -> float:
        """Closes all sessions that are due; returns the seconds until the next attempt."""
        pause = 3600.0
        for session in await self._rows.unfinished():
            left = session.ends_at - self._clock()
            if left > 0:
                pause = min(pause, left)
                continue
            try:
                if not await self._close(session):
                    pause = min(pause, RETRY_S)
            except UnreachableError as error:
                log.info("session %d: the results could not be posted (%s); retrying", session.id, error)
                pause = min(pause, RETRY_S)
            except DeliveryError as error:
                log.info("session %d: the results cannot be posted (%s)", session.id, error)
                await self._rows.set(session.id, state=SessionState.ENDED)
            except Exception:
                log.exception("session %d: the results could not be posted", session.id)
                pause = min(pause, RETRY_S)
                if self._clock() - session.ends_at > GIVE_UP_S:
                    await self._rows.set(session.id, state=SessionState.ENDED)
        return pause

    async def _close(self, session: Session) -> bool:
        """Posts the results once every picture is finished or LAST_PICTURES_S are over; returns False before."""
        if session.state is SessionState.OPEN:
            session = await self._rows.set(session.id, state=SessionState.CLOSING)
        jobs = await self._history.of_session(session.id)
        unfinished = any(job.state in ACTIVE or job.state is JobState.POSTING for job in jobs)
        if unfinished and self._clock() - session.ends_at < LAST_PICTURES_S:
            return False
        # Until the results are posted, `results_id` is a snowflake below theirs, so a kill does not post them twice.
        results_id = None
        if session.results_id is None:
            await self._rows.set(session.id, results_id=self._session_channel.mark())
        else:
            results_id = await self._session_channel.find_results(session, session.results_id)
        if results_id is None:
            results_id = await self._session_channel.announce_results(session, await self.leaderboard(session))
        await self._rows.set(session.id, state=SessionState.ENDED, results_id=results_id)
        log.info("session %d ended with %d pictures", session.id, len(jobs))
        return True
