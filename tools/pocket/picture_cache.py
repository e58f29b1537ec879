"""A cache of pictures on disk, so that an interrupted evaluation continues where it stopped."""

import time
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Final

from PIL import Image

from guidance.clip.model import ClipModel
from guidance.clip.open_clip_source import POCKET
from guidance.io.picture import PictureError, request_of, to_png
from guidance.optimize.loop import Result, render
from guidance.request.request import Request

SEED: Final = 1


def of_these_weights(folder: Path) -> Path:
    """The subfolder for pictures by the current weights of the pocket CLIP."""
    weights = sha256()
    for path in sorted([*POCKET.glob("*.safetensors"), *POCKET.glob("*.webp")]):
        weights.update(path.read_bytes())
    return folder / weights.hexdigest()[:12]


class PictureCache:
    """Pictures at a model's default settings, from SEED.

    Args:
        model: Guides the pictures.
        folder: Where they are kept.

    Attributes:
        model: As given.
        seconds: The time that each picture took when it was rendered.
    """

    def __init__(self, model: ClipModel, folder: Path) -> None:
        self.model = model
        self._folder = folder
        self.seconds: list[float] = []
        folder.mkdir(parents=True, exist_ok=True)

    def picture(self, prompt: str) -> Image.Image:
        """The cached picture of the prompt, or a new one."""
        request = Request.resolve(prompt, seed=SEED)
        seconds_file = _path(request, self._folder).with_suffix(".seconds")
        began = time.monotonic()
        if (image := _cached(request, self._folder)) is None:
            image = picture(request, self.model, self._folder)
            seconds_file.write_text(f"{time.monotonic() - began:.2f}", encoding="utf-8")
        with suppress(OSError, ValueError):  # the process ended before it wrote the time
            self.seconds.append(float(seconds_file.read_text(encoding="utf-8")))
        return image


def picture(request: Request, model: ClipModel, folder: Path) -> Image.Image:
    """The picture in the folder if the same request made it, else a new one."""
    if (image := _cached(request, folder)) is not None:
        return image
    *_, result = render(request, model)
    assert isinstance(result, Result)  # noqa: S101 - render ends in one
    _path(request, folder).write_bytes(to_png(result.image, request))
    return result.image


def _cached(request: Request, folder: Path) -> Image.Image | None:
    path = _path(request, folder)
    try:
        data = path.read_bytes()
        if request_of(data) == request:
            with Image.open(path) as image:
                return image.convert("RGB")
    except (OSError, PictureError):
        pass  # missing or unreadable: it is rendered again
    return None


def _path(request: Request, folder: Path) -> Path:
    return folder / f"{request.prompt}.png"
