"""A Renderer that renders on a Ray cluster: the driver's side, in a child process of the bot.

Ray places an actor where it has room. If its node dies, another actor goes on from the run's last checkpoint. An actor
whose node is being drained leaves it after its run.
"""

import logging
from collections.abc import Callable, Container, Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

import ray
from ray._private.worker import global_worker
from ray.exceptions import GetTimeoutError, RayError

from bot.engine import EngineAwayError
from bot.engine.messages import (
    LoadModel,
    RunCheckpoint,
    RunCommand,
    RunLost,
    RunMessage,
    StartRun,
)
from bot.engine.ray_actor import About, RenderActor, package_version
from bot.jobs.job import Progress, Suspended
from guidance.request.messages import MessageError

log = logging.getLogger(__name__)

CHECKPOINT_S: Final = 5.0
"""Seconds between two checkpoints of a run."""
ALIVE_S: Final = 4.0
"""Seconds in which an idle actor, or Ray's head, answers."""
NOTICE_S: Final = 20.0
"""Seconds after which the log says that a run still waits for room."""
SETBACKS: Final = 2
"""Deaths of actors between two checkpoints after which the run counts as crashed."""


class ClusterError(MessageError):
    """The cluster cannot render; the message says what to do."""


class SilentError(Exception):
    """An actor makes no more steps, or its machine cannot be reached."""


@dataclass(frozen=True, slots=True)
class RaySettings:
    """A cluster, what each run takes of a node, and time limits in seconds.

    Attributes:
        address: Of the head, as `ray start` prints it.
        gpus, cpus: For each run.
        load_s: For a place on a node and loading the model there.
        step_s: For a step.
        replace_s: In which another node must take a run whose node died; otherwise the run is suspended.
    """

    address: str
    gpus: float
    cpus: int
    load_s: float
    step_s: float
    replace_s: float


