"""Quality per second: `python -m tools.bench.quality` draws docs/quality.png.

The defaults and the settings of earlier systems render the same prompts with the same numbers of steps and views and
the same falling noise; each number of steps is a run with its own schedule. `--model` has another model guide
all of them. The score is the mean log probability that EfficientNet-Lite1, which takes no part in guidance, gives to
the right class. (A single good picture would dominate a mean of probabilities.) The loops are compared: with the
defaults' finish, too, which earlier systems do not have, their pictures are only shown, since viewers would rather show
them and classifiers see less in them (docs/performance.md). Pictures in --out are reused if the same request made them.
"""

import argparse
import json
import math
import re
import statistics
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import matplotlib as mpl
from matplotlib import pyplot as plt

from guidance.clip.model import ClipModel
from guidance.io.picture import contact_sheet
from guidance.optimize.loop import render
from guidance.request.model_name import DEFAULT_MODEL
from guidance.request.request import Request
from tools.bench.timing import seconds
from tools.pocket.evaluate import PROMPTS as ENTRIES
from tools.pocket.judge import Judge
from tools.pocket.picture_cache import of_these_weights, picture

SEED: Final = 1
PROMPTS: Final = 6
"""The number of prompts: the last objects of the pocket CLIP's evaluation, which were fixed before any tuning."""
_UNFINISHED: Final[dict[str, Any]] = {"redraw": 0.0, "levels": 0.0}
_BARE: Final[dict[str, Any]] = _UNFINISHED | {"clipping": 0.0, "locality": 1.0, "layout": 0.0}
"""Adam, and nothing that the earlier systems do not have but the falling noise, without which the tower is not used as
it was trained."""
RIVALS: Final[dict[str, dict[str, Any]]] = {
    "raw pixels": _BARE | {"canvas": "pixels", "learning_rate": 0.1},
    "Fourier": _BARE
    | {
        "canvas": "fourier",
        "learning_rate": 0.05,
        "view_low": 0.9,
        "view_low_end": 0.9,
        "rotation": 10.0,
        "smoothness": 0.0,
    },
    "Direct Ascent": _BARE
    | {
        "level_decay": 0.0,
        "learning_rate": 0.05,
        "view_low": 0.78,
        "view_high": 0.78,
        "view_low_end": 0.78,
        "view_high_end": 0.78,
        "jitter": 0.2,
        "smoothness": 0.0,
    },
}
"""The settings in which each recipe differs from the defaults. Raw pixels: a control with the default views and
smoothness. Fourier: lucent's learning rate, jitter, scale and rotation. Direct Ascent: layers of equal weight, and
DAS-AG's learning rate, fixed crop size with shifts of an eighth, and colour jitter."""
OURS: Final = "the defaults' loop"
FINISHED: Final = "the defaults, finished"


def main() -> int:
    """Renders, scores and draws; returns 1 if a rival scores higher than our loop at any number of steps."""
    parser = argparse.ArgumentParser(prog="python -m tools.bench.quality", description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("build/quality"), help="default: %(default)s")
    parser.add_argument("--chart", type=Path, default=Path("docs/quality.png"), help="default: %(default)s")
    parser.add_argument(
        "--steps", type=int, nargs="+", default=[32, 64, 128, 256], help="numbers of steps (default: %(default)s)"
    )
    parser.add_argument("--model", default=DEFAULT_MODEL, help="guides all recipes (default: %(default)s)")
    options = parser.parse_args()
    model, judge = ClipModel.load(options.model, "cpu"), Judge()
    words = json.loads(ENTRIES.read_text(encoding="utf-8"))["objects"][-PROMPTS:]
    guided: dict[str, Any] = {"model": model.name}
    recipes = {OURS: guided | _UNFINISHED} | {name: guided | changes for name, changes in RIVALS.items()}
    recipes[FINISHED] = guided
    points: list[dict[str, Any]] = []
    for recipe, changes in recipes.items():
        for steps in options.steps:
            folder = of_these_weights(options.out) / re.sub("[^A-Za-z]+", "-", recipe) / str(steps)
            folder.mkdir(parents=True, exist_ok=True)
            requests = [replace(Request.resolve(word["prompt"], seed=SEED, steps=steps), **changes) for word in words]
            images = [picture(request, model, folder) for request in requests]
            contact_sheet(images, columns=len(images), cell=160).save(folder / "sheet.png")
            pairs = zip(images, words, strict=True)
            logs = [math.log(judge.probability(image, *word["classes"])) for image, word in pairs]
            points.append({"recipe": recipe, "steps": steps, "log probabilities": logs} | _mean(logs))
            print(recipe, steps, "steps", "{mean:.2f} ± {error:.2f}".format(**points[-1]), flush=True)
    long_run = Request.resolve("a cat", seed=SEED, steps=2000)
    step_times = _step_times({name: replace(long_run, **changes) for name, changes in recipes.items()}, model)
    for point in points:
        point["seconds"] = point["steps"] * step_times[point["recipe"]]
    (options.out / "curves.json").write_text(json.dumps(points, indent=1) + "\n", encoding="utf-8")
    _draw(points, options.chart)
    return 0 if _print_margins(points) else 1


def _mean(logs: Sequence[float]) -> dict[str, float]:
    return {"mean": statistics.mean(logs), "error": statistics.stdev(logs) / len(logs) ** 0.5}


def _print_margins(points: list[dict[str, Any]]) -> bool:
    """Prints the mean difference to each rival over the prompts; returns True if our loop is always better."""
    logs = {(point["recipe"], point["steps"]): point["log probabilities"] for point in points}
    above = True
    for (recipe, steps), theirs in logs.items():
        if recipe in RIVALS:
            margin = _mean([mine - other for mine, other in zip(logs[OURS, steps], theirs, strict=True)])
            print(f"above {recipe} at {steps} steps by", "{mean:.2f} ± {error:.2f}".format(**margin))
            above = above and margin["mean"] > 0
    return above


def _step_times(requests: Mapping[str, Request], model: ClipModel) -> dict[str, float]:
    """Seconds per step of each. The runs alternate, so that other load on the machine affects all alike."""
    runs = {name: render(request, model) for name, request in requests.items()}
    taken = [{name: seconds(run.__next__, model.device) for name, run in runs.items()} for _ in range(15)]
    return {name: statistics.median(turn[name] for turn in taken[3:]) for name in runs}


def _draw(points: list[dict[str, Any]], path: Path) -> None:
    mpl.use("Agg")
    figure, axes = plt.subplots(figsize=(7, 4.4), dpi=110)
    for name in dict.fromkeys(point["recipe"] for point in points):
        curve = [point for point in points if point["recipe"] == name]
        axes.errorbar(
            [point["seconds"] for point in curve],
            [point["mean"] for point in curve],
            yerr=[point["error"] for point in curve],
            marker="o",
            capsize=3,
            linewidth=2.5 if name == OURS else 1.2,
            label=name,
        )
    axes.set_xscale("log", base=2)
    axes.set_xticks([5, 10, 20, 40], ["5 s", "10 s", "20 s", "40 s"])
    axes.set_xlabel("seconds for a picture (256 × 256, two CPU cores)")
    axes.set_ylabel("mean log probability of the right class\n(EfficientNet-Lite1)")
    axes.grid(alpha=0.3)
    axes.legend()
    figure.tight_layout()
    figure.savefig(path)


if __name__ == "__main__":
    sys.exit(main())
