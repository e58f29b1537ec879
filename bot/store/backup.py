"""A copy of the database while the bot runs: of one moment, whole or not at all.

SQLite's own backup reads under one snapshot of the write-ahead log, so the bot goes on writing meanwhile; a plain copy
of the file would lack what is still in that log. Knows nothing of pictures: those are files, each whole from the start.
"""

import os
import sqlite3
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

COMPANIONS: Final = ("-wal", "-shm", "-journal")
"""What SQLite puts beside a database, by the end of the name."""


class BackupError(RuntimeError):
    """There is no copy, and what was there before is as it was; the message is one sentence."""


@dataclass(frozen=True, slots=True)
class Copy:
    """What was written: its size in bytes, how many jobs are in it, and the version of its schema."""

    size: int
    jobs: int
    schema: int


def back_up(database: Path, target: Path, *, replace: bool = False) -> Copy:
    """Copies the database.

    Args:
        database: That a bot may be using.
        target: The copy.
        replace: Whether a file of that name may go.

    Raises:
        BackupError: There is no database, it is damaged, or the target is in the way, in use or cannot be written.
    """
    _check(database, target, replace=replace)
    try:
        descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    except OSError as error:
        raise BackupError(f"{target.parent} cannot be written ({error.strerror}); name a file elsewhere") from error
    os.close(descriptor)
    temporary = Path(name)
    try:
        copy = _copy(database, temporary)
        temporary.replace(target)
        _sync(target.parent)  # the name is in the folder's own blocks
    except sqlite3.Error as error:
        raise BackupError(f"{database} cannot be copied ({error})") from error
    except OSError as error:
        raise BackupError(f"{target} cannot be written ({error.strerror})") from error
    finally:
        for end in ("", *COMPANIONS):
            Path(f"{temporary}{end}").unlink(missing_ok=True)
    return copy


def _check(database: Path, target: Path, *, replace: bool) -> None:
    if not database.exists():
        raise BackupError(f"{database} does not exist; the bot makes it when it first runs")
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
        # Without a write-ahead log, so that the one file is everything and can be carried about.
        target.execute("PRAGMA journal_mode = DELETE")
        (integrity,) = target.execute("PRAGMA integrity_check(1)").fetchone()
        if integrity != "ok":
            raise BackupError(f"{database} is damaged ({integrity}), and the copy would be too; restore an earlier one")
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
