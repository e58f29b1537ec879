"""Atomic writing of files, and a check beforehand that a path can be written."""

import os
import tempfile
from pathlib import Path

from guidance.io.picture import PictureError


def atomic_write(path: Path, data: bytes) -> None:
    """Writes a file through a temporary file beside it, so that readers never see a part of it.

    Raises:
        PictureError: The file cannot be written.
    """
    try:
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
            temporary = Path(file.name)
            try:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
                temporary.chmod(0o666 & ~_umask())
                temporary.replace(path)
            except BaseException:
                temporary.unlink(missing_ok=True)
                raise
    except OSError as error:
        raise PictureError(f"{path} cannot be written ({error.strerror})") from error


def check_writable(path: Path) -> None:
    """Checks, before a long computation, that a file can be put at `path`.

    Raises:
        PictureError: It is a folder, or its folder does not exist or cannot be written.
    """
    if path.is_dir():
        raise PictureError(f"{path} cannot be written: it is a folder; name a file in it")
    if not path.parent.exists():
        raise PictureError(f"{path} cannot be written: there is no folder {path.parent}; make it first")
    if not path.parent.is_dir():
        raise PictureError(f"{path} cannot be written: {path.parent} is a file, not a folder")
    try:
        with tempfile.TemporaryFile(dir=path.parent):
            pass
    except OSError as error:
        raise PictureError(f"{path} cannot be written ({error.strerror})") from error


def _umask() -> int:
    """The process's umask; the system gives it only in exchange for a new one."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
