"""Orders of small pictures, what an engine says of them, and a child that is told of wishes and makes nothing."""

import hashlib
import io
import sys
from dataclasses import replace
from typing import Any

import av
from PIL import Image

from bot.config import Engine as Settings
from bot.engine import Engine, Order
from bot.engine.frame import Wish
from bot.job import Concept, Progress, PutAside, Result
from guidance.request import Request
from guidance.timelapse import FRAMES_PER_SECOND, LINGER_S

SETTINGS = Settings(device="cpu", step_timeout_s=300)
SPIDER = Concept("spider", ("a spider", "a tarantula"), 0.5)
WEAPON = Concept("weapon", ("a rifle", "a gun"), 0.5)
WISHES = (Wish.CANCEL, Wish.FINISH, Wish.PUT_ASIDE)
LONG = 2000
"""Steps that no child makes unheard: each shows a preview of more than 500 bytes, and the pipe holds 200 KB."""
Entry = Progress | Result | PutAside

STAND_IN = (
    sys.executable,
    "-c",
    """
import sys
from bot.engine import frame

while (received := frame.read(sys.stdin.buffer)) is not None:
    fields, _ = received
    if fields["order"] == "wish":
        said = {"says": "failed", "message": f"{fields['wish']} of run {fields['run']}"}
    else:
        said = {"says": "ready", "device": "pretended"}
    sys.stdout.buffer.write(frame.encode(said))
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


def frames(film: bytes) -> list[tuple[int, int]]:
    """Their sizes, without the lingering."""
    with av.open(io.BytesIO(film), "r") as container:
        sizes = [(frame.width, frame.height) for frame in container.decode(container.streams.video[0])]
    return sizes[: len(sizes) - round(LINGER_S * FRAMES_PER_SECOND)]


async def wish(engine: Engine, one: Wish) -> None:
    """Of the run under way."""
    await {Wish.CANCEL: engine.cancel, Wish.FINISH: engine.finish, Wish.PUT_ASIDE: engine.put_aside}[one]()


async def told(engine: Engine, order: Order) -> list[Entry]:
    """All that a run says."""
    return [entry async for entry in engine.run(order)]


async def end(engine: Engine, order: Order) -> Result:
    """Of a run that goes well."""
    *_, last = await told(engine, order)
    assert isinstance(last, Result)
    return last