class RayRenderer:
    """A Renderer with one actor at a time."""

    failures: tuple[type[MessageError], ...] = (ClusterError,)

    def __init__(self, settings: RaySettings) -> None:
        self._settings = settings
        self._actor: Any = None
        self._load: LoadModel | None = None
        self._about = About("", "", "", None)

    def load(self, load: LoadModel) -> str:
        """Implements Renderer.load: waits until Ray has placed an actor and it has loaded the model."""
        self._connect()
        try:
            self._draining_nodes()
        except RayError as error:
            # A head that was started again refuses the connection of before.
            self._actor = None
            ray.shutdown()
            raise self._unreachable() from error
        try:
            if self._load != load or not self._stays():
                self._place(load)
                self._wait_for_actor(self._settings.load_s)
        except GetTimeoutError as error:
            self._actor = None
            raise EngineAwayError("no machine of the Ray cluster has room") from error
        except RayError as error:
            self._actor = None
            raise EngineAwayError("the machine of this engine was lost") from error
        return self._about.device

    def ready(self, load: LoadModel) -> str:
        """Implements Renderer.ready."""
        if self._load != load or not self._stays():
            raise EngineAwayError("the machine of this engine was lost or leaves the Ray cluster")
        return self._about.device

    def execute(self, start: StartRun, commands: Callable[[], frozenset[RunCommand]]) -> Iterator[RunMessage]:
        """Implements Renderer.execute."""
        yield from self._execute(replace(start, checkpoint_s=CHECKPOINT_S), commands)
        self._stays()  # after its run, an actor does not keep a machine that is being drained

    def _execute(self, start: StartRun, commands: Callable[[], frozenset[RunCommand]]) -> Iterator[RunMessage]:
        step, setbacks = -1, 0
        checkpoint: Suspended | None = None
        while True:
            try:
                for message in self._messages(start, commands):
                    if isinstance(message, RunCheckpoint):
                        checkpoint, setbacks = Suspended(message.checkpoint, message.step), 0
                        start = replace(start, task=replace(start.task, checkpoint=message.checkpoint))
                        continue
                    # Steps that were made before the node died are made again, but not shown again.
                    if not isinstance(message, Progress) or message.step > step:
                        step = message.step if isinstance(message, Progress) else step
                        yield message
            except (RayError, SilentError) as error:
                setbacks += 1
                log.warning("engine: a node was lost (%s)", str(error).splitlines()[0])
            else:
                return
            if setbacks >= SETBACKS:
                self._leave()
                yield RunLost("the run was lost twice at the same place", crashed=True)
                return
            try:
                self._place(start.load)
                self._wait_for_actor(self._settings.replace_s)
            except RayError:
                # The next run waits for a node.
                self._leave()
                yield checkpoint or RunLost("no machine of the Ray cluster has room", crashed=False)
                return

    def _connect(self) -> None:
        if ray.is_initialized():
            return
        try:
            ray.init(address=self._settings.address, log_to_driver=False, logging_level=logging.ERROR)
        except ConnectionError as error:
            raise self._unreachable() from error
        except RuntimeError as error:
            # Ray's own sentence names both versions of Ray and of Python.
            raise ClusterError(f"the versions of Ray or Python differ: {' '.join(str(error).split())}") from error

    def _unreachable(self) -> EngineAwayError:
        return EngineAwayError(f"the Ray cluster at {self._settings.address} cannot be reached")

    def _place(self, load: LoadModel) -> None:
        self._leave()
        remote = ray.remote(RenderActor)
        options = remote.options(num_gpus=self._settings.gpus, num_cpus=self._settings.cpus, max_concurrency=2)
        self._actor, self._load = options.remote(load), load

    def _leave(self) -> None:
        if self._actor is not None:
            ray.kill(self._actor)
            self._actor = None

    def _draining_nodes(self) -> Container[str]:
        """Ids of the nodes that are being drained, as the head says; raises RayError if it does not answer."""
        # Ray has no public call for this; its own libraries use this one.
        nodes: Container[str] = global_worker.gcs_client.get_draining_nodes(timeout=ALIVE_S)
        return nodes

    def _stays(self) -> bool:
        """Whether there is an actor that answers, on a machine that is not being drained; if not, it is killed."""
        if self._actor is None:
            return False
        try:
            self._wait_for_actor(ALIVE_S)
            draining = self._draining_nodes()
        except RayError:
            self._leave()
            return False
        if self._about.node in draining:
            log.warning("engine: its machine is being drained; it moves to another one")
            self._leave()
            return False
        return True

    def _wait_for_actor(self, limit_s: float) -> None:
        answer = self._actor.about.remote()
        if not ray.wait([answer], timeout=min(limit_s, NOTICE_S))[0] and limit_s > NOTICE_S:
            log.warning("engine: waits until a machine of the Ray cluster has room and the model is loaded there")
        try:
            self._about = ray.get(answer, timeout=limit_s)
        except GetTimeoutError:
            raise
        except RayError as error:
            if "ModuleNotFoundError" in str(error):
                self._actor = None
                raise ClusterError("a node of the Ray cluster lacks this package; install it there") from error
            raise
        if self._about.version != package_version():
            self._leave()
            raise ClusterError(
                f"a node of the Ray cluster has {self._about.version}, but the bot has {package_version()};"
                " install the same versions on all nodes"
            )
        if self._about.failure is not None:
            self._leave()
            raise ClusterError(self._about.failure.message)

    def _messages(self, start: StartRun, commands: Callable[[], frozenset[RunCommand]]) -> Iterator[Any]:
        sent: frozenset[RunCommand] = frozenset()
        stream = self._actor.render.options(num_returns="streaming").remote(start)
        while True:
            if not ray.wait([stream], timeout=self._settings.step_s)[0]:
                raise SilentError(f"no step for {self._settings.step_s:g} s")
            try:
                message = ray.get(next(stream))
            except StopIteration:
                return
            given = commands()
            for command in given - sent:
                self._actor.command.remote(start.run, command)
            sent = given
            yield message
