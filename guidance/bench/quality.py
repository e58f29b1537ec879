"""Quality per second: `python -m guidance.bench.quality` draws docs/quality.png.

Several recipes make the same prompts with the same number of steps and views, each budget as a whole schedule of its
own; EfficientNet-Lite1, which did not guide, says how sure it is of the right class: the mean of log probabilities,
since one lucky picture decides a mean of probabilities. Pictures that lie in --out already, made by the same request,
are not made again.
"""

import argparse
import json
import math
import statistics
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import matplotlib as mpl
from matplotlib import pyplot as plt

from guidance.bench.clock import seconds
from guidance.loop import render
from guidance.model import ClipModel
from guidance.picture import contact_sheet
from guidance.pocket.album import of_these_weights, picture
from guidance.pocket.judge import Judge
from guidance.request import Request

PROMPTS: Final = {
    "coyote": 272,
    "whistle": 902,
    "barometer": 426,
    "basketball": 430,
}
"""ImageNet classes that no setting was tuned on: the last ones in the hash order of the pocket CLIP's first report."""
RECIPES: Final[dict[str, dict[str, Any]]] = {
    "this engine's defaults": {},
    "raw pixels": {"canvas": "pixels", "learning_rate": 0.1},
    "Fourier": {
        "canvas": "fourier",
        "learning_rate": 0.05,
        "view_low": 0.9,
        "view_low_end": 0.9,
        "rotation": 10.0,
        "noise": 0.0,
        "noise_end": 0.0,
        "smoothness": 0.0,
    },
    "Direct Ascent": {
        "taper": 0.0,
        "learning_rate": 0.05,
        "view_low": 0.78,
        "view_high": 0.78,
        "view_low_end": 0.78,
        "view_high_end": 0.78,
        "noise": 0.2,
        "noise_end": 0.5,
        "jitter": 0.2,
        "smoothness": 0.0,
    },
}
"""What each changes. Raw pixels: the control, with our views. Fourier: lucent's rate, jitter, scale and rotation.
Direct Ascent: layers of equal share, and DAS-AG's rate, fixed crop that moves by an eighth, noise and colour shift."""
SEED: Final = 1


def main() -> int:
    """Makes what is missing, judges it, draws the curve; ends with status 1 where another recipe lies above ours."""
    parser = argparse.ArgumentParser(prog="python -m guidance.bench.quality", description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("build/quality"), help="default: %(default)s")
    parser.add_argument("--chart", type=Path, default=Path("docs/quality.png"), help="default: %(default)s")
    parser.add_argument(
        "--steps", type=int, nargs="+", default=[20, 40, 80, 160], help="budgets (default: %(default)s)"
    )
    options = parser.parse_args()
    model, judge = ClipModel.load("pocket", "cpu"), Judge()
    curves: dict[str, list[dict[str, float]]] = {}
    for recipe, changes in RECIPES.items():
        curves[recipe] = []
        pace = _pace(replace(Request.resolve("a cat", seed=SEED, steps=2000), **changes), model)
        for steps in options.steps:
            folder = of_these_weights(options.out) / recipe.replace(" ", "-") / str(steps)
            folder.mkdir(parents=True, exist_ok=True)
            requests = [replace(Request.resolve(word, seed=SEED, steps=steps), **changes) for word in PROMPTS]
            images = [picture(request, model, folder) for request in requests]
            sure = [judge.probability(image, number) for image, number in zip(images, PROMPTS.values(), strict=True)]
            contact_sheet(images, columns=len(images), cell=160).save(folder / "sheet.png")
            point = {
                "steps": steps,
                "seconds": steps * pace,
                "log_probability": statistics.mean(map(math.log, sure)),
                "error": statistics.stdev(map(math.log, sure)) / len(sure) ** 0.5,
                "probability": statistics.mean(sure),
            }
            curves[recipe].append(point)
            print(recipe, "  ".join(f"{name} {value:.3g}" for name, value in point.items()), flush=True)
    (options.out / "curves.json").write_text(json.dumps(curves, indent=1) + "\n", encoding="utf-8")
    _draw(curves, options.chart)
    ours, *others = curves.values()
    above = all(
        mine["log_probability"] > theirs["log_probability"]
        for other in others
        for mine, theirs in zip(ours, other, strict=True)
    )
    return 0 if above else 1


def _pace(request: Request, model: ClipModel) -> float:
    """Seconds a step."""
    steps = render(request, model)
    for _ in range(3):
        next(steps)
    return statistics.median(seconds(lambda: next(steps), model.device) for _ in range(12))


def _draw(curves: dict[str, list[dict[str, float]]], path: Path) -> None:
    mpl.use("Agg")
    figure, axes = plt.subplots(figsize=(7, 4.2), dpi=110)
    for name, points in curves.items():
        axes.errorbar(
            [point["seconds"] for point in points],
            [point["log_probability"] for point in points],
            yerr=[point["error"] for point in points],
            marker="o",
            capsize=3,
            label=name,
        )
    axes.set_xscale("log", base=2)
    axes.set_xticks([5, 10, 20, 40], ["5 s", "10 s", "20 s", "40 s"])
    axes.set_xlabel("seconds for a picture (pocket, 256 × 256, 6 views, two CPU cores)")
    axes.set_ylabel("mean log probability of the right class\n(EfficientNet-Lite1, which did not guide)")
    axes.grid(alpha=0.3)
    axes.legend()
    figure.tight_layout()
    figure.savefig(path)


if __name__ == "__main__":
    sys.exit(main())
