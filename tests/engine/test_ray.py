"""Rendering on a real Ray cluster: a head and two workers on this machine, started by the documented commands.

They need the extra "ray" and take minutes: `make torture`.
"""

import asyncio
import contextlib
import os
import shutil
import signal
import subprocess
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
from bot.jobs.job import Progress, RenderResult, Suspended
from tests.engine.render_tasks import end, flat, request, send_command, sha

pytest.importorskip("ray")
pytestmark = [pytest.mark.torture, pytest.mark.timeout(900)]

RAY = (sys.executable, "-m", "ray.scripts.scripts")
ROOT = Path(__file__).parents[2]
PORT = 26379
ADDRESS = f"127.0.0.1:{PORT}"
KILLS = 3
LONG = 60
"""Steps of a run during which a node is killed."""


class Node:
    """A node of the cluster: `ray start --block`, and the processes that it starts."""

    def __init__(self, folder: Path, *arguments: str, code: Path = ROOT) -> None:
        self._path = folder / f"node-{len(list(folder.iterdir()))}.log"
        with self._path.open("wb") as log:
            self.process = subprocess.Popen(
                [*RAY, "start", "--block", "--disable-usage-stats", "--node-ip-address=127.0.0.1", *arguments],
                stdout=log,
                stderr=log,
                env=os.environ | {"PYTHONPATH": str(code), "RAY_worker_niceness": "0"},
            )
        while "--block" not in self._path.read_text():
            assert self.process.poll() is None, self._path.read_text()
            time.sleep(0.1)

    def kill(self) -> None:
        """Kills all processes of the node, as a machine that loses its power."""
        for pid in (self.process.pid, *descendants(self.process.pid)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait()


def descendants(pid: int) -> list[int]:
    """Process ids of all descendants of a process."""
    try:
        children = [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except FileNotFoundError:
        return []
    return children + [each for child in children for each in descendants(child)]


def cpu_seconds(node: Node) -> float:
    """What a node's processes have computed: most on the node that renders."""
    ticks = 0
    for pid in descendants(node.process.pid):
        with contextlib.suppress(FileNotFoundError):
            ticks += sum(map(int, Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]))
    return ticks / os.sysconf("SC_CLK_TCK")


class Cluster:
    """A head that renders nothing, and workers with one CPU each."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.head = self.start_head()
        self.workers = [self.start_worker(), self.start_worker()]

    def start_head(self) -> Node:
        return Node(self._folder, "--head", f"--port={PORT}", "--num-cpus=0", "--include-dashboard=false")

    def start_worker(self, code: Path = ROOT) -> Node:
        return Node(self._folder, f"--address={ADDRESS}", "--num-cpus=1", code=code)

    def close(self) -> None:
        for node in (*self.workers, self.head):
            node.kill()


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch) -> Iterator[Cluster]:
    """A cluster on loopback."""
    # The paths of Ray's sockets must be short.
    with tempfile.TemporaryDirectory(prefix="ray") as folder:
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


async def started(engine: LocalEngine) -> str:
    """Starts an engine as its worker does: again until it works."""
    while True:
        with contextlib.suppress(EngineAwayError):
            return await engine.start()
        await asyncio.sleep(1)


async def test_a_run_on_ray_gives_the_bytes_of_the_local_engine(
    cluster: Cluster, engines: dict[str, LocalEngine]
) -> None:
    colour = flat("teal")
    task = RenderTask(request(views=4, init=sha(colour)), {sha(colour): colour}, timelapse=True)
    (local, _) = local_engines(EngineConfig(), ["cpu"] * len(os.sched_getaffinity(0)), 0.0).values()
    try:
        expected = await end(local, task)
    finally:
        await local.close()
    engine = engines["ray 1"]
    assert await started(engine) == "cpu"
    assert (await end(engine, task)).png == expected.png


async def test_a_run_whose_node_is_killed_goes_on_elsewhere_to_the_same_bytes(
    cluster: Cluster, engines: dict[str, LocalEngine]
) -> None:
    task = RenderTask(request(steps=LONG, views=4))
    engine = engines["ray 1"]
    await started(engine)
    expected = await end(engine, task)
    steps: list[int] = []
    killed = False
    async for entry in engine.run(task):
        if isinstance(entry, Progress):
            steps.append(entry.step)
            if entry.step > LONG // 2 and not killed:
                killed = True
                busy = max(cluster.workers, key=cpu_seconds)
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


async def test_the_engine_is_away_without_a_head_and_works_when_it_is_back(
    cluster: Cluster, engines: dict[str, LocalEngine]
) -> None:
    engine = engines["ray 1"]
    await started(engine)
    cluster.close()
    with pytest.raises(EngineAwayError):
        while True:
            await end(engine, RenderTask(request()))
    with pytest.raises(EngineAwayError, match=r"^the Ray cluster at 127.0.0.1:26379 cannot be reached"):
        while True:
            try:
                await engine.start()
            except EngineAwayError:
                raise
            except Exception as error:
                raise AssertionError(repr(error)) from error
    cluster.head = cluster.start_head()
    cluster.workers = [cluster.start_worker()]
    await started(engine)
    assert isinstance(await end(engine, RenderTask(request())), RenderResult)


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


async def test_a_run_is_finished_although_one_of_two_workers_is_killed_again_and_again(
    cluster: Cluster, engines: dict[str, LocalEngine]
) -> None:
    engine = engines["ray 1"]
    await started(engine)
    task = RenderTask(request(steps=LONG, views=4))
    expected = await end(engine, task)
    kills, last = 0, None
    while last is None:
        shown = 0
        async for entry in engine.run(task):
            if isinstance(entry, Progress):
                shown += 1
                if kills < KILLS and shown == LONG // 5:
                    kills, shown = kills + 1, 0
                    busy = max(cluster.workers, key=cpu_seconds)
                    busy.kill()
                    cluster.workers.remove(busy)
                    cluster.workers.append(await asyncio.to_thread(cluster.start_worker))
            elif isinstance(entry, Suspended):  # a node took long to load the model; the worker runs the job again
                task = RenderTask(task.request, checkpoint=entry.checkpoint)
                await started(engine)
            else:
                last = entry
    assert kills == KILLS
    assert last.png == expected.png


async def test_check_says_which_node_has_another_version(
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
    for node in cluster.workers:
        node.kill()
    cluster.workers = [cluster.start_worker(other)]
    (tmp_path / "config.toml").write_text(
        f'[storage]\ndata_dir = "{tmp_path}/data"\n'
        f'[engine]\nkind = "ray"\naddress = "{ADDRESS}"\ngpus_per_run = 0\nload_timeout_s = 300\n'
    )
    results = {result.subject: result async for result in diagnose(tmp_path / "config.toml")}
    assert results["model"].message.startswith("a node of the Ray cluster has guided-imagine ")
    assert results["model"].message.endswith("install the same version on all nodes")
