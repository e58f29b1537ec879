"""One bot per data folder: two would run each job twice and post it twice."""

import fcntl
from pathlib import Path
from typing import IO


class FolderInUseError(RuntimeError):
    """Another bot has the folder; the message says which process."""


def acquire(folder: Path) -> IO[str]:
    """Locks the folder until the returned file is closed or this process ends, however it ends.

    Raises:
        FolderInUseError: It is locked.
    """
    file = (folder / "lock").open("a+", encoding="utf-8")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.seek(0)
        owner = file.read().strip() or "unknown"
        file.close()
        raise FolderInUseError(f"{folder} is in use by another bot (process {owner}); stop that one first") from None
    return file


def sign(file: IO[str], process_id: int) -> None:
    """Writes down who holds it, for the message that somebody else will read."""
    file.truncate(0)
    file.write(f"{process_id}\n")
    file.flush()
