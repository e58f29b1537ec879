"""The engine's process with the real model. The tests share one; test_faults.py has what ends a process."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from bot.engine import RenderTask, RunCancelledError, RunFailedError
from bot.engine.local import LocalEngine
from bot.engine.messages import ControlRun, RunCommand
from bot.jobs.job import Progress, RenderResult
from guidance.io.picture import request_of
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
    """An engine whose process the tests share."""
    engine = LocalEngine(SETTINGS, preview_interval_s=0.0)
    yield engine
    await engine.close()


@pytest_asyncio.fixture(loop_scope="module")
async def same_process(engine: LocalEngine) -> AsyncIterator[LocalEngine]:
    """An engine whose process the test must not end."""
    await engine.start()
    starts = engine.starts
    yield engine
    assert engine.starts == starts


async def test_cancel_before_the_process_starts_cancels_the_run(engine: LocalEngine) -> None:
    await engine.close()
    run = asyncio.create_task(entries_of(engine, RenderTask(request(steps=LONG))))
    await asyncio.sleep(0)
    assert engine._process is None
    await engine.cancel()
    with pytest.raises(RunCancelledError):
        await run


@pytest.mark.parametrize("early", COMMANDS)
async def test_a_command_before_the_process_starts_is_sent_after_the_task(
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


async def test_a_run_reports_every_step_with_previews_and_ends_with_the_picture(same_process: LocalEngine) -> None:
    assert await same_process.start() == "cpu"
    wanted = request(steps=3)
    first, *progress, result = await entries_of(same_process, RenderTask(wanted))
    assert first == Progress(0, 3)
    assert [(entry.step, entry.total) for entry in progress if isinstance(entry, Progress)] == [(1, 3), (2, 3), (3, 3)]
    assert all(
        entry.preview and entry.preview.startswith(b"\xff\xd8") for entry in progress if isinstance(entry, Progress)
    )
    assert isinstance(result, RenderResult)
    assert request_of(result.png) == result.request == wanted
    assert (result.steps, result.timelapse, result.flags) == (3, None, ())


async def test_the_process_makes_the_same_bytes_as_the_command_line_and_a_time_lapse_on_request(
    same_process: LocalEngine, tmp_path: Path
) -> None:
    result = await end(same_process, RenderTask(request(steps=3), timelapse=True))
    posted, again = tmp_path / "posted.png", tmp_path / "again.png"
    posted.write_bytes(result.png)
    # A process of its own, as the engine's: the last bits depend on the number of threads that came first.
    arguments: list[str | Path] = ["-m", "guidance", "--like", posted, "--out", again, "--device", "cpu"]
    command_line = await asyncio.create_subprocess_exec(sys.executable, *arguments, stdout=asyncio.subprocess.PIPE)
    printed, _ = await command_line.communicate()
    assert (command_line.returncode, printed.decode()) == (0, f"{again}\n")
    assert again.read_bytes() == result.png
    assert result.timelapse is not None
    assert len(frames(result.timelapse)) == 4


async def test_a_task_without_previews_reports_none(same_process: LocalEngine) -> None:
    *progress, _ = await entries_of(same_process, RenderTask(request(steps=3), previews=False))
    assert len(progress) == 4
    assert not any(entry.preview for entry in progress if isinstance(entry, Progress))


@pytest.mark.parametrize(
    ("changes", "steps"), [({"stop": 0.5}, 4), ({"strength": 0.5}, 4), ({"early_stop": 0.9, "steps": 20}, 4)]
)
async def test_a_result_counts_the_steps_that_were_made(
    same_process: LocalEngine, changes: dict[str, Any], steps: int
) -> None:
    init = flat("red")
    fields: dict[str, Any] = {"steps": 8, "init": sha(init), "strength": 1.0} | changes
    result = await end(same_process, RenderTask(request(**fields), {sha(init): init}))
    assert result.steps == steps


async def test_every_input_image_reaches_the_process(same_process: LocalEngine) -> None:
    blobs = {sha(data): data for data in map(flat, ("red", "white", "blue"))}
    init, mask, image = blobs
    wanted = request(steps=3, init=init, mask=mask, images=(ImagePrompt(image),), strength=1.0)
    assert request_of((await end(same_process, RenderTask(wanted, blobs))).png) == wanted
    with pytest.raises(RunFailedError, match="another sha256"):
        await entries_of(same_process, RenderTask(wanted, dict.fromkeys(blobs, blobs[mask])))


async def test_a_prompt_with_a_concept_is_flagged_before_the_first_step_and_has_no_previews(
    same_process: LocalEngine,
) -> None:
    task = RenderTask(request("a castle::1 a spider on its web::1", steps=3), concepts=(WEAPON, SPIDER))
    first, *progress, result = await entries_of(same_process, task)
    assert isinstance(first, Progress)
    assert [(flag.concept, flag.where) for flag in first.flags] == [("spider", "prompt")]
    assert SPIDER.threshold < first.flags[0].score <= 1
    assert len(progress) == 3
    assert not any(entry.preview or entry.flags for entry in progress if isinstance(entry, Progress))
    assert isinstance(result, RenderResult)
    assert result.flags[0] == first.flags[0]
    assert result.png == (await end(same_process, replace(task, concepts=()))).png


async def test_cancel_ends_the_run_and_the_same_process_takes_the_next(same_process: LocalEngine) -> None:
    with pytest.raises(RunCancelledError):
        async with aclosing(same_process.run(RenderTask(request(steps=LONG)))) as run:
            async for _ in run:
                await same_process.cancel()
    await end(same_process, RenderTask(request(steps=1)))


@pytest.mark.parametrize("late", COMMANDS)
async def test_a_command_after_the_result_does_not_affect_the_next_run(
    same_process: LocalEngine, late: RunCommand
) -> None:
    async with aclosing(same_process.run(RenderTask(request(steps=3)))) as run:
        async for entry in run:
            if isinstance(entry, RenderResult):
                await send_command(same_process, late)
    await send_command(same_process, late)  # no run at all
    assert (await end(same_process, RenderTask(request(steps=3)))).steps == 3


@pytest.mark.parametrize("late", COMMANDS)
async def test_a_command_for_an_earlier_run_is_ignored(same_process: LocalEngine, late: RunCommand) -> None:
    await end(same_process, RenderTask(request(steps=1)))
    earlier = same_process._run
    entries: list[Entry] = []
    async with aclosing(same_process.run(RenderTask(request()))) as run:
        async for entry in run:
            entries.append(entry)
            await same_process._send(ControlRun(earlier, late))
    assert isinstance(entries[-1], RenderResult)
    assert entries[-1].steps == 8


async def test_an_unknown_model_fails_the_run_with_a_message_and_is_no_crash(same_process: LocalEngine) -> None:
    with pytest.raises(RunFailedError, match=r"is unknown; name .* or ARCH/PRETRAINED"):
        await entries_of(same_process, RenderTask(request(model="nobody/nothing")))
    await end(same_process, RenderTask(request(steps=1)))


async def test_the_process_ends_with_its_parent() -> None:
    program = (
        "import asyncio, os\n"
        "from bot.config import EngineConfig\n"
        "from bot.engine.local import LocalEngine\n"
        "from tests.processes import children\n"
        "async def main():\n"
        "    engine = LocalEngine(EngineConfig(device='cpu'), 1.0)\n"
        "    start = asyncio.create_task(engine.start())\n"
        "    while not engine._process or not children(engine._process.pid):\n"  # until it has a watchdog
        "        await asyncio.sleep(0.01)\n"
        "    print(engine._process.pid, flush=True)\n"
        "    os.kill(os.getpid(), 9)\n"
        "asyncio.run(main())\n"
    )
    parent = await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    async with asyncio.timeout(HANG_S):
        # The engine's process shares its parent's stderr, which ends when both have ended.
        output, _ = await parent.communicate()
    assert int(output)
    assert parent.returncode == -signal.SIGKILL
