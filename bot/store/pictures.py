"""Files in a folder, named by the sha256 of their bytes. A new file is renamed into place, so it is always complete."""

import asyncio
import hashlib
import os
import re
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Final, ParamSpec, TypeVar

from bot.store.storage_error import file_errors

TEMPORARY: Final = re.compile("tmp[a-z0-9_]{8}")
"""Names of unfinished files, as `tempfile` makes them."""
PROBE_BYTES: Final = 4 * 2**20
"""More than a picture with its time-lapse."""

Parameters = ParamSpec("Parameters")
Returned = TypeVar("Returned")


class Pictures:
    """A content-addressed folder. File operations run in threads, so that they do not block the event loop.

    Every method raises StorageError if the disk refuses.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def put(self, data: bytes) -> str:
        """Stores bytes and returns their sha256. They are synced to the disk when this returns."""
        return await _in_thread(self._put, data)

    async def get(self, sha256: str) -> bytes:
        """The bytes with this hash.

        Raises:
            FileNotFoundError: There are none, or they were dropped.
            ValueError: Not a sha256.
        """
        return await _in_thread(self._path(sha256).read_bytes)

    async def has(self, sha256: str) -> bool:
        """Whether there is a file with this hash."""
        return await _in_thread(self._path(sha256).exists)

    async def drop(self, sha256s: set[str]) -> int:
        """Deletes files; returns how many of them existed."""
        return await _in_thread(self._drop, sha256s)

    async def older_than(self, moment: float) -> set[str]:
        """Hashes of files that were last stored before `moment` (seconds since 1970)."""
        return await _in_thread(self._older_than, moment)

    async def probe(self) -> None:
        """Returns if there is room for a picture."""
        await _in_thread(self._probe)

    async def remove_unfinished(self) -> int:
        """Deletes the files that a killed process left while it stored something; returns their number.

        Nothing may be stored meanwhile.
        """
        return await _in_thread(self._remove_unfinished)

    def _older_than(self, moment: float) -> set[str]:
        return {
            path.name
            for path in self._folder.glob("??/*")
            if re.fullmatch(r"[0-9a-f]{64}", path.name) and _written(path) < moment
        }

    def _path(self, sha256: str) -> Path:
        if not re.fullmatch(r"[0-9a-f]{64}", sha256):
            raise ValueError("not a sha256")
        return self._folder / sha256[:2] / sha256

    def _put(self, data: bytes) -> str:
        sha256 = hashlib.sha256(data).hexdigest()
        path = self._path(sha256)
        if path.exists():
            path.touch()  # storing a file again restarts its retention
            return sha256
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(dir=path.parent)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).replace(path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
        # A rename is durable only after the folder is synced; otherwise a power failure could lose the file.
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
        return sha256

    def _probe(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=self._folder) as file:
            file.write(bytes(PROBE_BYTES))
            file.flush()
            os.fsync(file.fileno())

    def _remove_unfinished(self) -> int:
        unfinished = [path for path in self._folder.glob("??/tmp*") if TEMPORARY.fullmatch(path.name)]
        for path in unfinished:
            path.unlink(missing_ok=True)
        return len(unfinished)

    def _drop(self, sha256s: set[str]) -> int:
        dropped = 0
        for sha256 in sha256s:
            path = self._path(sha256)
            dropped += path.exists()
            path.unlink(missing_ok=True)
        return dropped


async def _in_thread(
    function: Callable[Parameters, Returned], *arguments: Parameters.args, **named: Parameters.kwargs
) -> Returned:
    with file_errors():
        return await asyncio.to_thread(function, *arguments, **named)


def _written(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:  # deleted since it was listed
        return float("inf")
