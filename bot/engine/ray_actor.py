"""What runs on a node of a Ray cluster: an actor with a model, which renders one task at a time.

Only Ray's workers import this module: it imports torch.
"""

import functools
import hashlib
import importlib.metadata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import ray

import guidance
from bot.engine.messages import LoadModel, RunCheckpoint, RunCommand, RunFailed, RunMessage, StartRun


@dataclass(frozen=True, slots=True)
class About:
    """An actor: the type of its device, its node's id, what is installed there, and why it cannot render, if so."""

    device: str
    node: str
    version: str
    failure: RunFailed | None


@functools.cache
def package_version() -> str:
    """Versions of this package and of torch, and the beginning of a hash of what decides a picture's bytes."""
    code = hashlib.sha256()
    root = Path(guidance.__file__).parent
    for path in sorted(path for path in root.rglob("*") if path.suffix in {".py", ".json", ".safetensors"}):
        code.update(path.relative_to(root).as_posix().encode() + path.read_bytes())
    return f"guided-imagine {_version('guided-imagine')} with torch {_version('torch')} (code {code.hexdigest()[:8]})"


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return "not installed"


class RenderActor:
    """Loads a model when it is made. Ray runs `render` and `command` in two threads."""

    def __init__(self, load: LoadModel) -> None:
        from bot.engine.rendering import ClipRenderer  # noqa: PLC0415 - the bot's side imports no torch

        self._renderer = ClipRenderer()
        self._failure: RunFailed | None = None
        self._device = ""
        try:
            self._device = self._renderer.load(load)
        except self._renderer.failures as error:
            self._failure = RunFailed.of(error)
        self._run = -1
        self._commands: frozenset[RunCommand] = frozenset()

    def about(self) -> About:
        """What the bot has to know of it."""
        node: str = ray.get_runtime_context().get_node_id()
        return About(self._device, node, package_version(), self._failure)

    def command(self, run: int, command: RunCommand) -> None:
        """Ends a run early; a command for another run is ignored."""
        if run == self._run:
            self._commands |= {command}

    def render(self, start: StartRun) -> Iterator[RunMessage | RunCheckpoint | RunFailed]:
        """Renders a task."""
        self._commands = frozenset()
        self._run = start.run
        try:
            yield from self._renderer.execute(start, lambda: self._commands)
        except self._renderer.failures as error:
            yield RunFailed.of(error)
