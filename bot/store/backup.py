"""Copies the database, also while the bot writes to it. The copy is complete and consistent, or there is none.

SQLite's backup API reads a snapshot, so the bot can go on writing. A plain copy of the file would lack the changes that
are still in the write-ahead log. Pictures are not copied.
"""

import contextlib
import os
import sqlite3
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

TEMPORARY: Final = ".bot-backup-"
"""Prefix of an unfinished copy."""
STALE_S: Final = 86400.0
"""Age in seconds from which an unfinished copy belongs to a process that was killed."""
COMPANIONS: Final = ("-wal", "-shm", "-journal")
"""Suffixes of the files that SQLite puts beside a database."""


class BackupError(RuntimeError):
    """The copy failed and an existing target is unchanged. The message is one sentence."""


@dataclass(frozen=True, slots=True)
class Copy:
    """A finished copy: its size in bytes, the number of jobs in it, and its schema version."""

    size: int
    jobs: int
    schema: int


def back_up(database: Path, target: Path, *, replace: bool = False) -> Copy:
    """Copies the database.

    Args:
        database: The file to copy; a bot may be using it.
        target: Where to write the copy.
        replace: Whether to replace an existing target.

    Raises:
        BackupError: The database is missing or damaged; or the target exists, is the database or cannot be written.
    """
    try:
        _check(database, target, replace=replace)
    except OSError as error:
        raise BackupError(
            f"{error.filename} cannot be read ({error.strerror}); run the backup as the bot's user"
        ) from error
    try:
        _remove_stale(target.parent)
        descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=TEMPORARY)
    except OSError as error:
        raise BackupError(f"{target.parent} cannot be written ({error.strerror}); name a file elsewhere") from error
    os.close(descriptor)
    temporary = Path(name)
    try:
        copy = _copy(database, temporary)
        temporary.replace(target)
        _sync(target.parent)  # a rename is durable only after the folder is synced
    except sqlite3.Error as error:
        raise BackupError(f"{database} cannot be copied ({error})") from error
    except OSError as error:
        raise BackupError(f"{target} cannot be written ({error.strerror})") from error
    finally:
        for end in ("", *COMPANIONS):
            Path(f"{temporary}{end}").unlink(missing_ok=True)
    return copy


def _remove_stale(folder: Path) -> None:
    """Deletes what killed backups left in the folder."""
    for path in folder.glob(f"{TEMPORARY}*"):
        with contextlib.suppress(FileNotFoundError):  # another backup has just ended
            if path.stat().st_mtime < time.time() - STALE_S:
                path.unlink()


def _check(database: Path, target: Path, *, replace: bool) -> None:
    if not database.exists():
        raise BackupError(f"{database} does not exist; the first run creates it")
    if target.is_dir():
        raise BackupError(f"{target} is a folder; name a file in it")
    own = [database, *(Path(f"{database}{end}") for end in COMPANIONS)]
    if target.resolve() in [path.resolve() for path in own] or (target.exists() and target.samefile(database)):
        raise BackupError(f"{target} is the database itself; name another file")
    if target.exists() and not replace:
        raise BackupError(f"{target} exists; name another file, or add --force")


def _copy(database: Path, temporary: Path) -> Copy:
    source = sqlite3.connect(f"{database.resolve().as_uri()}?mode=ro", uri=True)
    target = sqlite3.connect(temporary)
    try:
        source.backup(target)
        # Without a write-ahead log, the copy is a single file.
        target.execute("PRAGMA journal_mode = DELETE")
        (integrity,) = target.execute("PRAGMA integrity_check(1)").fetchone()
        if integrity != "ok":
            raise BackupError(f"{database} is damaged ({integrity}) and is not copied; restore an earlier backup")
        (schema,) = target.execute("PRAGMA user_version").fetchone()
        (jobs,) = target.execute("SELECT count(*) FROM job").fetchone()
    finally:
        target.close()
        source.close()
    _sync(temporary)
    return Copy(temporary.stat().st_size, jobs, schema)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
