"""The engine as a child process on this machine, so that a crash or a hang costs one attempt of one job."""

import asyncio
import contextlib
import logging
import sys
from collections.abc import AsyncGenerator, Sequence
from typing import Final

from bot.clock import Sleep
from bot.config import EngineConfig
from bot.engine import (
    EngineAwayError,
    EngineCrashedError,
    ProcessEndedError,
    RenderTask,
    RunCancelledError,
    RunFailedError,
)
from bot.engine.child import ANSWER_S, EngineChild
from bot.engine.messages import (
    BotMessage,
    ControlRun,
    LoadModel,
    ModelReady,
    Ping,
    Pong,
    ProcessMessage,
    RunCancelled,
    RunCommand,
    RunFailed,
    RunLost,
    StartRun,
)
from bot.jobs.job import Progress, RenderResult, Suspended
from bot.operations.metrics import Metrics
from guidance.request.parameters import MODEL_CANVASES

log = logging.getLogger(__name__)

COMMAND: Final = (sys.executable, "-m", "bot.engine.process")
PING_PERIOD_S: Final = 30.0
"""Seconds between two pings of an idle process."""


class LocalEngine:
    """An Engine with one process, started when it is needed and again after a crash.

    Args:
        settings: Model, device, time limits.
        preview_interval_s: Shortest time between two previews, in seconds.
        metrics: Counts every start but the first.
        answer_s: Seconds in which a process that is not busy answers.
        name: Of the device, in metrics.
        threads: CPU threads; 0 for one on each core.
        command: Runs a process that renders elsewhere. If it ends, the run is not the cause.

    Attributes:
        starts: How often a process was started.
    """

    def __init__(
        self,
        settings: EngineConfig,
        preview_interval_s: float,
        metrics: Metrics | None = None,
        answer_s: float = ANSWER_S,
        *,
        name: str = "",
        threads: int = 0,
        command: Sequence[str] | None = None,
    ) -> None:
        self.starts = 0
        self._settings = settings
        self._preview_interval_s = preview_interval_s
        self._metrics = metrics or Metrics()
        self._answer_s = answer_s
        self._name = name or settings.device
        self._threads = threads
        self._command_line = command
        self._process: EngineChild | None = None
        self._device = ""
        self._started = False
        self._loaded: LoadModel | None = None
        self._in_use = asyncio.Lock()
        self._run = 0
        self._running = False
        self._task_sent = False
        self._early_commands: list[RunCommand] = []

    async def start(self) -> str:
        """Implements Engine.start: loads the configured model."""
        async with self._in_use, self._elsewhere():
            await self._ensure_loaded(self._load(self._settings.model))
            self._started = True
            return self._device

    async def run(self, task: RenderTask) -> AsyncGenerator[Progress | RenderResult | Suspended, None]:
        """Implements Engine.run."""
        self._run += 1
        self._running, self._task_sent, self._early_commands = True, False, []
        try:
            async with self._in_use, self._elsewhere(), contextlib.aclosing(self._entries(task)) as entries:
                async for entry in entries:
                    yield entry
        finally:
            self._running = False

    async def cancel(self) -> None:
        """Implements Engine.cancel."""
        await self._command(RunCommand.CANCEL)

    async def finish(self) -> None:
        """Implements Engine.finish."""
        await self._command(RunCommand.FINISH)

    async def suspend(self) -> None:
        """Implements Engine.suspend."""
        await self._command(RunCommand.SUSPEND)

    async def close(self) -> None:
        """Kills the process."""
        await self._kill()

    async def ping_when_idle(self, sleep: Sleep = asyncio.sleep) -> None:
        """Pings the process every PING_PERIOD_S while no run uses it, until cancelled.

        A process that does not answer is killed at once, so that it does not hold the GPU's memory until the next run.
        """
        while True:
            await sleep(PING_PERIOD_S)
            if not self._in_use.locked():
                async with self._in_use:
                    await self._is_alive()

    @contextlib.asynccontextmanager
    async def _elsewhere(self) -> AsyncGenerator[None, None]:
        """If the process renders elsewhere, its end is not the fault of what it was asked for."""
        try:
            yield
        except ProcessEndedError as error:
            if self._command_line is None:
                raise
            raise EngineAwayError(str(error)) from error

    async def _entries(self, task: RenderTask) -> AsyncGenerator[Progress | RenderResult | Suspended, None]:
        ended, step = False, -1
        try:
            await self._ensure_loaded_for(task)
            await self._send_task(task)
            await self._receive_ready(self._answer_s)
            while not ended:
                entry = await self._receive(self._limit_s(task, step))
                if isinstance(entry, Progress):
                    if not step < entry.step <= entry.total:
                        raise await self._crashed(f"step {entry.step} of {entry.total} follows step {step}")
                    step = entry.step
                elif isinstance(entry, RenderResult | Suspended):
                    ended = True
                else:
                    raise await self._crashed("unexpected message")
                yield entry
        except (RunFailedError, RunCancelledError, EngineAwayError, EngineCrashedError):
            ended = True  # by a message of the process, or with the process
            raise
        finally:
            if not ended:
                # The rest of this run's messages would be read as the next run's.
                await self._kill()

    def _limit_s(self, task: RenderTask, step: int) -> float:
        """The most seconds of the next step. Before the first one, the model of a canvas is loaded, or downloaded."""
        loads = step < 1 and task.request.canvas in MODEL_CANVASES
        return self._settings.step_timeout_s + (self._settings.load_timeout_s if loads else 0)

    def _load(self, model: str) -> LoadModel:
        return LoadModel(model, self._settings.device, self._settings.graphs, self._threads)

    async def _ensure_loaded_for(self, task: RenderTask) -> None:
        try:
            await self._ensure_loaded(self._load(task.request.model))
        except (EngineCrashedError, RunFailedError) as error:
            if task.request.model == self._settings.model and self._started:
                # It was loaded before, so the request is not the cause.
                raise EngineAwayError(str(error)) from error
            raise

    async def _ensure_loaded(self, load: LoadModel) -> None:
        """Starts a process if none runs or the one that runs does not answer, and loads the model."""
        if not await self._is_alive():
            await self._start_process()
        if self._loaded != load:
            self._loaded = None
            await self._send(load)
            await self._receive_ready(self._settings.load_timeout_s)
            self._loaded = load

    async def _is_alive(self) -> bool:
        """Whether the process answers a ping; one that does not is killed. No run may use it."""
        if self._process is None or self._process.ended:
            return False
        try:
            await self._process.send(Ping())
            if not isinstance(await self._process.receive(self._answer_s), Pong):
                raise await self._process.crashed("unexpected message")
        except EngineCrashedError:
            return False
        return True

    async def _start_process(self) -> None:
        self._loaded = None
        self._process = await EngineChild.start(self._command_line or COMMAND)
        self.starts += 1
        if self.starts > 1:
            self._metrics.engine_restarted(self._name)

    async def _send_task(self, task: RenderTask) -> None:
        """Sends the task, then the commands that came before it."""
        # A command that comes from here on is written to the pipe after the task.
        self._task_sent = True
        load = self._load(task.request.model)
        await self._send(StartRun(self._run, load, task, self._preview_interval_s, self._settings.preview_pixels))
        for command in self._early_commands:
            await self._command(command)

    async def _command(self, command: RunCommand) -> None:
        if not self._running:
            return
        if not self._task_sent:
            self._early_commands.append(command)
            return
        with contextlib.suppress(EngineCrashedError):  # `run` raises it too
            await self._send(ControlRun(self._run, command))

    async def _send(self, message: BotMessage) -> None:
        if self._process is None:
            raise EngineCrashedError("process was closed")
        await self._process.send(message)

    async def _receive_ready(self, limit_s: float) -> None:
        ready = await self._receive(limit_s)
        if not isinstance(ready, ModelReady):
            raise await self._crashed("unexpected message")
        self._device = ready.device

    async def _receive(self, limit_s: float) -> ProcessMessage:
        """The process's next message. Raises also RunFailedError and RunCancelledError, which the process reported."""
        if self._process is None:
            raise EngineCrashedError("process was closed")
        message = await self._process.receive(limit_s)
        if isinstance(message, RunFailed):
            raise RunFailedError(message.message, message.stored)
        if isinstance(message, RunCancelled):
            raise RunCancelledError
        if isinstance(message, RunLost):
            self._loaded = None  # `start` has to load again
            raise (EngineCrashedError if message.crashed else EngineAwayError)(message.message)
        return message

    async def _crashed(self, why: str) -> EngineCrashedError:
        if self._process is None:
            return EngineCrashedError(why)
        return await self._process.crashed(why)

    async def _kill(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            await process.kill()
