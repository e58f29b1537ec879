"""Renders the evaluation's prompts at the default settings and has them judged: `python -m guidance.pocket.evaluate`.

Prints the right class's rank for each prompt, writes a contact sheet, and ends with status 1 if fewer than TARGET are
ranked in the first five. Pictures that lie in --out already, made by the same request, are not made again.
"""

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Final

from PIL import Image

from guidance.loop import Result, render
from guidance.model import ClipModel
from guidance.picture import PictureError, contact_sheet, request_of, to_png
from guidance.pocket.judge import Judge
from guidance.request import Request

PROMPTS: Final = Path(__file__).parent / "prompts.json"
"""Chosen by `guidance.pocket.building.prompts`, by a rule and before anything was rendered."""
SEED: Final = 1
TARGET: Final = 0.6
"""Share of the prompts whose class must be in the judge's first five."""


def main() -> int:
    """Runs the evaluation; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m guidance.pocket.evaluate", description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("build/evaluation"), help="default: %(default)s")
    parser.add_argument("--prompts", type=int, help="only the first so many")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    entries = json.loads(PROMPTS.read_text(encoding="utf-8"))["objects"][: options.prompts]
    model = ClipModel.load("pocket", "cpu")
    judge = Judge()
    ranks, images = [], []
    for entry in entries:
        began = time.monotonic()
        image = picture(Request.resolve(entry["prompt"], seed=SEED), model, options.out)
        ranks.append(judge.rank(image, entry["classes"][0]))
        images.append(image)
        print(f"{entry['prompt']:<20} rank {ranks[-1]:>4}   {time.monotonic() - began:5.1f} s", flush=True)
    contact_sheet(images, columns=5).save(options.out / "sheet.jpg", quality=85)
    first, five = sum(rank == 1 for rank in ranks), sum(rank <= 5 for rank in ranks)
    print(f"top-1 {first}/{len(ranks)}   top-5 {five}/{len(ranks)}   sheet: {options.out / 'sheet.jpg'}")
    return 0 if five >= TARGET * len(ranks) else 1


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


if __name__ == "__main__":
    sys.exit(main())
