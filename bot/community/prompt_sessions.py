"""Prompt sessions: a theme, a thread in which everybody submits to it, votes, and at the end a ranking.

A session is a row, so it ends on time whatever restarts come between. A SessionChannel does Discord's part.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from bot.clock import Sleep, wait_at_most
from bot.delivery.messenger import ChannelGoneError, UnreachableError
from bot.jobs.job import ACTIVE, PICTURED, Job, JobState
from bot.store.history import History
from bot.store.sessions import Session, SessionRows, SessionState

log = logging.getLogger(__name__)

LAST_PICTURES_S: Final = 900.0
"""How long after its end a session waits for pictures that are still under way."""
RETRY_S: Final = 10.0
MOST_IN_SERVER: Final = 5
"""Sessions at a time."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """A submission and its votes."""

    job: Job
    votes: int


class SessionChannel(Protocol):
    """Where sessions take place. Each call raises ChannelGoneError or UnreachableError where it must."""

    async def votes(self, job: Job) -> int:
        """People who voted for it, without its requester and the bot; 0 if its message is gone."""
        ...

    async def announce_results(self, session: Session, ranking: Sequence[Ranked]) -> int | None:
        """Posts the results in the thread and where the session was announced; returns the thread's message."""
        ...


class TooManySessionsError(ValueError):
    """A server has as many sessions as it may."""


class Sessions:
    """All sessions of one database.

    Args:
        rows, history: What is kept.
        session_channel: Counts votes, posts results.
        clock: Seconds since 1970.
        sleep: Waits until something is due.
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
        """The rows, to be read."""
        return self._rows

    async def start(
        self, guild_id: int, channel_id: int, host_id: int, theme: str, minutes: float, per_person: int
    ) -> Session:
        """Opens a session, whose thread chat makes next.

        Raises:
            TooManySessionsError: There are enough.
        """
        if len(await self._rows.running_in(guild_id)) >= MOST_IN_SERVER:
            raise TooManySessionsError
        return await self._rows.open(guild_id, channel_id, host_id, theme, minutes, per_person)

    async def opened(self, session: Session, thread_id: int) -> Session:
        """Its thread is there."""
        self._wake.set()
        return await self._rows.set(session.id, thread_id=thread_id)

    async def call_off(self, session: Session) -> None:
        """Its thread could not be made."""
        await self._rows.set(session.id, state=SessionState.ENDED)

    async def end(self, session: Session) -> None:
        """Takes no more pictures; the results follow when those under way are done."""
        await self._rows.set(session.id, ends_at=min(session.ends_at, self._clock()))
        self._wake.set()

    async def leaderboard(self, session: Session) -> list[Ranked]:
        """Finished submissions by votes; of equal ones the earlier first."""
        jobs = [job for job in await self._history.of_session(session.id) if job.state in PICTURED]
        ranked = [Ranked(job, await self._session_channel.votes(job)) for job in jobs]
        return sorted(ranked, key=lambda entry: (-entry.votes, entry.job.id))

    async def keep(self) -> None:
        """Ends sessions when they are due, until it is cancelled."""
        while True:
            self._wake.clear()
            pause = await self._once()
            await wait_at_most(pause, self._wake.wait(), self._sleep)

    async def _once(self) -> float:
        """Does what is due; returns seconds until something may be due again."""
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
                log.info("session %d: its results wait (%s)", session.id, error)
                pause = min(pause, RETRY_S)
            except ChannelGoneError:
                log.info("session %d: its thread is gone", session.id)
                await self._rows.set(session.id, state=SessionState.ENDED)
        return pause

    async def _close(self, session: Session) -> bool:
        """Posts the results once every picture is there; False while some are not."""
        if session.state is SessionState.OPEN:
            session = await self._rows.set(session.id, state=SessionState.CLOSING)
        jobs = await self._history.of_session(session.id)
        waiting = any(job.state in ACTIVE or job.state is JobState.POSTING for job in jobs)
        if waiting and self._clock() - session.ends_at < LAST_PICTURES_S:
            return False
        results_id = await self._session_channel.announce_results(session, await self.leaderboard(session))
        await self._rows.set(session.id, state=SessionState.ENDED, results_id=results_id)
        log.info("session %d ended with %d pictures", session.id, len(jobs))
        return True
