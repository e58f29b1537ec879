"""Small render tasks, what an engine reports of them, and a stand-in child that echoes commands and renders nothing."""

import hashlib
import io
import sys
from dataclasses import replace
from typing import Any

import av
from PIL import Image

from bot.config import Engine as Settings
from bot.engine import Engine, RenderTask
from bot.engine.protocol import RunCommand
from bot.jobs.job import Concept, Progress, RenderResult, Suspended
from guidance.io.timelapse import FRAMES_PER_SECOND, LINGER_S
from guidance.request.request import Request

SETTINGS = Settings(device="cpu", step_timeout_s=300)
SPIDER = Concept("spider", ("a spider", "a tarantula"), 0.5)
WEAPON = Concept("weapon", ("a rifle", "a gun"), 0.5)
COMMANDS = (RunCommand.CANCEL, RunCommand.FINISH, RunCommand.SUSPEND)
LONG = 2000
"""Steps that no child makes unheard: each shows a preview of more than 500 bytes, and the pipe holds 200 KB."""
Entry = Progress | RenderResult | Suspended

STAND_IN = (
    sys.executable,
    "-c",
    """
import sys
from bot.engine import protocol

while (received := protocol.read(sys.stdin.buffer)) is not None:
    fields, _ = received
    if fields["type"] == "command":
        said = {"type": "failed", "message": f"{fields['command']} of run {fields['run']}"}
    else:
        said = {"type": "ready", "device": "pretended"}
    sys.stdout.buffer.write(protocol.encode(said))
    sys.stdout.buffer.flush()
""",
)


def request(prompt: str = "a volcano", steps: int = 8, **changes: Any) -> Request:
    """Quick to render."""
    small = Request.resolve(prompt, seed=1, width=64, height=64, steps=steps)
    return replace(small, **({"views": 1} | changes))


def flat(colour: str) -> bytes:
    """A PNG of one colour."""
    buffer = io.BytesIO()
    Image.new("RGB", (64, 64), colour).save(buffer, "PNG")
    return buffer.getvalue()


def sha(data: bytes) -> str:
    """What a request calls these bytes."""
    return hashlib.sha256(data).hexdigest()


def frames(timelapse: bytes) -> list[tuple[int, int]]:
    """Their sizes, without the lingering."""
    with av.open(io.BytesIO(timelapse), "r") as container:
        sizes = [(frame.width, frame.height) for frame in container.decode(container.streams.video[0])]
    return sizes[: len(sizes) - round(LINGER_S * FRAMES_PER_SECOND)]


async def send_command(engine: Engine, one: RunCommand) -> None:
    """Sends a command to the run under way."""
    await {RunCommand.CANCEL: engine.cancel, RunCommand.FINISH: engine.finish, RunCommand.SUSPEND: engine.suspend}[
        one
    ]()


async def entries_of(engine: Engine, task: RenderTask) -> list[Entry]:
    """Everything that a run reports."""
    return [entry async for entry in engine.run(task)]


async def end(engine: Engine, task: RenderTask) -> RenderResult:
    """Of a run that goes well."""
    *_, last = await entries_of(engine, task)
    assert isinstance(last, RenderResult)
    return last
