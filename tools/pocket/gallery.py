"""Renders the pictures at the top of the README: `python -m tools.pocket.gallery`.

The subjects are ones that the model is good at. All pictures use the default settings and seed 1. Of ten pictures two
in stained glass were left out; no other was selected.
"""

import argparse
import sys
from pathlib import Path
from typing import Final

from guidance.clip.model import ClipModel
from guidance.io.picture import contact_sheet
from guidance.request.request import Request
from tools.pocket.picture_cache import SEED, of_these_weights, picture

PROMPTS: Final = (
    *("a lake", "a fox, watercolour", "a cup of coffee", "an owl, woodcut"),
    *("a tractor", "a parrot, oil painting", "pixel art castle", "a red car, cartoon"),
)


def main() -> int:
    """Renders missing pictures and writes the contact sheet."""
    parser = argparse.ArgumentParser(prog="python -m tools.pocket.gallery", description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("docs/gallery.jpg"), help="default: %(default)s")
    options = parser.parse_args()
    folder = of_these_weights(Path("build/gallery"))
    folder.mkdir(parents=True, exist_ok=True)
    model = ClipModel.load("pocket", "cpu")
    images = [picture(Request.resolve(prompt, seed=SEED), model, folder) for prompt in PROMPTS]
    contact_sheet(images, columns=4).save(options.out, quality=90)
    print(options.out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
