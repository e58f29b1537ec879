"""An engine without torch: it makes real PNGs at once, and a test chooses by prompt where it waits or fails."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field, replace

from PIL import Image

from bot.engine import RenderTask, RunCancelledError
from bot.jobs.job import Flag, Progress, RenderResult, Suspended
from guidance.io.picture import to_png, to_preview
from guidance.request.request import Request


def picture_of(request: Request) -> bytes:
    """A PNG with the request in it, in a colour that follows from the seed."""
    colour = (request.seed % 256, request.seed // 256 % 256, 128)
    return to_png(Image.new("RGB", (request.width, request.height), colour), request)


@dataclass
class ScriptedEngine:
    """Makes a run in two steps.

    Attributes:
        gates: Prompts at which it waits after its first step until the event is set.
        faults: Prompts at which it fails after its first step.
        flags: Prompts in which it finds concepts, if it is asked to look.
        tasks: Everything that it was asked for.
        broken: Raised at each start.
    """

    gates: dict[str, asyncio.Event] = field(default_factory=dict)
    faults: dict[str, Exception] = field(default_factory=dict)
    flags: dict[str, tuple[Flag, ...]] = field(default_factory=dict)
    tasks: list[RenderTask] = field(default_factory=list)
    broken: Exception | None = None
    wanted: str = ""
    _woken: asyncio.Event = field(default_factory=asyncio.Event)

    async def start(self) -> str:
        if self.broken is not None:
            raise self.broken
        return "nothing"

    async def run(self, task: RenderTask) -> AsyncGenerator[Progress | RenderResult | Suspended, None]:
        self.wanted = ""
        self._woken.clear()
        self.tasks.append(task)
        request = task.request
        flags = self.flags.get(request.prompt, ()) if task.concepts else ()
        yield Progress(0, request.steps, flags=tuple(flag for flag in flags if flag.where == "prompt"))
        image = Image.new("RGB", (request.width, request.height), "grey")
        yield Progress(1, request.steps, 0.1, None if flags else to_preview(image, 64))
        if request.prompt in self.gates:
            gate = asyncio.create_task(self.gates[request.prompt].wait())
            woken = asyncio.create_task(self._woken.wait())
            try:
                await asyncio.wait({gate, woken}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                gate.cancel()
                woken.cancel()
        if request.prompt in self.faults:
            raise self.faults[request.prompt]
        if self.wanted == "cancel":
            raise RunCancelledError
        if self.wanted == "suspend":
            yield Suspended(b"checkpoint of " + request.prompt.encode(), 1)
            return
        steps = request.steps
        if self.wanted == "finish":
            request, steps = replace(request, stop=1 / request.steps), 1
        timelapse = b"timelapse" if task.timelapse else None
        yield RenderResult(picture_of(request), 0.5, 0.5, steps, request, flags, timelapse)

    async def cancel(self) -> None:
        self._want("cancel")

    async def finish(self) -> None:
        self._want("finish")

    async def suspend(self) -> None:
        self._want("suspend")

    async def close(self) -> None:
        pass

    def _want(self, what: str) -> None:
        self.wanted = what
        self._woken.set()
