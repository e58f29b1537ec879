"""Rendering on a real Ray cluster: a head and two workers on this machine, started by the documented commands.

They need the extra "ray" and take minutes: `make torture`.
"""

import asyncio
import contextlib
import os
import random
import shutil
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from bot.check import diagnose
from bot.config import EngineConfig, EngineKind
from bot.engine import EngineAwayError, RenderTask, RunCancelledError
from bot.engine.devices import local_engines, ray_engines
from bot.engine.local import LocalEngine
from bot.engine.messages import RunCommand
from bot.jobs.job import JobState, Progress, RenderResult, Suspended
from bot.store.database import Database
from tests.engine.ray_cluster import ADDRESS, DRAIN_S, ROOT, Cluster
from tests.engine.render_tasks import end, flat, request, send_command, sha
from tests.harness.fixtures import database
from tests.harness.job_requests import SettableClock
from tests.harness.worker import WorkerHarness

__all__ = ["database"]

pytest.importorskip("ray")
pytestmark = [pytest.mark.torture, pytest.mark.timeout(900)]

KILLS = 5
SEED = 1
JOBS = 8
LONG = 100
"""Steps of a run during which a node is killed."""


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch) -> Iterator[Cluster]:
    """A cluster on loopback."""
    # The paths of Ray's sockets must be short.
    with tempfile.TemporaryDirectory(prefix="ray", ignore_cleanup_errors=True) as folder:
        monkeypatch.setenv("RAY_TMPDIR", folder)
        made = Cluster(Path(folder))
        yield made
        made.close()


@pytest.fixture
async def engines() -> AsyncIterator[dict[str, LocalEngine]]:
    """Two engines on the cluster."""
    settings = EngineConfig(
        kind=EngineKind.RAY, address=ADDRESS, runs=2, gpus_per_run=0, step_timeout_s=300, load_timeout_s=300
    )
    made = ray_engines(settings, 0.0)
    yield made
    for engine in made.values():
        await engine.close()


@pytest.fixture
async def local() -> AsyncIterator[LocalEngine]:
    """The engine of this machine, with as many threads as a run on Ray."""
    engine, *_ = local_engines(EngineConfig(), ["cpu"] * max(2, len(os.sched_getaffinity(0))), 0.0).values()
    yield engine
    await engine.close()


async def started(engine: LocalEngine) -> str:
    """Starts an engine as its worker does: again until it works."""
    while True:
        with contextlib.suppress(EngineAwayError):
            return await engine.start()
        await asyncio.sleep(1)


async def test_a_run_on_ray_gives_the_bytes_of_the_local_engine(
    cluster: Cluster, engines: dict[str, LocalEngine], local: LocalEngine
) -> None:
    colour = flat("teal")
    task = RenderTask(request(views=4, init=sha(colour)), {sha(colour): colour}, timelapse=True)
    expected = await end(local, task)
    await local.close()
    for engine in engines.values():
        assert await started(engine) == "cpu"
        assert (await end(engine, task)).png == expected.png


async def test_previews_and_commands_go_through_ray(cluster: Cluster, engines: dict[str, LocalEngine]) -> None:
    engine = engines["ray 1"]
    await started(engine)
    for command, kind in ((RunCommand.FINISH, RenderResult), (RunCommand.SUSPEND, Suspended)):
        entries = []
        async for entry in engine.run(RenderTask(request(steps=LONG))):
            entries.append(entry)
            if isinstance(entry, Progress) and entry.step == 2:
                await send_command(engine, command)
        assert isinstance(entries[-1], kind)
        assert len(entries) < LONG
        assert any(isinstance(entry, Progress) and entry.preview for entry in entries)
    with pytest.raises(RunCancelledError):
        async for entry in engine.run(RenderTask(request(steps=LONG))):
            if isinstance(entry, Progress) and entry.step == 2:
                await engine.cancel()


async def test_a_run_whose_node_is_killed_goes_on_elsewhere_to_the_same_bytes(
    cluster: Cluster, engines: dict[str, LocalEngine], local: LocalEngine
) -> None:
    task = RenderTask(request(steps=LONG, views=4))
    expected = await end(local, task)
    await local.close()
    engine = engines["ray 1"]
    await started(engine)
    steps: list[int] = []
    killed = False
    async for entry in engine.run(task):
        if isinstance(entry, Progress):
            steps.append(entry.step)
            if entry.step > LONG // 2 and not killed:
                killed = True
                busy = cluster.busiest()
                busy.kill()
                cluster.workers.remove(busy)
        else:
            assert isinstance(entry, RenderResult | Suspended)
            last = entry
    assert steps == sorted(set(steps)), "no step is shown twice"
    if isinstance(last, Suspended):  # the new node took long: the worker would run the job again
        await started(engine)
        last = await end(engine, RenderTask(task.request, checkpoint=last.checkpoint))
    assert last.png == expected.png


