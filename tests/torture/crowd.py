"""People who keep asking: singles, batches, cancels, reruns, deletions, sessions, and moderators' acts."""

import asyncio
import contextlib
import functools
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

from tests.sandbox.person import PageRefusedError, components_of
from tests.torture.harness import TortureHarness
from tests.torture.people import QuickPerson

MODERATORS_PAUSE_S = 1.0
SESSION_MINUTES = 60
RESULTS_S = 60.0
"""Seconds in which the results of all sessions must be posted."""


class Crowd:
    """Twenty people at once. What fails because the bot is down is not repeated."""

    def __init__(self, harness: TortureHarness, pause_s: float) -> None:
        self._harness = harness
        self._pause_s = pause_s
        self._thread: QuickPerson | None = None

    @asynccontextmanager
    async def asking(self) -> AsyncIterator[None]:
        """People ask for as long as the block lasts; the last session then ends."""
        tasks = [asyncio.create_task(self._ask(person)) for person in self._harness.people]
        tasks += [asyncio.create_task(self._moderate()), asyncio.create_task(self._hold_sessions())]
        try:
            yield
            for task in tasks:
                if task.done():
                    task.result()  # a person who failed unexpectedly is a fault of the suite
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def resume(self) -> None:
        """A moderator ends a pause."""
        await self._moderated("mod resume", {})

    async def end_sessions(self) -> None:
        """Ends every session, and waits for its results.

        Raises:
            TimeoutError: A session does not end.
        """
        for thread in await self._harness.mo.threads():
            await self._tried(functools.partial(self._end, self._harness.mo.at(thread["id"])))
        async with asyncio.timeout(RESULTS_S):
            while open_sessions(self._harness.bot.database):
                await asyncio.sleep(0.5)

    async def _ask(self, person: QuickPerson) -> None:
        rng, harness = self._harness.rng, self._harness
        while True:
            await asyncio.sleep(rng.expovariate(1 / self._pause_s))
            act: Callable[[], Awaitable[object]] = rng.choices(
                [
                    lambda: harness.ask(person),
                    lambda: harness.ask(person, pictures=rng.randint(2, 4)),
                    lambda: self._press(person, "cancel"),
                    lambda: self._press(person, "rerun"),
                    lambda: self._press(person, "delete"),
                    lambda: self._submit(person),
                ],
                weights=[8, 3, 3, 2, 1, 2],
            )[0]
            await self._tried(act)

    async def _press(self, person: QuickPerson, action: str) -> None:
        """Presses a button of one of the person's latest messages."""
        mine = [
            (message, part["custom_id"])
            for message in await person.messages()
            if f"<@{person.id}>" in str(message["embeds"])
            for part in components_of(message)
            if part["custom_id"].endswith(f":{action}")
        ]
        if mine:
            message, custom_id = self._harness.rng.choice(mine)
            await person.outcome(await person.click(message, custom_id))

    async def _submit(self, person: QuickPerson) -> None:
        if self._thread is not None:
            await self._harness.ask(person.at(self._thread.channel_id))

    async def _moderate(self) -> None:
        rng = self._harness.rng
        while True:
            await asyncio.sleep(rng.expovariate(1 / MODERATORS_PAUSE_S))
            somebody = rng.choice(self._harness.people).id
            acts: list[tuple[str, dict[str, Any]]] = [
                ("mod clear", {"member": somebody}),
                ("mod ban", {"member": somebody, "duration": "1m"}),
                ("mod unban", {"member": somebody}),
                ("mod pause", {}),
                ("mod resume", {}),
                ("mod bump", {"job": await self._some_job()}),
                ("mod remove", {"job": await self._some_job()}),
                ("mod blocklist add", {"pattern": f"word{rng.randrange(50)}"}),
            ]
            command, options = rng.choices(acts, weights=[1, 1, 2, 1, 6, 2, 2, 1])[0]
            await self._tried(functools.partial(self._moderated, command, options))
            if command == "mod pause":
                await asyncio.sleep(0.5)
                await self._tried(lambda: self._moderated("mod resume", {}))

    async def _moderated(self, command: str, options: dict[str, Any]) -> None:
        await self._harness.mo.outcome(await self._harness.mo.invoke(command, options))

    async def _some_job(self) -> int:
        jobs = self._harness.jobs(self._harness.current)
        waiting = [job.id for job in jobs if job.state == "queued"] or [job.id for job in jobs] or [1]
        return self._harness.rng.choice(waiting)

    async def _hold_sessions(self) -> None:
        """Opens a session in another channel, lets people submit for some seconds, ends it, and so on."""
        host = self._harness.people[0]
        host = host.at((await host.in_channel("general")).channel_id)
        while True:
            await self._tried(lambda: self._open_session(host))
            await asyncio.sleep(self._harness.rng.uniform(4, 8))
            await self._tried(self._end_session)

    async def _open_session(self, host: QuickPerson) -> None:
        theme = f"theme {self._harness.rng.randrange(10**6)}"
        await host.outcome(await host.invoke("session start", {"theme": theme, "minutes": SESSION_MINUTES}))
        threads = [thread for thread in await host.threads() if thread["name"] == theme]
        self._thread = host.at(threads[0]["id"]) if threads else None

    async def _end_session(self) -> None:
        if self._thread is not None:
            thread, self._thread = self._thread, None
            await self._end(thread)

    @staticmethod
    async def _end(thread: QuickPerson) -> None:
        await thread.outcome(await thread.invoke("session end"))

    @staticmethod
    async def _tried(act: Callable[[], Awaitable[object]]) -> None:
        """Does something that may fail because the bot is down, or because somebody else was faster."""
        with contextlib.suppress(PageRefusedError, aiohttp.ClientError, KeyError):
            await act()


def open_sessions(database: Path) -> list[int]:
    """The ids of sessions that have not ended."""
    with contextlib.closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)) as connection:
        return [row[0] for row in connection.execute("SELECT id FROM session WHERE state <> 'ended'")]
