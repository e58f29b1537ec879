"""The engine as a child process on this machine, so that a crash or a hang costs one attempt of one job."""

import asyncio
import contextlib
import logging
import sys
from collections.abc import AsyncGenerator
from dataclasses import asdict
from typing import Final

from bot.config import Engine as Settings
from bot.engine import EngineCrashedError, RenderTask, RunCancelledError, RunFailedError, protocol
from bot.engine.protocol import RunCommand
from bot.jobs.job import Flag, Progress, RenderResult, Suspended
from bot.operations.metrics import Metrics
from guidance.request.request import Request

log = logging.getLogger(__name__)

COMMAND: Final = (sys.executable, "-m", "bot.engine.process")


class LocalEngine:
    """One child, started when it is needed and again after it died.

    Args:
        settings: Model, device, time limits.
        preview_interval_s: How often a preview is wanted.
        metrics: Told of every start but the first.

    Attributes:
        starts: How often a child was started.
    """

    def __init__(self, settings: Settings, preview_interval_s: float, metrics: Metrics | None = None) -> None:
        self.starts = 0
        self._settings = settings
        self._preview_interval_s = preview_interval_s
        self._metrics = metrics or Metrics()
        self._process: asyncio.subprocess.Process | None = None
        self._number = 0
        self._running = False
        self._task_sent = False
        self._early_commands: list[RunCommand] = []

    async def start(self) -> str:
        """Loads the configured model; returns the device in words."""
        await self._ensure_process()
        await self._send({"type": "load", "model": self._settings.model, **self._device_options()})
        fields, _ = await self._receive(self._settings.load_timeout_s)
        return str(fields["device"])

    async def run(self, task: RenderTask) -> AsyncGenerator[Progress | RenderResult | Suspended, None]:
        """As the protocol says."""
        ended = False
        self._number += 1
        self._running, self._task_sent, self._early_commands = True, False, []
        try:
            await self._ensure_process()
            await self._send_task(task)
            await self._receive(self._settings.load_timeout_s)
            while not ended:
                entry = _entry(*await self._receive(self._settings.step_timeout_s))
                ended = not isinstance(entry, Progress)
                yield entry
        except (RunFailedError, RunCancelledError):
            ended = True
            raise
        finally:
            self._running = False
            if not ended:
                # Left in the middle: what the child still says would be taken for the next job's.
                await self._kill()

    async def cancel(self) -> None:
        """As the protocol says."""
        await self._command(RunCommand.CANCEL)

    async def finish(self) -> None:
        """As the protocol says."""
        await self._command(RunCommand.FINISH)

    async def suspend(self) -> None:
        """As the protocol says."""
        await self._command(RunCommand.SUSPEND)

    async def close(self) -> None:
        """Ends the child."""
        await self._kill()

    def _device_options(self) -> dict[str, str | bool]:
        """Where the child shall run a model, and how."""
        return {"device": self._settings.device, "graphs": self._settings.graphs}

    async def _send_task(self, task: RenderTask) -> None:
        """Sends it, and the commands that came before it could be."""
        fields, blobs = self._worded(task)
        # From here on a command goes after the task, which is in the pipe before anything else can be sent.
        self._task_sent = True
        await self._send(fields, blobs)
        for command in self._early_commands:
            await self._command(command)

    def _worded(self, task: RenderTask) -> tuple[protocol.Fields, protocol.Blobs]:
        """As the child reads it."""
        request = task.request
        blobs = {sha256: task.blobs[sha256] for sha256 in sorted(request.inputs())}
        if task.checkpoint is not None:
            blobs["checkpoint"] = task.checkpoint
        fields = {
            "type": "run",
            "run": self._number,
            "model": request.model,
            **self._device_options(),
            "request": request.to_json(),
            "concepts": [asdict(concept) for concept in task.concepts],
            "timelapse": task.timelapse,
            "previews": task.previews,
            "preview_interval_s": self._preview_interval_s,
            "preview_pixels": self._settings.preview_pixels,
        }
        return fields, blobs

    async def _command(self, command: RunCommand) -> None:
        """Asks the child for something after its step."""
        if not self._running:
            return
        if not self._task_sent:
            self._early_commands.append(command)
            return
        with contextlib.suppress(EngineCrashedError):  # the run finds out by itself
            await self._send({"type": "command", "run": self._number, "command": command})

    async def _ensure_process(self) -> None:
        """Starts a child where there is none."""
        if self._process is None or self._process.returncode is not None:
            self._process = await asyncio.create_subprocess_exec(
                *COMMAND, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
            )
            self.starts += 1
            if self.starts > 1:
                self._metrics.engine_restarted()

    async def _send(self, fields: protocol.Fields, blobs: protocol.Blobs = protocol.NONE) -> None:
        process = self._process
        if process is None:
            raise EngineCrashedError("it was ended")
        assert process.stdin is not None  # noqa: S101 - it was asked for as a pipe
        try:
            process.stdin.write(protocol.encode(fields, blobs))
            await process.stdin.drain()
        except ConnectionError as error:
            raise await self._crashed("it closed its pipe") from error
        except ValueError as error:
            raise RunFailedError("the images of this request are too large to be rendered together") from error

    async def _receive(self, timeout_s: float) -> tuple[protocol.Fields, dict[str, bytes]]:
        """The process's next message.

        Raises:
            EngineCrashedError: It died, or said nothing for that long; it is killed then.
            RunFailedError, RunCancelledError: It says so.
        """
        process = self._process
        if process is None:
            raise EngineCrashedError("it was ended")
        assert process.stdout is not None  # noqa: S101 - it was asked for as a pipe
        try:
            async with asyncio.timeout(timeout_s):
                text, size = protocol.lengths(await process.stdout.readexactly(protocol.HEADER.size))
                body = await process.stdout.readexactly(text + size)
            fields, blobs = protocol.decode(body, text)
        except TimeoutError as error:
            raise await self._crashed(f"no sign of life for {timeout_s:g} s") from error
        except (asyncio.IncompleteReadError, ConnectionError, ValueError) as error:
            raise await self._crashed("it died") from error
        if fields["type"] == "failed":
            raise RunFailedError(fields["message"])
        if fields["type"] == "cancelled":
            raise RunCancelledError
        return fields, blobs

    async def _crashed(self, why: str) -> EngineCrashedError:
        await self._kill()
        log.warning("engine: %s; it starts again with the next job", why)
        return EngineCrashedError(why)

    async def _kill(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()


def _entry(fields: protocol.Fields, blobs: protocol.Blobs) -> Progress | RenderResult | Suspended:
    """What the child said, in the bot's words."""
    flags = tuple(Flag(**flag) for flag in fields.get("flags", ()))
    if fields["type"] == "result":
        return RenderResult(
            png=blobs["png"],
            similarity=fields["similarity"],
            seconds=fields["seconds"],
            steps=fields["steps"],
            request=Request.from_json(fields["request"]),
            flags=flags,
            timelapse=blobs.get("timelapse"),
        )
    if fields["type"] == "suspended":
        return Suspended(blobs["checkpoint"], fields["step"])
    return Progress(fields["step"], fields["total"], fields["similarity"], blobs.get("preview"), flags)
