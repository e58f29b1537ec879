"""The engine as a child process on this machine, so that a crash or a hang costs one attempt of one job."""

import asyncio
import contextlib
import logging
import sys
from collections.abc import AsyncGenerator
from typing import Final

from bot.config import EngineConfig
from bot.engine import EngineCrashedError, RenderTask, RunCancelledError, RunFailedError, protocol
from bot.engine.messages import (
    BotMessage,
    ControlRun,
    LoadModel,
    ModelReady,
    RunCancelled,
    RunCommand,
    RunFailed,
    StartRun,
)
from bot.jobs.job import Progress, RenderResult, Suspended
from bot.operations.metrics import Metrics

log = logging.getLogger(__name__)

COMMAND: Final = (sys.executable, "-m", "bot.engine.process")


class LocalEngine:
    """An Engine with one process, started when it is needed and again after a crash.

    Args:
        settings: Model, device, time limits.
        preview_interval_s: Shortest time between two previews, in seconds.
        metrics: Counts every start but the first.

    Attributes:
        starts: How often a process was started.
    """

    def __init__(self, settings: EngineConfig, preview_interval_s: float, metrics: Metrics | None = None) -> None:
        self.starts = 0
        self._settings = settings
        self._preview_interval_s = preview_interval_s
        self._metrics = metrics or Metrics()
        self._process: asyncio.subprocess.Process | None = None
        self._run = 0
        self._running = False
        self._task_sent = False
        self._early_commands: list[RunCommand] = []

    async def start(self) -> str:
        """Implements Engine.start: loads the configured model."""
        await self._ensure_process()
        await self._send(self._load(self._settings.model))
        return (await self._receive_ready()).device

    async def run(self, task: RenderTask) -> AsyncGenerator[Progress | RenderResult | Suspended, None]:
        """Implements Engine.run."""
        ended = False
        self._run += 1
        self._running, self._task_sent, self._early_commands = True, False, []
        try:
            await self._ensure_process()
            await self._send_task(task)
            await self._receive_ready()
            while not ended:
                entry = await self._receive(self._settings.step_timeout_s)
                if isinstance(entry, ModelReady):
                    raise await self._crashed("unexpected message")
                ended = not isinstance(entry, Progress)
                yield entry
        except (RunFailedError, RunCancelledError):
            ended = True
            raise
        finally:
            self._running = False
            if not ended:
                # The rest of this run's messages would be read as the next run's.
                await self._kill()

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

    def _load(self, model: str) -> LoadModel:
        return LoadModel(model, self._settings.device, self._settings.graphs)

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

    async def _ensure_process(self) -> None:
        """Starts a process if none runs."""
        if self._process is None or self._process.returncode is not None:
            self._process = await asyncio.create_subprocess_exec(
                *COMMAND, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
            )
            self.starts += 1
            if self.starts > 1:
                self._metrics.engine_restarted()

    async def _send(self, message: BotMessage) -> None:
        process = self._process
        if process is None:
            raise EngineCrashedError("process was closed")
        assert process.stdin is not None  # noqa: S101 - it is a pipe
        try:
            process.stdin.write(protocol.encode(message))
            await process.stdin.drain()
        except ConnectionError as error:
            raise await self._crashed("process closed its pipe") from error
        except protocol.ProtocolError as error:
            raise RunFailedError("the images of this request are too large to be rendered together") from error

    async def _receive_ready(self) -> ModelReady:
        ready = await self._receive(self._settings.load_timeout_s)
        if not isinstance(ready, ModelReady):
            raise await self._crashed("unexpected message")
        return ready

    async def _receive(self, timeout_s: float) -> ModelReady | Progress | RenderResult | Suspended:
        """The process's next message.

        Raises:
            EngineCrashedError: The process ended, or sent no valid message in that time. It is killed.
            RunFailedError, RunCancelledError: The process reported it.
        """
        process = self._process
        if process is None:
            raise EngineCrashedError("process was closed")
        assert process.stdout is not None  # noqa: S101 - it is a pipe
        try:
            async with asyncio.timeout(timeout_s):
                text, size = protocol.lengths(await process.stdout.readexactly(protocol.HEADER.size))
                body = await process.stdout.readexactly(text + size)
            message = protocol.decode_process_message(body, text)
        except TimeoutError as error:
            raise await self._crashed(f"no message for {timeout_s:g} s") from error
        except (asyncio.IncompleteReadError, ConnectionError) as error:
            raise await self._crashed("process ended") from error
        except protocol.ProtocolError as error:
            raise await self._crashed(str(error)) from error
        if isinstance(message, RunFailed):
            raise RunFailedError(message.message, message.stored)
        if isinstance(message, RunCancelled):
            raise RunCancelledError
        return message

    async def _crashed(self, why: str) -> EngineCrashedError:
        await self._kill()
        log.warning("engine: %s; it restarts with the next job", why)
        return EngineCrashedError(why)

    async def _kill(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
