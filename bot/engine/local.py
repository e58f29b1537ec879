"""The engine as a child process on this machine, so that a crash or a hang costs one attempt of one job."""

import asyncio
import contextlib
import json
import logging
import sys
from collections.abc import AsyncGenerator, Mapping
from typing import Final

from bot.config import Engine as Settings
from bot.engine import EngineCrashedError, RunCancelledError, RunFailedError, frame
from bot.job import Progress, Result
from bot.metrics import Metrics
from guidance.request import Request

log = logging.getLogger(__name__)

CHILD: Final = (sys.executable, "-m", "bot.engine.child")


class LocalEngine:
    """One child, started when it is needed and again after it died.

    Args:
        settings: Model, device, time limits.
        preview_interval_s: How often a preview is wanted.
        metrics: Told of every start but the first.
    """

    def __init__(self, settings: Settings, preview_interval_s: float, metrics: Metrics | None = None) -> None:
        self._settings = settings
        self._preview_interval_s = preview_interval_s
        self._metrics = metrics or Metrics()
        self._started = False
        self._child: asyncio.subprocess.Process | None = None
        self._running = False

    async def start(self) -> str:
        """Loads the configured model; returns the device in words."""
        await self._send({"order": "load", "model": self._settings.model, "device": self._settings.device})
        fields, _ = await self._receive(self._settings.load_timeout_s)
        return str(fields["device"])

    async def run(self, request: Request, blobs: Mapping[str, bytes]) -> AsyncGenerator[Progress | Result, None]:
        """As the protocol says."""
        wanted = {sha256: blobs[sha256] for sha256 in sorted(request.inputs())}
        order = {
            "order": "run",
            "blobs": {sha256: len(blob) for sha256, blob in wanted.items()},
            "request": request.to_json(),
            "device": self._settings.device,
            "preview_interval_s": self._preview_interval_s,
            "preview_pixels": self._settings.preview_pixels,
        }
        finished = False
        self._running = True
        try:
            await self._send(order, b"".join(wanted.values()))
            await self._receive(self._settings.load_timeout_s)
            while not finished:
                fields, blob = await self._receive(self._settings.step_timeout_s)
                finished = fields["says"] == "result"
                if finished:
                    yield Result(blob, fields["similarity"], fields["seconds"])
                else:
                    yield Progress(fields["step"], fields["total"], fields["similarity"], blob or None)
        except (RunFailedError, RunCancelledError):
            finished = True
            raise
        finally:
            self._running = False
            if not finished:
                # Left in the middle: what the child still says would be taken for the next job's.
                await self._kill()

    async def cancel(self) -> None:
        """Asks the child to stop after its step."""
        if self._running:
            with contextlib.suppress(EngineCrashedError):
                await self._send({"order": "cancel"})

    async def close(self) -> None:
        """Ends the child."""
        await self._kill()

    async def _send(self, fields: frame.Fields, blob: bytes = b"") -> None:
        child = self._child
        if child is None or child.returncode is not None:
            child = self._child = await asyncio.create_subprocess_exec(
                *CHILD, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
            )
            if self._started:
                self._metrics.engine_restarted()
            self._started = True
        assert child.stdin is not None  # noqa: S101 - it was asked for as a pipe
        try:
            child.stdin.write(frame.encode(fields, blob))
            await child.stdin.drain()
        except ConnectionError as error:
            raise await self._crashed("it closed its pipe") from error

    async def _receive(self, timeout_s: float) -> tuple[frame.Fields, bytes]:
        """The child's next frame.

        Raises:
            EngineCrashedError: It died, or said nothing for that long; it is killed then.
            RunFailedError, RunCancelledError: It says so.
        """
        child = self._child
        assert child is not None  # noqa: S101 - something was sent to it before
        assert child.stdout is not None  # noqa: S101 - it was asked for as a pipe
        try:
            async with asyncio.timeout(timeout_s):
                text, size = frame.lengths(await child.stdout.readexactly(frame.HEADER.size))
                body = await child.stdout.readexactly(text + size)
        except TimeoutError as error:
            raise await self._crashed(f"no sign of life for {timeout_s:g} s") from error
        except (asyncio.IncompleteReadError, ConnectionError, ValueError) as error:
            raise await self._crashed("it died") from error
        fields: frame.Fields = json.loads(body[:text])
        if fields["says"] == "failed":
            raise RunFailedError(fields["message"])
        if fields["says"] == "cancelled":
            raise RunCancelledError
        return fields, body[text:]

    async def _crashed(self, why: str) -> EngineCrashedError:
        await self._kill()
        log.warning("engine: %s; it starts again with the next job", why)
        return EngineCrashedError(why)

    async def _kill(self) -> None:
        child, self._child = self._child, None
        if child is not None:
            with contextlib.suppress(ProcessLookupError):
                child.kill()
            await child.wait()
