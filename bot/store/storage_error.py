"""One exception for everything that a disk can refuse, and waiting until it no longer does."""

import asyncio
import contextlib
import errno
import logging
import os
from collections.abc import Awaitable, Callable, Iterator
from typing import Final, TypeVar

from bot.clock import Sleep

log = logging.getLogger(__name__)

FIRST_PAUSE_S: Final = 1.0
"""Before the second try; each further pause is twice as long."""
LONGEST_PAUSE_S: Final = 60.0
REASONS: Final = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the disk quota is used up",
    errno.EROFS: "the file system is read-only",
    errno.EACCES: "permission denied",
    errno.EIO: "the disk reports an error",
}

Returned = TypeVar("Returned")


class StorageError(RuntimeError):
    """The disk or the database cannot be read or written now. The message is a few words that say why."""


def reason(error: OSError) -> str:
    """A few words that say why the system refused something, such as "the disk is full"."""
    return REASONS.get(error.errno or 0) or os.strerror(error.errno or 0).lower()


@contextlib.contextmanager
def file_errors() -> Iterator[None]:
    """Raises StorageError for an OSError, except FileNotFoundError."""
    try:
        yield
    except FileNotFoundError:
        raise
    except OSError as error:
        raise StorageError(reason(error)) from error


async def outlast(what: str, work: Callable[[], Awaitable[Returned]], sleep: Sleep = asyncio.sleep) -> Returned:
    """Repeats work that raises StorageError, with growing pauses, until it returns.

    Args:
        what: The name of the work, for the log.
        work: Can be repeated.
        sleep: Sleeps between two tries.
    """
    pause = FIRST_PAUSE_S
    while True:
        try:
            return await work()
        except StorageError as error:
            log.error("%s: %s; the next try is in %g s", what, error, pause)  # noqa: TRY400 - the reason is enough
        await sleep(pause)
        pause = min(2 * pause, LONGEST_PAUSE_S)
