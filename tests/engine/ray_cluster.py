"""A real Ray cluster on loopback, started by the commands of docs/scaling.md: a head, and workers with one CPU each."""

import contextlib
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
PORT = 26379
ADDRESS = f"127.0.0.1:{PORT}"
HEAD, WORKER = re.findall(r"^ray start .*?(?=\s+#)", (ROOT / "docs" / "scaling.md").read_text(), re.MULTILINE)
"""The documented commands."""
RAY = (sys.executable, "-m", "ray.scripts.scripts")
"""The program `ray` of this Python."""
LOOPBACK = ("--node-ip-address=127.0.0.1", "--disable-usage-stats")
DRAIN_VARIABLE = "RAY_GRACEFUL_SHUTDOWN_DRAIN_TIMEOUT_S"
DRAIN_S = 120


class Node:
    """A node of the cluster: a documented command and the processes that it starts.

    Args:
        folder: For its log.
        documented: The command.
        more: Further arguments.
        code: Where its Python finds this package.
        launcher: Runs `ray`.
    """

    def __init__(
        self, folder: Path, documented: str, *more: str, code: Path = ROOT, launcher: tuple[str, ...] = RAY
    ) -> None:
        self._path = folder / f"node-{len(list(folder.glob('node-*')))}.log"
        _, *arguments = documented.replace("HEAD:", "127.0.0.1:").replace("6379", str(PORT)).split()
        variables = {"PYTHONPATH": str(code), "RAY_worker_niceness": "0", DRAIN_VARIABLE: str(DRAIN_S)}
        with self._path.open("wb") as log:
            self.process = subprocess.Popen(
                [*launcher, *arguments, *LOOPBACK, *more], stdout=log, stderr=log, env=os.environ | variables
            )
        while "block forever" not in self._path.read_text():
            assert self.process.poll() is None, self._path.read_text()
            time.sleep(0.1)

    def kill(self) -> None:
        """Kills all processes of the node, as a machine that loses its power."""
        for pid in (self.process.pid, *descendants(self.process.pid)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait()

    def drain(self) -> None:
        """Takes the node out as documented, by SIGTERM; does not wait for its end."""
        self.process.terminate()

    @property
    def cpu_seconds(self) -> float:
        """What the node's processes have computed: most on the node that renders."""
        ticks = 0
        for pid in descendants(self.process.pid):
            with contextlib.suppress(FileNotFoundError):
                ticks += sum(map(int, Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]))
        return ticks / os.sysconf("SC_CLK_TCK")


def descendants(pid: int) -> list[int]:
    """Process ids of all descendants of a process."""
    try:
        children = [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except FileNotFoundError:
        return []
    return children + [each for child in children for each in descendants(child)]


class Cluster:
    """A head that renders nothing, and two workers."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.head = self.start_head()
        self.workers = [self.start_worker(), self.start_worker()]

    def start_head(self, launcher: tuple[str, ...] = RAY) -> Node:
        return Node(self._folder, HEAD, "--include-dashboard=false", launcher=launcher)

    def start_worker(self, code: Path = ROOT) -> Node:
        return Node(self._folder, WORKER, "--num-cpus=1", code=code)

    def busiest(self) -> Node:
        """The worker that has computed most since it was started."""
        return max(self.workers, key=lambda node: node.cpu_seconds)

    def replace(self, worker: Node) -> None:
        """Kills a worker and starts another one."""
        worker.kill()
        self.workers[self.workers.index(worker)] = self.start_worker()

    def close(self) -> None:
        for node in (*self.workers, self.head):
            node.kill()
