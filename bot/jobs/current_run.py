"""What each device renders now, how far it is, and the commands that end a run early."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence

from bot.engine import Engine
from bot.jobs.wait_time import RunningJob, Server


class CurrentRun:
    """One device's run. Set by its worker; read by the wait times; ended early by JobControl.

    Args:
        engine: Receives the commands.
        device: Name of the device.
        clock: Seconds since 1970.

    Attributes:
        available: Whether the device takes jobs: its engine has started and is not lost.
    """

    def __init__(self, engine: Engine, device: str = "", clock: Callable[[], float] = time.time) -> None:
        self.device = device
        self.available = False
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


class CurrentRuns:
    """The runs of all devices, in the order in which idle devices take jobs."""

    def __init__(self, runs: Sequence[CurrentRun]) -> None:
        self._runs = tuple(runs)

    def __iter__(self) -> Iterator[CurrentRun]:
        return iter(self._runs)

    def servers(self) -> list[Server]:
        """All devices, with what they do now."""
        return [Server(run.device, run.running(), available=run.available) for run in self._runs]

    def idle(self) -> bool:
        """Whether no job is running."""
        return all(run.running() is None for run in self._runs)

    def others_available(self, run: CurrentRun) -> bool:
        """Whether a device other than this run's takes jobs."""
        return any(other.available for other in self._runs if other is not run)

    async def wait_until_idle(self) -> None:
        """Returns when no job is running."""
        for run in self._runs:
            await run.wait_until_idle()

    async def cancel(self, job_id: int) -> None:
        """Cancels the run that renders this job, if any."""
        for run in self._runs:
            await run.cancel(job_id)

    async def finish(self, job_id: int) -> bool:
        """Ends the run of this job with the picture so far; False if no device renders it or it is ending already."""
        for run in self._runs:
            if await run.finish(job_id):
                return True
        return False

    async def suspend(self) -> None:
        """Ends all runs with checkpoints, and returns when no job is running."""
        await asyncio.gather(*(run.suspend() for run in self._runs))
        await self.wait_until_idle()
