"""Every fault of the engine's process costs a bounded time and at most one attempt. The process has no torch."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path

import pytest

from bot.config import EngineConfig
from bot.engine import EngineAwayError, EngineCrashedError, RenderTask, RunFailedError
from bot.engine.local import LocalEngine
from bot.engine.messages import RunCommand
from bot.jobs.job import RenderResult
from guidance.io.picture import request_of
from tests.engine.render_tasks import COMMANDS as RUN_COMMANDS
from tests.engine.render_tasks import LONG, end, entries_of, request, send_command
from tests.harness.channel import HANG_S, until
from tests.harness.job_requests import SettableClock
from tests.harness.scripted_process import COMMAND, FAULTS, STEP_VARIABLE
from tests.processes import exists

SILENT = ("hang", "freeze", "halve")
"""Faults that only a time limit notices."""
LARGE = RenderTask(request(), {"a" * 64: bytes(2**20)})
"""A task that does not fit into the pipe."""


@pytest.fixture
async def engine(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[LocalEngine]:
    """An engine whose process is scripted. A short limit where a test needs the limit to pass."""
    monkeypatch.setattr("bot.engine.local.COMMAND", COMMAND)
    made = LocalEngine(EngineConfig(step_timeout_s=HANG_S, load_timeout_s=HANG_S), 0.0, answer_s=HANG_S)
    yield made
    await made.close()


def process(engine: LocalEngine) -> int:
    """The id of the engine's process."""
    assert engine._process is not None
    return engine._process.pid


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_fault_ends_its_run_and_the_next_run_succeeds(
    engine: LocalEngine, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await engine.start() == "script"
    faulty = process(engine)
    if fault in SILENT:
        monkeypatch.setattr(engine, "_settings", replace(engine._settings, step_timeout_s=1.0))
    says = r"^no message for 1 s$" if fault in SILENT else None
    with pytest.raises(RunFailedError if fault == "refuse" else EngineCrashedError, match=says):
        await entries_of(engine, RenderTask(request(fault)))
    assert exists(faulty) == (fault == "refuse")
    assert isinstance(await end(engine, RenderTask(request())), RenderResult)
    assert isinstance(await end(engine, RenderTask(request())), RenderResult)
    assert (engine.starts, process(engine) == faulty) == ((1, True) if fault == "refuse" else (2, False))


async def test_messages_of_an_abandoned_run_do_not_reach_the_next(engine: LocalEngine) -> None:
    async with aclosing(engine.run(RenderTask(request(steps=LONG)))) as run:
        await anext(run)
    result = await end(engine, RenderTask(request(steps=2)))
    assert request_of(result.png).steps == 2


async def test_the_first_step_has_time_to_load_the_model_of_its_canvas(
    engine: LocalEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(STEP_VARIABLE, "0.5")
    monkeypatch.setattr(engine, "_settings", replace(engine._settings, step_timeout_s=0.2))
    await engine.start()
    plain = request(steps=1)
    with pytest.raises(EngineCrashedError):
        await entries_of(engine, RenderTask(plain))
    latent = replace(plain, canvas="latent", canvas_model="hf-hub:some/model")
    assert isinstance(await end(engine, RenderTask(latent)), RenderResult)


@pytest.mark.parametrize(("prompt", "error"), [("lose", EngineCrashedError), ("depart", EngineAwayError)])
async def test_a_run_that_its_process_loses_costs_an_attempt_only_if_it_may_be_the_cause(
    engine: LocalEngine, prompt: str, error: type[Exception]
) -> None:
    await engine.start()
    with pytest.raises(error, match="the run was lost"):
        await entries_of(engine, RenderTask(request(prompt)))
    assert isinstance(await end(engine, RenderTask(request())), RenderResult)
    assert engine.starts == 1, "the process goes on"


@pytest.mark.parametrize("task", [RenderTask(request()), LARGE], ids=["small", "large"])
async def test_a_process_that_was_stopped_while_idle_is_replaced_before_the_run(task: RenderTask) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("bot.engine.local.COMMAND", COMMAND)
        engine = LocalEngine(EngineConfig(load_timeout_s=HANG_S), 0.0, answer_s=1.0)
        await engine.start()
        stopped = process(engine)
        os.kill(stopped, signal.SIGSTOP)
        assert isinstance(await end(engine, task), RenderResult)
        assert not exists(stopped)
        assert engine.starts == 2
        await engine.close()


async def test_an_idle_process_is_pinged_and_killed_if_it_does_not_answer(engine: LocalEngine) -> None:
    clock = SettableClock()
    await engine.start()
    pid = process(engine)
    pinging = asyncio.create_task(engine.ping_when_idle(clock.sleep))
    for _ in range(3):
        await clock.slept()
    await until(lambda: clock.sleeps)
    assert process(engine) == pid
    os.kill(pid, signal.SIGSTOP)
    engine._answer_s = 0.2
    await clock.slept()
    await until(lambda: not exists(pid))
    await until(lambda: clock.sleeps)
    pinging.cancel()
    engine._answer_s = HANG_S
    assert isinstance(await end(engine, RenderTask(request())), RenderResult)


async def test_a_run_is_not_disturbed_by_pings(engine: LocalEngine) -> None:
    clock = SettableClock()
    await engine.start()
    pinging = asyncio.create_task(engine.ping_when_idle(clock.sleep))
    steps = 0
    async for _ in engine.run(RenderTask(request(steps=20))):
        await clock.slept()
        steps += 1
    assert steps == 22
    pinging.cancel()
    assert engine.starts == 1


async def test_a_large_task_that_is_not_read_is_a_crash_after_a_time_limit(
    engine: LocalEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.engine.child.ANSWER_S", 0.5)
    await engine.start()
    os.kill(process(engine), signal.SIGSTOP)
    monkeypatch.setattr(engine, "_is_alive", lambda: asyncio.sleep(0, True))  # stopped right after its answer
    with pytest.raises(EngineCrashedError, match="a message was not read for"):
        await entries_of(engine, LARGE)


@pytest.mark.parametrize("command", RUN_COMMANDS)
async def test_commands_to_a_stopped_process_do_not_wait(engine: LocalEngine, command: RunCommand) -> None:
    run = engine.run(RenderTask(request("freeze")))
    await anext(run)
    await anext(run)
    for _ in range(100):
        await send_command(engine, command)
    await engine.close()
    with pytest.raises(EngineCrashedError):
        await anext(run)


async def test_a_process_that_cannot_be_started_is_a_crash(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.engine.local.COMMAND", ("/nonexistent/python",))
    with pytest.raises(EngineCrashedError, match="cannot be started"):
        await LocalEngine(EngineConfig(), 0.0).start()


@pytest.mark.parametrize("stopped", [False, True])
@pytest.mark.parametrize("means", ["set_parent_death_signal()", "fork_watchdog(0)", "end_with_parent(0)"])
async def test_a_child_ends_with_its_parent_by_each_means_alone(means: str, stopped: bool) -> None:
    child = (
        "import os, signal, time\n"
        "from bot.operations import lifeline\n"
        "signal.signal(signal.SIGHUP, signal.SIG_IGN)\n"  # which the kernel may send to a group without a parent
        f"lifeline.{means}\n"
        "print(os.getpid(), flush=True)\n"
        f"{'os.kill(os.getpid(), signal.SIGSTOP)' if stopped else ''}\n"
        "time.sleep(3600)\n"
    )
    parent = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        "import asyncio, sys\n"
        "from asyncio.subprocess import PIPE, create_subprocess_exec\n"
        "async def main():\n"
        "    command = (sys.executable, '-c', sys.argv[1])\n"
        "    child = await create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE, process_group=0)\n"
        "    print(int(await child.stdout.readline()), flush=True)\n"
        "    await asyncio.sleep(3600)\n"
        "asyncio.run(main())\n",
        child,
        stdout=asyncio.subprocess.PIPE,
    )
    assert parent.stdout is not None
    pid = int(await parent.stdout.readline())
    assert exists(pid)
    parent.kill()
    await parent.wait()
    await until(lambda: not exists(pid))


async def test_the_watchdog_ends_with_the_process_that_it_watches(engine: LocalEngine) -> None:
    await engine.start()
    pid = process(engine)
    (watchdog,) = map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())
    assert exists(watchdog)
    os.kill(pid, signal.SIGKILL)
    await until(lambda: not exists(watchdog))
