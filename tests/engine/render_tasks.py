"""Small render tasks, the entries of their runs, and a stand-in for the process that echoes commands."""

import hashlib
import io
import sys
from dataclasses import replace
from typing import Any

import av
from PIL import Image

from bot.config import EngineConfig
from bot.engine import Engine, RenderTask
from bot.engine.messages import RunCommand
from bot.jobs.job import Concept, Progress, RenderResult, Suspended
from guidance.io.timelapse import FRAMES_PER_SECOND, LINGER_S
from guidance.request.request import Request

SETTINGS = EngineConfig(device="cpu", step_timeout_s=300)
SPIDER = Concept("spider", ("a spider", "a tarantula"), 0.5)
WEAPON = Concept("weapon", ("a rifle", "a gun"), 0.5)
COMMANDS = (RunCommand.CANCEL, RunCommand.FINISH, RunCommand.SUSPEND)
LONG = 2000
"""Steps of a run that cannot end unread: each preview has more than 500 bytes, and the pipe holds 200 KB."""
Entry = Progress | RenderResult | Suspended

STAND_IN = (
    sys.executable,
    "-c",
    """
import sys
from bot.engine import protocol
from bot.engine.messages import ControlRun, ModelReady, Ping, Pong, RunFailed

while (message := protocol.read(sys.stdin.buffer)) is not None:
    if isinstance(message, ControlRun):
        reply = RunFailed(f"{message.command} of run {message.run}")
    elif isinstance(message, Ping):
        reply = Pong()
    else:
        reply = ModelReady("none")
    sys.stdout.buffer.write(protocol.encode(reply))
    sys.stdout.buffer.flush()
""",
)


def request(prompt: str = "a volcano", steps: int = 8, **changes: Any) -> Request:
    """A request that is quick to render."""
    small = Request.resolve(prompt, seed=1, width=64, height=64, steps=steps)
    return replace(small, **({"views": 1} | changes))


def flat(colour: str) -> bytes:
    """A PNG of one colour."""
    buffer = io.BytesIO()
    Image.new("RGB", (64, 64), colour).save(buffer, "PNG")
    return buffer.getvalue()


def sha(data: bytes) -> str:
    """Name of these bytes in a request."""
    return hashlib.sha256(data).hexdigest()


def frames(timelapse: bytes) -> list[tuple[int, int]]:
    """Sizes of a time-lapse's frames, without the repeated last one."""
    with av.open(io.BytesIO(timelapse), "r") as container:
        sizes = [(frame.width, frame.height) for frame in container.decode(container.streams.video[0])]
    return sizes[: len(sizes) - round(LINGER_S * FRAMES_PER_SECOND)]


async def send_command(engine: Engine, command: RunCommand) -> None:
    """Sends a command to the current run."""
    send = {RunCommand.CANCEL: engine.cancel, RunCommand.FINISH: engine.finish, RunCommand.SUSPEND: engine.suspend}
    await send[command]()


async def entries_of(engine: Engine, task: RenderTask) -> list[Entry]:
    """All entries of a run."""
    return [entry async for entry in engine.run(task)]


async def end(engine: Engine, task: RenderTask) -> RenderResult:
    """The result of a run."""
    *_, last = await entries_of(engine, task)
    assert isinstance(last, RenderResult)
    return last
