"""The engine as a child process on this machine, so that a crash or a hang costs one attempt of one job."""

import asyncio
import contextlib
import logging
import sys
from collections.abc import AsyncGenerator
from dataclasses import asdict
from typing import Final

from bot.config import Engine as Settings
from bot.engine import EngineCrashedError, Order, RunCancelledError, RunFailedError, frame
from bot.engine.frame import Wish
from bot.job import Flag, Progress, PutAside, Result
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

    Attributes:
        starts: How often a child was started.
    """

    def __init__(self, settings: Settings, preview_interval_s: float, metrics: Metrics | None = None) -> None:
        self.starts = 0
        self._settings = settings
        self._preview_interval_s = preview_interval_s
        self._metrics = metrics or Metrics()
        self._child: asyncio.subprocess.Process | None = None
        self._number = 0
        self._running = False
        self._ordered = False
        self._early: list[Wish] = []

    async def start(self) -> str:
        """Loads the configured model; returns the device in words."""
        await self._alive()
        await self._send({"order": "load", "model": self._settings.model, **self._place()})
        fields, _ = await self._receive(self._settings.load_timeout_s)
        return str(fields["device"])

    async def run(self, order: Order) -> AsyncGenerator[Progress | Result | PutAside, None]:
        """As the protocol says."""
        ended = False
        self._number += 1
        self._running, self._ordered, self._early = True, False, []
        try:
            await self._alive()
            await self._order(order)
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
        await self._wish(Wish.CANCEL)

    async def finish(self) -> None:
        """As the protocol says."""
        await self._wish(Wish.FINISH)

    async def put_aside(self) -> None:
        """As the protocol says."""
        await self._wish(Wish.PUT_ASIDE)

    async def close(self) -> None:
        """Ends the child."""
        await self._kill()

    def _place(self) -> dict[str, str | bool]:
        """Where the child shall run a model, and how."""
        return {"device": self._settings.device, "graphs": self._settings.graphs}

    async def _order(self, order: Order) -> None:
        """Sends it, and what was wished before it could be."""
        fields, blobs = self._worded(order)
        # From here on a wish goes after the order, which is in the pipe before anything else can be sent.
        self._ordered = True
        await self._send(fields, blobs)
        for wish in self._early:
            await self._wish(wish)

    def _worded(self, order: Order) -> tuple[frame.Fields, frame.Blobs]:
        """As the child reads it."""
        request = order.request
        blobs = {sha256: order.blobs[sha256] for sha256 in sorted(request.inputs())}
        if order.checkpoint is not None:
            blobs["checkpoint"] = order.checkpoint
        fields = {
            "order": "run",
            "run": self._number,
            "model": request.model,
            **self._place(),
            "request": request.to_json(),
            "concepts": [asdict(concept) for concept in order.concepts],
            "film": order.film,
            "previews": order.previews,
            "preview_interval_s": self._preview_interval_s,
            "preview_pixels": self._settings.preview_pixels,
        }
        return fields, blobs

    async def _wish(self, wish: Wish) -> None:
        """Asks the child for something after its step."""
        if not self._running:
            return
        if not self._ordered:
            self._early.append(wish)
            return
        with contextlib.suppress(EngineCrashedError):  # the run finds out by itself
            await self._send({"order": "wish", "run": self._number, "wish": wish})

    async def _alive(self) -> None:
        """Starts a child where there is none."""
        if self._child is None or self._child.returncode is not None:
            self._child = await asyncio.create_subprocess_exec(
                *CHILD, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
            )
            self.starts += 1
            if self.starts > 1:
                self._metrics.engine_restarted()

    async def _send(self, fields: frame.Fields, blobs: frame.Blobs = frame.NONE) -> None:
        child = self._child
        if child is None:
            raise EngineCrashedError("it was ended")
        assert child.stdin is not None  # noqa: S101 - it was asked for as a pipe
        try:
            child.stdin.write(frame.encode(fields, blobs))
            await child.stdin.drain()
        except ConnectionError as error:
            raise await self._crashed("it closed its pipe") from error
        except ValueError as error:
            raise RunFailedError("the images of this request are too large to be rendered together") from error

    async def _receive(self, timeout_s: float) -> tuple[frame.Fields, dict[str, bytes]]:
        """The child's next frame.

        Raises:
            EngineCrashedError: It died, or said nothing for that long; it is killed then.
            RunFailedError, RunCancelledError: It says so.
        """
        child = self._child
        if child is None:
            raise EngineCrashedError("it was ended")
        assert child.stdout is not None  # noqa: S101 - it was asked for as a pipe
        try:
            async with asyncio.timeout(timeout_s):
                text, size = frame.lengths(await child.stdout.readexactly(frame.HEADER.size))
                body = await child.stdout.readexactly(text + size)
            fields, blobs = frame.decode(body, text)
        except TimeoutError as error:
            raise await self._crashed(f"no sign of life for {timeout_s:g} s") from error
        except (asyncio.IncompleteReadError, ConnectionError, ValueError) as error:
            raise await self._crashed("it died") from error
        if fields["says"] == "failed":
            raise RunFailedError(fields["message"])
        if fields["says"] == "cancelled":
            raise RunCancelledError
        return fields, blobs

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


def _entry(fields: frame.Fields, blobs: frame.Blobs) -> Progress | Result | PutAside:
    """What the child said, in the bot's words."""
    flags = tuple(Flag(**flag) for flag in fields.get("flags", ()))
    if fields["says"] == "result":
        return Result(
            png=blobs["png"],
            similarity=fields["similarity"],
            seconds=fields["seconds"],
            steps=fields["steps"],
            request=Request.from_json(fields["request"]),
            flags=flags,
            film=blobs.get("film"),
        )
    if fields["says"] == "aside":
        return PutAside(blobs["checkpoint"], fields["step"])
    return Progress(fields["step"], fields["total"], fields["similarity"], blobs.get("preview"), flags)
