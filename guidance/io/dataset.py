"""Dataset: a folder of pictures with a manifest, for data augmentation and for choosing the best of several seeds.

The manifest is JSON Lines and is replaced after every picture, so it is complete when a run is interrupted. The next
run into the same folder makes only the missing pictures.
"""

import hashlib
import json
from pathlib import Path
from typing import Final

from guidance.io.atomic_write import atomic_write
from guidance.io.picture import PictureError, request_of
from guidance.request.request import Request

MANIFEST: Final = "manifest.jsonl"


class Dataset:
    """A folder of pictures, created if it does not exist.

    Raises:
        PictureError: The folder cannot be created or read, or its manifest has another format.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        try:
            folder.mkdir(parents=True, exist_ok=True)
            lines = (folder / MANIFEST).read_text(encoding="utf-8").splitlines()
            self._entries = {entry["file"]: entry for entry in map(json.loads, lines)}
        except FileNotFoundError:
            self._entries = {}
        except OSError as error:
            raise PictureError(f"{folder} cannot be used as a folder for pictures ({error.strerror})") from error
        except (ValueError, KeyError, TypeError) as error:
            raise PictureError(f"{folder / MANIFEST} is not a manifest of guidance; name another folder") from error

    def path(self, request: Request) -> Path:
        """The path of the request's picture."""
        return self._folder / f"{request.seed}.png"

    def holds(self, request: Request) -> bool:
        """True if the manifest lists the request's picture and its file carries an equal request."""
        path = self.path(request)
        try:
            return path.name in self._entries and request_of(path.read_bytes()) == request
        except (OSError, PictureError):
            return False

    def add(self, request: Request, png: bytes, similarity: float | None) -> Path:
        """Writes the picture, then the manifest."""
        path = self.path(request)
        atomic_write(path, png)
        self._entries[path.name] = {
            "file": path.name,
            "sha256": hashlib.sha256(png).hexdigest(),
            "similarity": None if similarity is None else round(similarity, 4),
            "request": json.loads(request.to_json()),
        }
        lines = [json.dumps(entry, sort_keys=True, ensure_ascii=False) for entry in self._entries.values()]
        atomic_write(self._folder / MANIFEST, ("\n".join(lines) + "\n").encode())
        return path
