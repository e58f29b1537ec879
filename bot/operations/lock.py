"""Locks the data folder. Two bots with the same folder would run and post each job twice."""

import fcntl
from pathlib import Path
from typing import IO

from bot.operations.data_folder import DataFolderError, unusable


class FolderInUseError(RuntimeError):
    """Another bot uses the folder; the message names its process."""


def acquire(folder: Path) -> IO[str]:
    """Locks the folder until the returned file is closed or this process ends, even by a crash.

    Raises:
        FolderInUseError: Another process has locked the folder.
        DataFolderError: The lock's file cannot be opened or locked.
    """
    path = folder / "lock"
    try:
        file = path.open("a+", encoding="utf-8")
    except OSError as error:
        raise unusable(path, error) from error
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.seek(0)
        owner = file.read().strip() or "unknown"
        file.close()
        raise FolderInUseError(f"{folder} is in use by another bot (process {owner}); stop that one first") from None
    except OSError as error:
        file.close()
        raise DataFolderError(
            f"{folder} cannot be locked ({error.strerror}); choose a storage.data_dir on a local disk"
        ) from error
    return file


def write_owner(file: IO[str], process_id: int) -> None:
    """Writes the process id into the lock file, for the message of FolderInUseError."""
    file.truncate(0)
    file.write(f"{process_id}\n")
    file.flush()
