"""What runs on a node of a Ray cluster: an actor with a model, which renders one task at a time.

Only Ray's workers import this module: it imports torch.
"""

import functools
import hashlib
import importlib.metadata
from collections.abc import Iterator
from pathlib import Path

import guidance
from bot.engine.messages import LoadModel, RunCheckpoint, RunCommand, RunFailed, RunMessage, StartRun


@functools.cache
def package_version() -> str:
    """Version of this package, and the beginning of a hash of the code that decides a picture's bytes."""
    try:
        version = importlib.metadata.version("guided-imagine")
    except importlib.metadata.PackageNotFoundError:
        version = "not installed"
    root = Path(guidance.__file__).parent
    code = hashlib.sha256()
    for path in sorted(root.rglob("*.py")):
        code.update(path.relative_to(root).as_posix().encode() + path.read_bytes())
    return f"guided-imagine {version} (code {code.hexdigest()[:8]})"


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

    def about(self) -> tuple[str, str, RunFailed | None]:
        """The type of its device, the version of this package there, and why the model cannot be loaded, if so."""
        return self._device, package_version(), self._failure

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
