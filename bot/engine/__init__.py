"""What renders a request: the Engine protocol, its tasks and its errors. A caller knows no process, pipe or GPU."""

from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from bot.jobs.job import Concept, Progress, RenderResult, Suspended
from guidance.request.request import Request


class EngineCrashedError(RuntimeError):
    """The engine crashed or hung during a run. The job may be tried again, after `start`."""


class ProcessEndedError(EngineCrashedError):
    """The engine's process ended or hung, unlike a crash that the process itself reports."""


class EngineAwayError(RuntimeError):
    """The engine cannot start or be reached, whatever the request. It costs the job no attempt."""


class RunFailedError(RuntimeError):
    """The request can never be rendered; the message is one English sentence, or the id of a text.

    Attributes:
        stored: The message in a form that can be read in any language; see `bot.engine.messages.RunFailed`.
    """

    def __init__(self, message: str, stored: str = "") -> None:
        super().__init__(message)
        self.stored = stored


class RunCancelledError(RuntimeError):
    """The run was stopped by `cancel`."""


@dataclass(frozen=True, slots=True)
class RenderTask:
    """One run.

    Attributes:
        request: The picture.
        blobs: The bytes of its input images, by sha256.
        checkpoint: Of a suspended run of this request. The resumed run gives the same bytes as one without a break. A
            checkpoint that does not fit or cannot be read is ignored with a warning, and the run starts anew.
        timelapse: Whether the run is recorded. The time-lapse of a resumed run begins at its checkpoint.
        concepts: What the prompt and the picture are screened for.
        previews: If False, there are no previews. A flagged prompt has none either.
    """

    request: Request
    blobs: Mapping[str, bytes] = field(default_factory=dict)
    checkpoint: bytes | None = None
    timelapse: bool = False
    concepts: tuple[Concept, ...] = ()
    previews: bool = True


class Engine(Protocol):
    """Renders one task at a time.

    `cancel`, `finish` and `suspend` affect the current run, from the moment its first entry is awaited, and do nothing
    without one. A command that comes too late does not affect the next run. Of several commands, `cancel` has
    priority over `finish`, and `finish` over `suspend`.
    """

    async def start(self) -> str:
        """Loads the model, also after a crash; returns its type of device, such as "cpu".

        Raises:
            EngineAwayError: The engine cannot be reached.
            EngineCrashedError: The engine crashed or hung.
            RunFailedError: The model cannot be loaded.
        """
        ...

    def run(self, task: RenderTask) -> AsyncGenerator[Progress | RenderResult | Suspended, None]:
        """Yields Progress, first at step 0, and then one RenderResult, or Suspended after `suspend`.

        Raises:
            EngineCrashedError: The engine crashed or hung.
            EngineAwayError: The engine was lost before the run began.
            RunFailedError: The request cannot be rendered.
            RunCancelledError: `cancel` was called.
        """
        ...

    async def cancel(self) -> None:
        """Stops the run after its current step with RunCancelledError, unless its RenderResult is already sent."""
        ...

    async def finish(self) -> None:
        """Ends the run after its current step, or the first; the RenderResult's request gives the same picture."""
        ...

    async def suspend(self) -> None:
        """Ends the run after its current step, or the first, with Suspended; after the last step, with RenderResult."""
        ...

    async def close(self) -> None:
        """Stops the engine at once, also during a run."""
        ...
