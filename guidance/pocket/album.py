"""Pictures that are made once and kept, so that a long evaluation can be broken off and goes on where it was."""

import time
from hashlib import sha256
from pathlib import Path
from typing import Final

from PIL import Image

from guidance.loop import Result, render
from guidance.model import ClipModel
from guidance.picture import PictureError, request_of, to_png
from guidance.request import Request

SEED: Final = 1
WEIGHTS: Final = Path(__file__).parent / "open_clip_model.safetensors"


def of_these_weights(folder: Path) -> Path:
    """The folder in it for pictures by the pocket CLIP as it is now, so that another's are not taken for them."""
    return folder / sha256(WEIGHTS.read_bytes()).hexdigest()[:12]


class Album:
    """Pictures at a model's default settings, from SEED.

    Args:
        model: It guides them.
        folder: Where they are kept.

    Attributes:
        model: As given.
        seconds: What each picture took when it was made.
    """

    def __init__(self, model: ClipModel, folder: Path) -> None:
        self.model = model
        self._folder = folder
        self.seconds: list[float] = []
        folder.mkdir(parents=True, exist_ok=True)

    def picture(self, prompt: str) -> Image.Image:
        """The one kept, or a new one."""
        noted = self._folder / f"{prompt}.seconds"
        began = time.monotonic()
        image = picture(Request.resolve(prompt, seed=SEED), self.model, self._folder)
        try:
            taken = float(noted.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            taken = time.monotonic() - began
            noted.write_text(f"{taken:.2f}", encoding="utf-8")
        self.seconds.append(taken)
        return image


def picture(request: Request, model: ClipModel, folder: Path) -> Image.Image:
    """The picture of a request: the one in the folder, if the same request made it, or a new one."""
    path = folder / f"{request.prompt}.png"
    try:
        data = path.read_bytes()
        if request_of(data) == request:
            with Image.open(path) as image:
                return image.convert("RGB")
    except (OSError, PictureError):
        pass  # not there, or not ours: it is made anew
    *_, result = render(request, model)
    assert isinstance(result, Result)  # noqa: S101 - render ends in one
    path.write_bytes(to_png(result.image, request))
    return result.image
