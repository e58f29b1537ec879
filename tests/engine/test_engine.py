"""The engine's child process: real model, real faults, one child for all tests that leave it alive."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import replace
from typing import Any

import pytest
import pytest_asyncio

from bot.engine import EngineCrashedError, RenderTask, RunCancelledError, RunFailedError
from bot.engine.local import LocalEngine
from bot.engine.protocol import RunCommand
from bot.jobs.job import Progress, RenderResult
from guidance.clip.model import ClipModel
from guidance.io.picture import request_of, to_png
from guidance.optimize.loop import Result as Rendered
from guidance.optimize.loop import render
from guidance.request.request import ImagePrompt
from tests.engine.render_tasks import (
    COMMANDS,
    LONG,
    SETTINGS,
    SPIDER,
    STAND_IN,
    WEAPON,
    Entry,
    end,
    entries_of,
    flat,
    frames,
    request,
    send_command,
    sha,
)
from tests.harness.channel import HANG_S

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def engine() -> AsyncIterator[LocalEngine]:
    """Its child is shared: what one test leaves in it, the next would meet."""
    made = LocalEngine(SETTINGS, preview_interval_s=0.0)
    yield made
    await made.close()


@pytest_asyncio.fixture(loop_scope="module")
async def same_child(engine: LocalEngine) -> AsyncIterator[LocalEngine]:
    """The engine with a child, which the test may not cost."""
    await engine.start()
    starts = engine.starts
    yield engine
    assert engine.starts == starts


def process(engine: LocalEngine) -> int:
    """The process id."""
    assert engine._process is not None
    return engine._process.pid


async def test_a_command_before_there_is_a_child_waits_for_it(engine: LocalEngine) -> None:
    await engine.close()
    run = asyncio.create_task(entries_of(engine, RenderTask(request(steps=LONG))))
    await asyncio.sleep(0)
    assert engine._process is None
    await engine.cancel()
    with pytest.raises(RunCancelledError):
        await run


@pytest.mark.parametrize("early", COMMANDS)
async def test_every_command_before_there_is_a_child_is_sent_after_the_task(
    monkeypatch: pytest.MonkeyPatch, early: RunCommand
) -> None:
    monkeypatch.setattr("bot.engine.local.COMMAND", STAND_IN)
    engine = LocalEngine(SETTINGS, preview_interval_s=0.0)
    run = asyncio.create_task(entries_of(engine, RenderTask(request())))
    await asyncio.sleep(0)
    assert engine._process is None
    await send_command(engine, early)
    with pytest.raises(RunFailedError, match=rf"^{early} of run 1$"):
        await run
    await engine.close()


async def test_a_run_tells_every_step_with_previews_and_ends_in_the_picture(same_child: LocalEngine) -> None:
    assert await same_child.start() == "cpu"
    wanted = request(steps=3)
    first, *progress, result = await entries_of(same_child, RenderTask(wanted))
    assert first == Progress(0, 3)
    assert [(entry.step, entry.total) for entry in progress if isinstance(entry, Progress)] == [(1, 3), (2, 3), (3, 3)]
    assert all(
        entry.preview and entry.preview.startswith(b"\xff\xd8") for entry in progress if isinstance(entry, Progress)
    )
    assert isinstance(result, RenderResult)
    assert request_of(result.png) == result.request == wanted
    assert (result.steps, result.timelapse, result.flags) == (3, None, ())


async def test_the_child_makes_the_bytes_that_the_library_makes_and_a_time_lapse_if_it_is_asked_to(
    same_child: LocalEngine, pocket: ClipModel
) -> None:
    wanted = request(steps=3)
    result = await end(same_child, RenderTask(wanted, timelapse=True))
    *_, rendered = render(wanted, pocket)
    assert isinstance(rendered, Rendered)
    assert result.png == to_png(rendered.image, wanted)
    assert result.timelapse is not None
    assert len(frames(result.timelapse)) == 4


async def test_previews_stay_in_the_engine_where_they_are_not_wanted(same_child: LocalEngine) -> None:
    *progress, _ = await entries_of(same_child, RenderTask(request(steps=3), previews=False))
    assert len(progress) == 4
    assert not any(entry.preview for entry in progress if isinstance(entry, Progress))


@pytest.mark.parametrize(
    ("changes", "steps"), [({"stop": 0.5}, 4), ({"strength": 0.5}, 4), ({"early_stop": 0.9, "steps": 20}, 4)]
)
async def test_the_steps_of_a_result_are_those_that_were_made(
    same_child: LocalEngine, changes: dict[str, Any], steps: int
) -> None:
    init = flat("red")
    fields: dict[str, Any] = {"steps": 8, "init": sha(init), "strength": 1.0} | changes
    result = await end(same_child, RenderTask(request(**fields), {sha(init): init}))
    assert result.steps == steps


async def test_every_input_of_a_request_reaches_the_child(same_child: LocalEngine) -> None:
    blobs = {sha(data): data for data in map(flat, ("red", "white", "blue"))}
    init, mask, image = blobs
    wanted = request(steps=3, init=init, mask=mask, images=(ImagePrompt(image),), strength=1.0)
    assert request_of((await end(same_child, RenderTask(wanted, blobs))).png) == wanted
    with pytest.raises(RunFailedError, match="another sha256"):
        await entries_of(same_child, RenderTask(wanted, dict.fromkeys(blobs, blobs[mask])))


async def test_a_prompt_of_a_concept_is_flagged_before_the_first_step_and_shows_nothing_on_the_way(
    same_child: LocalEngine,
) -> None:
    task = RenderTask(request("a castle::1 a spider on its web::1", steps=3), concepts=(WEAPON, SPIDER))
    first, *progress, result = await entries_of(same_child, task)
    assert isinstance(first, Progress)
    assert [(flag.concept, flag.where) for flag in first.flags] == [("spider", "prompt")]
    assert SPIDER.threshold < first.flags[0].score <= 1
    assert len(progress) == 3
    assert not any(entry.preview or entry.flags for entry in progress if isinstance(entry, Progress))
    assert isinstance(result, RenderResult)
    assert result.flags[0] == first.flags[0]
    assert result.png == (await end(same_child, replace(task, concepts=()))).png


async def test_cancel_ends_the_run_and_the_same_child_takes_the_next(same_child: LocalEngine) -> None:
    with pytest.raises(RunCancelledError):
        async with aclosing(same_child.run(RenderTask(request(steps=LONG)))) as run:
            async for _ in run:
                await same_child.cancel()
    await end(same_child, RenderTask(request(steps=1)))


@pytest.mark.parametrize("late", COMMANDS)
async def test_a_command_that_comes_after_the_result_is_for_no_other_run(
    same_child: LocalEngine, late: RunCommand
) -> None:
    async with aclosing(same_child.run(RenderTask(request(steps=3)))) as run:
        async for entry in run:
            if isinstance(entry, RenderResult):
                await send_command(same_child, late)
    await send_command(same_child, late)  # no run at all
    assert (await end(same_child, RenderTask(request(steps=3)))).steps == 3


@pytest.mark.parametrize("late", COMMANDS)
async def test_a_command_for_an_earlier_run_that_arrives_in_a_later_one_is_passed_over(
    same_child: LocalEngine, late: RunCommand
) -> None:
    await end(same_child, RenderTask(request(steps=1)))
    earlier = same_child._number
    entries: list[Entry] = []
    async with aclosing(same_child.run(RenderTask(request()))) as run:
        async for entry in run:
            entries.append(entry)
            await same_child._send({"type": "command", "run": earlier, "command": late})
    assert isinstance(entries[-1], RenderResult)
    assert entries[-1].steps == 8


async def test_a_model_that_cannot_be_had_is_a_sentence_and_not_a_crash(same_child: LocalEngine) -> None:
    with pytest.raises(RunFailedError, match="is unknown"):
        await entries_of(same_child, RenderTask(request(model="nobody/nothing")))
    await end(same_child, RenderTask(request(steps=1)))


async def test_a_run_left_in_the_middle_says_nothing_into_the_next(engine: LocalEngine) -> None:
    async with aclosing(engine.run(RenderTask(request(steps=LONG)))) as run:
        await anext(run)
    result = await end(engine, RenderTask(request(steps=2)))
    assert request_of(result.png).steps == 2


async def test_a_killed_child_is_a_crash_and_the_next_run_has_a_new_one_which_is_counted(engine: LocalEngine) -> None:
    await engine.start()
    starts, killed = engine.starts, process(engine)
    with pytest.raises(EngineCrashedError):
        async with aclosing(engine.run(RenderTask(request(steps=LONG)))) as run:
            await anext(run)
            os.kill(killed, signal.SIGKILL)
            async for _ in run:
                pass
    await end(engine, RenderTask(request(steps=1)))
    await end(engine, RenderTask(request(steps=1)))
    assert engine.starts == starts + 1
    assert process(engine) != killed


async def test_a_child_that_hangs_is_killed_after_the_limit(
    engine: LocalEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    await engine.start()
    hung = process(engine)
    with pytest.raises(EngineCrashedError, match=r"^no sign of life for 0.2 s$"):
        async with aclosing(engine.run(RenderTask(request(steps=LONG)))) as run:
            await anext(run)
            os.kill(hung, signal.SIGSTOP)
            # Only now, so that no load of this machine is taken for a hang.
            monkeypatch.setattr(engine, "_settings", replace(SETTINGS, step_timeout_s=0.2))
            async for _ in run:
                pass
    with pytest.raises(ProcessLookupError):
        os.kill(hung, 0)


async def test_the_child_ends_with_its_parent() -> None:
    program = (
        "import asyncio, os\n"
        "from bot.config import Engine\n"
        "from bot.engine.local import LocalEngine\n"
        "async def main():\n"
        "    engine = LocalEngine(Engine(device='cpu'), 1.0)\n"
        "    await engine.start()\n"
        "    print(engine._process.pid, flush=True)\n"
        "    os.kill(os.getpid(), 9)\n"
        "asyncio.run(main())\n"
    )
    parent = await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    async with asyncio.timeout(HANG_S):
        # The child has the same stderr, which ends when both have ended.
        output, _ = await parent.communicate()
    assert int(output)
    assert parent.returncode == -signal.SIGKILL
