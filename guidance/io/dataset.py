"""Many pictures in a folder with a manifest, for data augmentation and for picking the best of several seeds.

The manifest is JSON Lines. It is replaced after every picture, so that a run that was broken off has a true one, and
the next run into the same folder makes only what is missing.
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
    """A folder.

    Raises:
        PictureError: It cannot be made, or holds a manifest that is not ours.
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
        """Of the picture."""
        return self._folder / f"{request.seed}.png"

    def holds(self, request: Request) -> bool:
        """Whether this very request's picture lies there, and the manifest says so."""
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
