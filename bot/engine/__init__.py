"""What turns a request into a picture. A caller knows the protocol and no process, pipe or GPU."""

from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from bot.jobs.job import Concept, Progress, RenderResult, Suspended
from guidance.request.request import Request


class EngineCrashedError(RuntimeError):
    """The engine died or hung on a job. The job may be tried once more; the engine starts again by itself."""


class RunFailedError(RuntimeError):
    """This request cannot be rendered, however often it is tried; the message is one sentence for the requester."""


class RunCancelledError(RuntimeError):
    """The run was stopped by `cancel`."""


@dataclass(frozen=True, slots=True)
class RenderTask:
    """One run.

    Attributes:
        request: The picture.
        blobs: The bytes of its input images, by sha256.
        checkpoint: Of a run of this request that was suspended; it ends in the same bytes as without the break. One
            that does not fit, or that this engine cannot read, is passed over with a line in the log.
        timelapse: Whether the run is recorded. After a break the time-lapse begins there.
        concepts: What prompt and picture are screened for.
        previews: False keeps the picture in the engine until it is finished, as does a flag on the prompt.
    """

    request: Request
    blobs: Mapping[str, bytes] = field(default_factory=dict)
    checkpoint: bytes | None = None
    timelapse: bool = False
    concepts: tuple[Concept, ...] = ()
    previews: bool = True


class Engine(Protocol):
    """Renders one task at a time.

    `cancel`, `finish` and `suspend` are for the run under way, and do nothing where there is none. They may come at
    any time after its first entry was asked for, and one that comes too late has no effect on the next run. Of
    several, `cancel` beats `finish`, which beats `suspend`.
    """

    async def start(self) -> str:
        """Gets ready; returns the device in words. Raises RunFailedError if the model cannot be had."""
        ...

    def run(self, task: RenderTask) -> AsyncGenerator[Progress | RenderResult | Suspended, None]:
        """Yields Progress, first at step 0, and then one RenderResult, or Suspended if it was asked to.

        Raises:
            EngineCrashedError, RunFailedError, RunCancelledError: As they say.
        """
        ...

    async def cancel(self) -> None:
        """Stops the run. It ends with RunCancelledError soon after, unless its RenderResult was on the way already."""
        ...

    async def finish(self) -> None:
        """Ends the run after its step, or after the first; the RenderResult's request gives the same picture again."""
        ...

    async def suspend(self) -> None:
        """Ends the run after its step, or after the first, with Suspended, or with RenderResult if it was the last."""
        ...

    async def close(self) -> None:
        """Ends it, whatever it is doing."""
        ...
