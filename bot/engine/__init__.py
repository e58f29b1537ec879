"""What turns a request into a picture. A caller knows the protocol and no process, pipe or GPU."""

from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from bot.job import Concept, Progress, PutAside, Result
from guidance.request import Request


class EngineCrashedError(RuntimeError):
    """The engine died or hung on a job. The job may be tried once more; the engine starts again by itself."""


class RunFailedError(RuntimeError):
    """This request cannot be rendered, however often it is tried; the message is one sentence for the requester."""


class RunCancelledError(RuntimeError):
    """The run was stopped by `cancel`."""


@dataclass(frozen=True, slots=True)
class Order:
    """One run.

    Attributes:
        request: The picture.
        blobs: The bytes of its input images, by sha256.
        checkpoint: Of a run of this request that was put aside; it ends in the same bytes as without the break. One
            that does not fit, or that this engine cannot read, is passed over with a line in the log.
        film: Whether the run is recorded. After a break the film begins there.
        concepts: What prompt and picture are screened for.
        previews: False keeps the picture in the engine until it is finished, as does a flag on the prompt.
    """

    request: Request
    blobs: Mapping[str, bytes] = field(default_factory=dict)
    checkpoint: bytes | None = None
    film: bool = False
    concepts: tuple[Concept, ...] = ()
    previews: bool = True


class Engine(Protocol):
    """Renders one order at a time.

    `cancel`, `finish` and `put_aside` are for the run under way, and do nothing where there is none. They may come at
    any time after its first entry was asked for, and one that comes too late has no effect on the next run. Of
    several, `cancel` beats `finish`, which beats `put_aside`.
    """

    async def start(self) -> str:
        """Gets ready; returns the device in words. Raises RunFailedError if the model cannot be had."""
        ...

    def run(self, order: Order) -> AsyncGenerator[Progress | Result | PutAside, None]:
        """Yields Progress, first at step 0, and then one Result, or PutAside if it was asked to.

        Raises:
            EngineCrashedError, RunFailedError, RunCancelledError: As they say.
        """
        ...

    async def cancel(self) -> None:
        """Stops the run. It ends with RunCancelledError soon after, unless its Result was on the way already."""
        ...

    async def finish(self) -> None:
        """Ends the run after its step, or after the first; the Result's request gives the same picture again."""
        ...

    async def put_aside(self) -> None:
        """Ends the run after its step, or after the first, with PutAside; with its Result if that was the last."""
        ...

    async def close(self) -> None:
        """Ends it, whatever it is doing."""
        ...
