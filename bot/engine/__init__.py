"""What turns a request into a picture. A caller knows the protocol and no process, pipe or GPU."""

from collections.abc import AsyncGenerator, Mapping
from typing import Protocol

from bot.job import Progress, Result
from guidance.request import Request


class EngineCrashedError(RuntimeError):
    """The engine died or hung on a job. The job may be tried once more; the engine starts again by itself."""


class RunFailedError(RuntimeError):
    """This request cannot be rendered, however often it is tried; the message is one sentence for the requester."""


class RunCancelledError(RuntimeError):
    """The run was stopped by `cancel`."""


class Engine(Protocol):
    """Renders one request at a time."""

    async def start(self) -> str:
        """Gets ready; returns the device in words. Raises RunFailedError if the model cannot be had."""
        ...

    def run(self, request: Request, blobs: Mapping[str, bytes]) -> AsyncGenerator[Progress | Result, None]:
        """Yields Progress and then one Result.

        Args:
            request: The picture.
            blobs: The bytes of its input images, by sha256.

        Raises:
            EngineCrashedError, RunFailedError, RunCancelledError: As they say.
        """
        ...

    async def cancel(self) -> None:
        """Stops the run under way, if there is one. It ends with RunCancelledError soon after."""
        ...

    async def close(self) -> None:
        """Ends it, whatever it is doing."""
        ...
