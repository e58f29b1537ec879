"""The engine's current run: which job it renders, how far it is, and the commands that end it early."""

import asyncio
import time
from collections.abc import Awaitable, Callable

from bot.engine import Engine
from bot.jobs.wait_time import RunningJob


class CurrentRun:
    """Set by the worker; read by the wait times; ended early by JobControl.

    Args:
        engine: Receives the commands.
        clock: Seconds since 1970.
    """

    def __init__(self, engine: Engine, clock: Callable[[], float] = time.time) -> None:
        self._engine = engine
        self._clock = clock
        self._running: RunningJob | None = None
        self._command: Callable[[], Awaitable[None]] | None = None
        self._idle = asyncio.Event()
        self._idle.set()

    def running(self) -> RunningJob | None:
        """The job that the engine renders, if any."""
        return self._running

    def begin(self, job_id: int) -> None:
        """The worker has claimed this job."""
        self._running, self._command = RunningJob(job_id, self._clock()), None
        self._idle.clear()

    def advance(self, step: int) -> None:
        """The run has made this many steps."""
        if self._running is not None:
            self._running = RunningJob(self._running.job_id, self._running.began_at, step)

    def end(self) -> None:
        """The worker is done with the job."""
        self._running = None
        self._idle.set()

    async def wait_until_idle(self) -> None:
        """Returns when no job is running."""
        await self._idle.wait()

    async def cancel(self, job_id: int) -> None:
        """Cancels the run if it renders this job."""
        if self._renders(job_id):
            await self._send(self._engine.cancel)

    async def finish(self, job_id: int) -> bool:
        """Ends the run with the picture so far; False if it renders another job or is ending already."""
        if not self._renders(job_id) or self._command is not None:
            return False
        await self._send(self._engine.finish)
        return True

    async def suspend(self) -> None:
        """Ends the run with a checkpoint."""
        await self._send(self._engine.suspend)

    async def repeat_command(self) -> None:
        """Sends the last command again: the engine ignores one that comes before it has the task."""
        if self._command is not None:
            await self._command()

    def _renders(self, job_id: int) -> bool:
        return self._running is not None and self._running.job_id == job_id

    async def _send(self, command: Callable[[], Awaitable[None]]) -> None:
        self._command = command
        await command()
