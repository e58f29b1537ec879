"""Renders the pictures of docs/guidance.md: `python -m tools.bench.showcase`. All use seed 1; none was selected."""

import argparse
import hashlib
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

from PIL import Image

from guidance.clip.model import ClipModel
from guidance.io.picture import contact_sheet, to_png
from guidance.io.tensor import from_tensor, to_tensor
from guidance.media.registry import in_medium
from guidance.optimize.loop import Result, render
from guidance.request import derive
from guidance.request.medium import MEDIA
from guidance.request.parameters import PLAIN_CANVASES
from guidance.request.request import ImagePrompt, Request

SEED: Final = 1
CELL: Final = 256


def main() -> int:
    """Renders and writes three sheets."""
    parser = argparse.ArgumentParser(prog="python -m tools.bench.showcase", description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("docs"), help="default: %(default)s")
    options = parser.parse_args()
    model = ClipModel.load("pocket", "cpu")
    _sheet(_canvases(model), options.out / "showcase-canvases.jpg", columns=4)
    _sheet(_media(model), options.out / "showcase-media.jpg", columns=4)
    _sheet(_derived(model), options.out / "showcase-derived.jpg")
    return 0


def _canvases(model: ClipModel) -> list[Image.Image]:
    castle = "a castle on a hill"
    requests = [Request.resolve(castle, seed=SEED, canvas=canvas) for canvas in PLAIN_CANVASES]
    return [_render(request, model).image for request in requests]


def _media(model: ClipModel) -> list[Image.Image]:
    owl = _render(Request.resolve("an owl", seed=SEED), model).image
    pixels = to_tensor(owl, owl.width, owl.height)[None]
    return [from_tensor(in_medium(pixels, medium)[0]) for medium in MEDIA]


def _derived(model: ClipModel) -> list[Image.Image]:
    first = _render(Request.resolve("a lighthouse", seed=SEED), model)
    png, run = to_png(first.image, first.request), first.checkpoint().to_bytes()
    half = Image.new("L", first.image.size, 0)
    half.paste(255, (0, 0, first.image.width, first.image.height // 2))
    mask = to_png(half.convert("RGB"), first.request)
    volcano = to_png(_render(Request.resolve("a volcano", seed=SEED), model).image, first.request)
    blobs = {hashlib.sha256(data).hexdigest(): data for data in (png, run, mask, volcano)}
    of_png, of_run, of_mask, of_volcano = blobs
    masked = replace(first.request, prompt="a volcano", init=of_png, mask=of_mask, strength=1.0, perturbation=0.9)
    resembling = replace(first.request, prompt="", images=(ImagePrompt(of_png), ImagePrompt(of_volcano)))
    following = [
        derive.variation(first.request, of_png, SEED + 1),
        derive.revised(derive.continued(first.request, of_run), "a lighthouse at night"),
        derive.upscaled(first.request, of_run),
        masked,
        resembling,
    ]
    return [first.image, *(_render(request, model, blobs).image for request in following)]


def _render(request: Request, model: ClipModel, blobs: Mapping[str, bytes] | None = None) -> Result:
    *_, result = render(request, model, blobs=blobs)
    assert isinstance(result, Result)  # noqa: S101 - render ends in one
    return result


def _sheet(images: list[Image.Image], path: Path, columns: int = 3) -> None:
    contact_sheet(images, columns=columns, cell=CELL).save(path, quality=85)
    print(path)


if __name__ == "__main__":
    sys.exit(main())
