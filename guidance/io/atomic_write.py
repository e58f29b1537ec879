"""Files that appear whole or not at all, and whose place is checked before the work that they hold."""

import os
import tempfile
from pathlib import Path

from guidance.io.picture import PictureError


def atomic_write(path: Path, data: bytes) -> None:
    """All of it or nothing: a reader never sees half a file.

    Raises:
        PictureError: It cannot be written.
    """
    try:
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
            place = Path(file.name)
            try:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
                place.chmod(0o666 & ~_umask())
                place.replace(path)
            except BaseException:
                place.unlink(missing_ok=True)
                raise
    except OSError as error:
        raise PictureError(f"{path} cannot be written ({error.strerror})") from error


def check_writable(path: Path) -> None:
    """Before the work, not after it.

    Raises:
        PictureError: A file cannot be put there.
    """
    if path.is_dir() or not path.parent.is_dir():
        raise PictureError(f"{path} cannot be written; name a file in a folder that exists")


def _umask() -> int:
    """The process's, which can only be read by setting it."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
