"""A Renderer that renders on a Ray cluster: the driver's side, in a child process of the bot.

Ray places an actor where it has room. If its node dies, another actor goes on from the run's last checkpoint.
"""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

import ray
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
from bot.engine.ray_actor import RenderActor, package_version
from bot.jobs.job import Progress, Suspended
from guidance.request.messages import MessageError

log = logging.getLogger(__name__)

REPLACE_S: Final = 45.0
"""Seconds in which another node must take a run whose node died; otherwise the run is suspended."""
CHECKPOINT_S: Final = 5.0
"""Seconds between two checkpoints of a run."""
ALIVE_S: Final = 5.0
"""Seconds in which an idle actor answers."""
SETBACKS: Final = 2
"""Deaths of actors between two checkpoints after which the run counts as crashed."""


class ClusterError(MessageError):
    """The cluster cannot render; the message says what to do."""


@dataclass(frozen=True, slots=True)
class RaySettings:
    """Address of the cluster, and what each run takes of a node."""

    address: str
    gpus: float
    cpus: int


class RayRenderer:
    """A Renderer with one actor at a time."""

    failures: tuple[type[MessageError], ...] = (ClusterError,)

    def __init__(self, settings: RaySettings) -> None:
        self._settings = settings
        self._actor: Any = None
        self._load: LoadModel | None = None
        self._device = ""

    def load(self, load: LoadModel) -> str:
        """Implements Renderer.load: waits until Ray has placed an actor and it has loaded the model."""
        self._connect()
        try:
            if self._actor is None or self._load != load:
                self._place(load)
                self._wait_for_actor(None)
            else:
                self._wait_for_actor(ALIVE_S)
        except RayError as error:
            self._actor = None
            raise EngineAwayError("the node of this engine was lost") from error
        return self._device

    def execute(self, start: StartRun, commands: Callable[[], frozenset[RunCommand]]) -> Iterator[RunMessage]:
        """Implements Renderer.execute."""
        start = replace(start, checkpoint_s=CHECKPOINT_S)
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
            except RayError as error:
                setbacks += 1
                log.warning("engine: a node was lost (%s)", str(error).splitlines()[0])
            else:
                return
            if setbacks >= SETBACKS:
                self._actor = None
                yield RunLost("the run was lost twice at the same place", crashed=True)
                return
            try:
                self._place(start.load)
                self._wait_for_actor(REPLACE_S)
            except RayError:
                # The next run waits for a node.
                self._actor = None
                yield checkpoint or RunLost("no node has room for the run", crashed=False)
                return

    def _connect(self) -> None:
        if ray.is_initialized():
            return
        try:
            ray.init(address=self._settings.address, log_to_driver=False, logging_level=logging.ERROR)
        except ConnectionError as error:
            raise EngineAwayError(f"the Ray cluster at {self._settings.address} cannot be reached") from error
        except RuntimeError as error:
            # Ray's own sentence names both versions of Ray and of Python.
            raise ClusterError(" ".join(str(error).split())) from error

    def _place(self, load: LoadModel) -> None:
        if self._actor is not None:
            ray.kill(self._actor)
        remote = ray.remote(RenderActor)
        options = remote.options(num_gpus=self._settings.gpus, num_cpus=self._settings.cpus, max_concurrency=2)
        self._actor, self._load = options.remote(load), load

    def _wait_for_actor(self, limit_s: float | None) -> None:
        try:
            device, version, failure = ray.get(self._actor.about.remote(), timeout=limit_s)
        except GetTimeoutError:
            raise
        except RayError as error:
            self._actor = None
            if "ModuleNotFoundError" in str(error):
                raise ClusterError("a node of the Ray cluster lacks this package; install it there") from error
            raise
        if version != package_version():
            self._actor = None
            raise ClusterError(
                f"a node of the Ray cluster has {version}, but the bot has {package_version()};"
                " install the same version on all nodes"
            )
        if failure is not None:
            self._actor = None
            raise ClusterError(failure.message)
        self._device = device

    def _messages(self, start: StartRun, commands: Callable[[], frozenset[RunCommand]]) -> Iterator[Any]:
        sent: frozenset[RunCommand] = frozenset()
        for reference in self._actor.render.options(num_returns="streaming").remote(start):
            message = ray.get(reference)
            given = commands()
            for command in given - sent:
                self._actor.command.remote(start.run, command)
            sent = given
            yield message
