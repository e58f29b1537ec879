"""Renders the prompts of the blind viewing, one PNG each: `python -m tools.pocket.eye [--group things] [--out DIR]`.

The prompts are in `eye_prompts.json`, with the rule by which they were chosen. All pictures use the default settings
and seed 1. `--sheet FILE` also writes a contact sheet in the order of the prompts.
"""

import argparse
import json
import re
import sys
from pathlib import Path
from typing import Final

from guidance.clip.model import ClipModel
from guidance.io.picture import contact_sheet
from guidance.request.request import Request
from tools.pocket.picture_cache import SEED, picture

PROMPTS: Final = Path(__file__).parent / "eye_prompts.json"
COLUMNS: Final = 8


def main() -> int:
    """Renders missing pictures; returns 0."""
    prompts = json.loads(PROMPTS.read_text(encoding="utf-8"))
    parser = argparse.ArgumentParser(prog="python -m tools.pocket.eye", description=__doc__)
    parser.add_argument("--part", choices=("measure", "development"), default="measure", help="default: %(default)s")
    parser.add_argument("--group", choices=tuple(prompts["measure"]), default="things", help="default: %(default)s")
    parser.add_argument("--out", type=Path, default=Path("build/eye"), help="default: %(default)s")
    parser.add_argument("--sheet", type=Path, help="a JPEG of all pictures")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    cache = options.out / "by-request"
    cache.mkdir(exist_ok=True)
    model = ClipModel.load("pocket", "cpu")
    images = []
    for prompt in prompts[options.part][options.group]:
        images.append(picture(Request.resolve(prompt, seed=SEED), model, cache))
        images[-1].save(options.out / f"{re.sub('[^a-z0-9]+', '_', prompt)}.png")
    if options.sheet is not None:
        contact_sheet(images, columns=COLUMNS, cell=160).save(options.sheet, quality=85)
    return 0


if __name__ == "__main__":
    sys.exit(main())
