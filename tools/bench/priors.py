"""Measures the effect of priors and views: `python -m tools.bench.priors` prints the table of docs/guidance.md.

The judge is EfficientNet-Lite2, which takes no part in guidance. Pictures in --out are reused if the same request made
them.
"""

import argparse
import math
import statistics
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from guidance.clip.model import ClipModel
from guidance.io.picture import contact_sheet
from guidance.io.tensor import to_tensor
from guidance.optimize import loss
from guidance.request.defaults import for_steps
from guidance.request.model_name import DEFAULT_MODEL
from guidance.request.request import Request
from tools.pocket.judge import Judge
from tools.pocket.picture_cache import of_these_weights, picture

PROMPTS: Final = {
    "jeans": 608,
    "flute": 558,
    "goose": 99,
    "hyena": 276,
    "throne": 857,
    "collie": 231,
    "mosque": 668,
    "airship": 405,
}
"""Development prompts and their ImageNet classes."""


def _in(steps: int) -> dict[str, Any]:
    """The settings for another number of steps, with the learning rate that belongs to it."""
    return {"steps": steps, **for_steps(DEFAULT_MODEL, steps)}


VARIANTS: Final[dict[str, dict[str, Any]]] = {
    "the defaults": {},
    "locality 1, which is Adam": {"locality": 1.0},
    "Fourier": {"canvas": "fourier"},
    "raw pixels": {"canvas": "pixels"},
    "constant noise of 0.1": {"noise": 0.1, "noise_end": 0.1},
    "noise from 0.3": {"noise": 0.3},
    "64 steps": _in(64),
    "224 steps": _in(224),
    "no clipping": {"clipping": 0.0},
    "locality 0": {"locality": 0.0},
    "level_decay 0.25": {"level_decay": 0.25},
    "no smoothness": {"smoothness": 0.0},
    "crops narrow along the run, 0.85 to 0.5": {"view_low": 0.85, "view_low_end": 0.5},
    "rotation 10, perspective 0.1": {"rotation": 10.0, "perspective": 0.1},
    "spherical distance": {"distance": "spherical"},
    "Fourier, locality 1": {"canvas": "fourier", "locality": 1.0},
}
"""The settings in which each variant differs from the defaults."""
SEED: Final = 3


def main() -> int:
    """Renders missing pictures and prints a table row for each variant."""
    parser = argparse.ArgumentParser(prog="python -m tools.bench.priors", description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("build/priors"), help="default: %(default)s")
    parser.add_argument("--variants", type=int, metavar="N", help="measure only the first N variants")
    options = parser.parse_args()
    model, judge = ClipModel.load("pocket", "cpu"), Judge("lite2")
    print("| variant | first | first five | mean log probability | near black or white | total variation |")
    print("|---|---|---|---|---|---|")
    for name, changes in list(VARIANTS.items())[: options.variants]:
        folder = of_these_weights(options.out) / name.replace(" ", "-")
        folder.mkdir(parents=True, exist_ok=True)
        requests = [replace(Request.resolve(word, seed=SEED), **changes) for word in PROMPTS]
        images = [picture(request, model, folder) for request in requests]
        contact_sheet(images, columns=len(images), cell=160).save(folder / "sheet.png")
        pairs = list(zip(images, PROMPTS.values(), strict=True))
        ranks = [judge.rank(image, index) for image, index in pairs]
        logs = [math.log(judge.probability(image, index)) for image, index in pairs]
        pixels = [to_tensor(image, *image.size)[None] for image in images]
        clipped = statistics.mean(float(((x < 0.02) | (x > 0.98)).float().mean()) for x in pixels)
        variation = statistics.mean(float(loss.total_variation(x)) for x in pixels)
        cells = [
            name,
            f"{sum(rank == 1 for rank in ranks)}/{len(ranks)}",
            f"{sum(rank <= 5 for rank in ranks)}/{len(ranks)}",
            f"{statistics.mean(logs):.2f} ± {statistics.stdev(logs) / len(logs) ** 0.5:.2f}",
            f"{clipped:.1%}",
            f"{variation:.3f}",
        ]
        print(f"| {' | '.join(cells)} |", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
