"""Prepares the data folder: creates it, closes it to other users of the machine, and checks that it can be written."""

import errno
import os
import stat
import tempfile
from pathlib import Path
from typing import Final

PRIVATE_UMASK: Final = 0o077
"""For `os.umask`: new files and folders are for this user alone, as they hold what members wrote."""
PROBE_BYTES: Final = 2**20
"""Free space that a start needs."""
OWN: Final = frozenset({"bot.db", "bot.db-wal", "bot.db-shm", "pictures", "lock", "healthy"})
"""What the bot keeps in its folder. In a folder with other things, such as a home folder, they are left alone."""
ADVICE: Final = {
    errno.ENOSPC: "the disk is full; free some space",
    errno.EDQUOT: "the disk quota is used up; free some space",
    errno.EROFS: "the file system is read-only; mount it for writing or choose another folder",
    errno.EEXIST: "it is a file; move it away or choose another folder",
    errno.ENOTDIR: "a part of the path is a file; choose another folder",
}


class DataFolderError(RuntimeError):
    """The data folder cannot be used. The message is one sentence that says what to do."""


def unusable(path: Path, error: OSError) -> DataFolderError:
    """The error to raise when a file or folder of the data folder cannot be used."""
    known = ADVICE.get(error.errno or 0)
    reason = os.strerror(error.errno) if error.errno else str(error)
    return DataFolderError(
        f"{path} cannot be used: {known or f'{reason}; change its owner or choose another storage.data_dir'}"
    )


def prepare(folder: Path) -> None:
    """Creates the folder, makes it private, and checks that files can be written.

    Raises:
        DataFolderError: The folder cannot be created or written.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _make_private(folder)
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(bytes(PROBE_BYTES))
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise unusable(folder, error) from error


def open_to_others(folder: Path) -> bool:
    """Whether other users of this machine may look into the folder."""
    return bool(folder.stat().st_mode & 0o077)


def _make_private(folder: Path) -> None:
    """Takes others' rights from the bot's files, left by earlier versions, and from a folder that holds only them."""
    status = folder.stat()
    # A shared folder, such as /tmp, is not the bot's own.
    if not open_to_others(folder) or status.st_uid != os.geteuid() or status.st_mode & stat.S_ISVTX:
        return
    names = {path.name for path in folder.iterdir()}
    for name in names & OWN:
        for path in (folder / name, *(folder / name).rglob("*")):
            if not path.is_symlink():
                path.chmod(0o700 if path.is_dir() else 0o600)
    if names <= OWN:
        folder.chmod(0o700)  # last, so that an interrupted attempt is repeated