async def test_a_machine_that_joins_is_used_and_one_that_leaves_ends_its_run_first(
    cluster: Cluster, engines: dict[str, LocalEngine]
) -> None:
    """A machine that is drained takes no more runs, and its last run is not made anew elsewhere."""
    cluster.workers.pop().kill()
    (old,) = cluster.workers
    engine, waits = engines.values()
    await started(engine)
    waiting = asyncio.create_task(started(waits))
    entries = []
    async for entry in engine.run(RenderTask(request(steps=LONG))):
        entries.append(entry)
        if len(entries) == 3:
            assert not waiting.done(), "there is no room for a second run"
            old.drain()
            cluster.workers.append(await asyncio.to_thread(cluster.start_worker))
    assert isinstance(entries[-1], RenderResult)
    assert len(entries) == LONG + 2
    await waiting
    began = time.monotonic()
    await asyncio.to_thread(old.process.wait)
    assert time.monotonic() - began < DRAIN_S / 2, "it is free as soon as its run has ended"
    assert isinstance(await end(waits, RenderTask(request())), RenderResult)
    with pytest.raises(EngineAwayError, match="leaves the Ray cluster"):
        await end(engine, RenderTask(request()))


async def test_the_engine_is_away_without_a_head_and_works_when_it_is_back(
    cluster: Cluster, engines: dict[str, LocalEngine]
) -> None:
    engine = engines["ray 1"]
    await started(engine)
    cluster.close()
    with pytest.raises(EngineAwayError):
        while True:
            await end(engine, RenderTask(request()))
    said = ""
    while said != f"the Ray cluster at {ADDRESS} cannot be reached":
        with pytest.raises(EngineAwayError) as away:
            await engine.start()
        said = str(away.value)
    cluster.head = cluster.start_head()
    cluster.workers = [cluster.start_worker()]
    await started(engine)
    assert isinstance(await end(engine, RenderTask(request())), RenderResult)


class RealClock(SettableClock):
    """A clock whose sleeps take their time."""

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


async def test_no_job_is_lost_or_doubled_while_a_worker_is_killed_again_and_again(
    cluster: Cluster, engines: dict[str, LocalEngine], local: LocalEngine, database: Database, tmp_path: Path
) -> None:
    """The real queue, workers and store. The other worker is never killed; the killed one comes back each time."""
    harness = WorkerHarness(database, tmp_path, clock=RealClock(), devices=engines)
    async with harness.at_work():
        jobs = [
            await harness.submit(f"picture {number}", number % 3, request=request(f"picture {number}", LONG, views=4))
            for number in range(JOBS)
        ]
        source = random.Random(SEED)
        for _ in range(KILLS):
            while not any((now := run.running()) is not None and now.step for run in harness.current_runs):
                await asyncio.sleep(0.1)
            await asyncio.sleep(source.uniform(0, 8))
            await asyncio.to_thread(cluster.replace, cluster.workers[0])
        while any([await harness.jobs.in_state(state) for state in (JobState.QUEUED, JobState.RUNNING)]):
            await asyncio.sleep(0.5)
    await harness.poster.drain()
    await harness.close()
    ended = await harness.jobs.in_state(JobState.DONE)
    assert [job.id for job in ended] == [job.id for job in jobs]
    assert sorted(harness.posted) == [job.id for job in jobs], "each is posted once"
    for job in ended:
        assert job.picture is not None
        assert await harness.pictures.get(job.picture) == (await end(local, RenderTask(job.request))).png


def config(folder: Path) -> Path:
    """A configuration that names the cluster."""
    path = folder / "config.toml"
    path.write_text(
        f'[storage]\ndata_dir = "{folder}/data"\n'
        f'[engine]\nkind = "ray"\naddress = "{ADDRESS}"\ngpus_per_run = 0\nload_timeout_s = 300\n'
    )
    return path


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("ray.__version__ = '2.49.0'", "Ray: 2.49.0"),
        ("sys.version_info = (3, 10, 2, 'final', 0)", "Python: 3.10.2"),
    ],
    ids=["ray", "python"],
)
async def test_check_says_which_version_of_ray_or_python_the_cluster_has(
    cluster: Cluster, tmp_path: Path, change: str, words: str
) -> None:
    cluster.close()
    cluster.workers = []
    program = f"import ray, sys; from ray.scripts.scripts import main; {change}; main()"
    cluster.head = cluster.start_head((sys.executable, "-c", program))
    results = {result.subject: result async for result in diagnose(config(tmp_path))}
    message = results["model"].message
    assert message.startswith("the versions of Ray or Python differ: ")
    assert words in message
    assert "\n" not in message


async def test_check_says_which_node_has_another_version_of_this_package(
    cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other"
    for package in ("bot", "guidance"):
        shutil.copytree(ROOT / package, other / package)
    with (other / "guidance" / "__init__.py").open("a") as file:
        file.write("# another version\n")
    # Ray adds the bot's working directory to the path of the workers on this machine.
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    # A new cluster, as one still counts on killed workers for a while.
    cluster.close()
    cluster.head = cluster.start_head()
    cluster.workers = [cluster.start_worker(other)]
    results = {result.subject: result async for result in diagnose(config(tmp_path))}
    assert results["model"].message.startswith("a node of the Ray cluster has guided-imagine ")
    assert results["model"].message.endswith("install the same versions on all nodes")
