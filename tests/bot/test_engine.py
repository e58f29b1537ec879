"""The engine's child process: real model, real faults."""

import asyncio
import hashlib
import io
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import replace
from typing import Any

import pytest
from PIL import Image

from bot.config import Engine as Settings
from bot.engine import EngineCrashedError, Order, RunCancelledError, RunFailedError
from bot.engine.local import LocalEngine
from bot.job import Progress, PutAside, Result
from guidance.picture import request_of
from guidance.request import ImagePrompt, Request

SETTINGS = Settings(device="cpu", step_timeout_s=30)


def request(steps: int = 3, **changes: Any) -> Request:
    """Quick to render."""
    small = Request.resolve("a volcano", seed=1, width=64, height=64, steps=steps)
    return replace(small, **({"views": 1} | changes))


@pytest.fixture
async def engine() -> AsyncIterator[LocalEngine]:
    made = LocalEngine(SETTINGS, preview_interval_s=0.0)
    yield made
    await made.close()


async def news(engine: LocalEngine, wanted: Request) -> list[Progress | Result | PutAside]:
    """Everything that a run says."""
    return [entry async for entry in engine.run(Order(wanted))]


async def end(engine: LocalEngine, order: Order) -> Result:
    """Of a run that goes well."""
    *_, last = [entry async for entry in engine.run(order)]
    assert isinstance(last, Result)
    return last


def child(engine: LocalEngine) -> int:
    """The process id."""
    assert engine._child is not None
    return engine._child.pid


async def test_a_run_tells_every_step_with_previews_and_ends_in_the_picture(engine: LocalEngine) -> None:
    assert await engine.start() == "cpu"
    first, *progress, result = await news(engine, request())
    assert first == Progress(0, 3)
    assert [(entry.step, entry.total) for entry in progress if isinstance(entry, Progress)] == [(1, 3), (2, 3), (3, 3)]
    assert all(
        entry.preview and entry.preview.startswith(b"\xff\xd8") for entry in progress if isinstance(entry, Progress)
    )
    assert isinstance(result, Result)
    assert request_of(result.png) == result.request == request()
    assert (result.steps, result.film, result.flags) == (3, None, ())


async def test_previews_stay_in_the_engine_where_they_are_not_wanted(engine: LocalEngine) -> None:
    *progress, _ = [entry async for entry in engine.run(Order(request(), previews=False))]
    assert len(progress) == 4
    assert not any(entry.preview for entry in progress if isinstance(entry, Progress))


@pytest.mark.parametrize(
    ("changes", "steps"), [({"stop": 0.5}, 4), ({"strength": 0.5}, 4), ({"settle": 0.9, "steps": 20}, 4)]
)
async def test_the_steps_of_a_result_are_those_that_were_made(
    engine: LocalEngine, changes: dict[str, Any], steps: int
) -> None:
    init = flat("red")
    sha256 = hashlib.sha256(init).hexdigest()
    fields: dict[str, Any] = {"steps": 8, "init": sha256, "strength": 1.0} | changes
    wanted = request(**fields)
    result = await end(engine, Order(wanted, {sha256: init}))
    assert result.steps == steps


async def test_every_input_of_a_request_reaches_the_child(engine: LocalEngine) -> None:
    blobs = {hashlib.sha256(data).hexdigest(): data for data in map(flat, ("red", "white", "blue"))}
    init, mask, image = blobs
    wanted = request(init=init, mask=mask, images=(ImagePrompt(image),), strength=1.0)
    await engine.start()
    *_, result = [entry async for entry in engine.run(Order(wanted, blobs))]
    assert isinstance(result, Result)
    assert request_of(result.png) == wanted
    with pytest.raises(RunFailedError, match="another sha256"):
        _ = [entry async for entry in engine.run(Order(wanted, dict.fromkeys(blobs, blobs[mask])))]


def flat(colour: str) -> bytes:
    """A PNG of one colour."""
    buffer = io.BytesIO()
    Image.new("RGB", (64, 64), colour).save(buffer, "PNG")
    return buffer.getvalue()


async def test_a_killed_child_is_a_crash_and_the_next_run_has_a_new_one(engine: LocalEngine) -> None:
    await engine.start()
    with pytest.raises(EngineCrashedError):
        async with aclosing(engine.run(Order(request(500)))) as run:
            async for _ in run:
                os.kill(child(engine), signal.SIGKILL)
    assert isinstance((await news(engine, request()))[-1], Result)


async def test_a_child_that_hangs_is_killed_after_the_limit() -> None:
    engine = LocalEngine(replace(SETTINGS, step_timeout_s=1.0), preview_interval_s=0.0)
    await engine.start()
    hung = child(engine)
    with pytest.raises(EngineCrashedError, match="no sign of life"):
        async with aclosing(engine.run(Order(request(500)))) as run:
            async for _ in run:
                os.kill(hung, signal.SIGSTOP)
    with pytest.raises(ProcessLookupError):
        os.kill(hung, 0)
    await engine.close()


async def test_cancel_ends_the_run_and_the_same_child_takes_the_next(engine: LocalEngine) -> None:
    await engine.start()
    before = child(engine)
    with pytest.raises(RunCancelledError):
        async with aclosing(engine.run(Order(request(500)))) as run:
            async for _ in run:
                await engine.cancel()
    assert isinstance((await news(engine, request()))[-1], Result)
    assert child(engine) == before


async def test_a_run_left_in_the_middle_says_nothing_into_the_next(engine: LocalEngine) -> None:
    await engine.start()
    async with aclosing(engine.run(Order(request(500)))) as run:
        await anext(run)
    *_, result = await news(engine, request(2))
    assert isinstance(result, Result)
    assert request_of(result.png).steps == 2


async def test_a_model_that_cannot_be_had_is_a_sentence_and_not_a_crash(engine: LocalEngine) -> None:
    with pytest.raises(RunFailedError, match="is unknown"):
        await news(engine, request(model="nobody/nothing"))
    assert isinstance((await news(engine, request()))[-1], Result)


async def test_the_child_ends_with_its_parent() -> None:
    program = (
        "import asyncio, os\n"
        "from bot.config import Engine\n"
        "from bot.engine.local import LocalEngine\n"
        "async def main():\n"
        "    engine = LocalEngine(Engine(device='cpu'), 1.0)\n"
        "    await engine.start()\n"
        "    print(engine._child.pid, flush=True)\n"
        "    os.kill(os.getpid(), 9)\n"
        "asyncio.run(main())\n"
    )
    parent = await asyncio.create_subprocess_exec(sys.executable, "-c", program, stdout=asyncio.subprocess.PIPE)
    output, _ = await parent.communicate()
    orphan = int(output)
    async with asyncio.timeout(10):
        while True:
            try:
                os.kill(orphan, 0)
            except ProcessLookupError:
                break
            await asyncio.sleep(0.05)


async def test_every_start_of_a_child_is_counted(engine: LocalEngine) -> None:
    assert engine.starts == 0
    await engine.start()
    await news(engine, request())
    assert engine.starts == 1
    os.kill(child(engine), signal.SIGKILL)
    with pytest.raises(EngineCrashedError):
        await news(engine, request())
    await news(engine, request())
    assert engine.starts == 2
