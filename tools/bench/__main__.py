"""`python -m tools.bench [--json]`: prints the table of docs/performance.md for this machine.

The limit is the time of one bare forward and backward pass of all views; see `subjects.limit`. The exit status is 1 if
a step takes more than 1.10 times the limit on a CPU or 1.15 times on a GPU, with a canvas of 224 × 224 pixels and
pocket with 8 views or ViT-B-32 with 32, or on a canvas with a model of its own, whose passes the limit then includes.
Everything else is reported only.
"""

import argparse
import json
import platform
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import torch

from guidance.canvas.redraw import redrawn
from guidance.clip.model import pick_device, prepare
from guidance.clip.perceptor import HALF
from guidance.optimize.loop import render
from guidance.request.model_name import DEFAULT_MODEL
from guidance.request.request import Request
from tools.bench import baselines, canvases, crops, subjects, timing
from tools.bench.calls import calls

JUDGED: Final = {("pocket",): 8, ("ViT-B-32",): 32}
"""The number of views, by model."""
MAX_RATIO: Final = {"cpu": 1.10, "cuda": 1.15}
SIDE: Final = 224
Row = dict[str, str | int | float | bool]


def main() -> int:
    """Runs the benchmark; returns the exit status."""
    options = _parser().parse_args()
    torch.manual_seed(0)
    rows: list[Row] = []
    for row in _rows(options.device, options.pairs, options.only):
        rows.append(row)
        if not options.json:
            print("   ".join(f"{name} {_format(value)}" for name, value in row.items()), flush=True)
    device = pick_device(options.device)
    machine = _machine(device)
    if options.json:
        print(json.dumps({"machine": machine, "rows": rows}, indent=1))
    else:
        print(f"on {machine}")
    judged = [row for row in rows if row.get("judged")]
    return 0 if all(float(row["ratio"]) <= MAX_RATIO.get(device.type, MAX_RATIO["cuda"]) for row in judged) else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tools.bench", description=__doc__)
    parser.add_argument("--device", default="auto", help="default: %(default)s")
    parser.add_argument("--pairs", type=int, default=15, help="measurements per ratio (default: %(default)s)")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument(
        "--only",
        choices=["limit", "canvases", "baselines", "scaling", "precision", "fusion", "crops", "calls", "redraw"],
        help="run only this part",
    )
    return parser


def _rows(device: str, pairs: int, only: str | None) -> Iterator[Row]:
    if only in (None, "limit"):
        yield from _limit(device, pairs)
    if only in (None, "canvases"):
        yield from _canvases(device, pairs)
    if only in (None, "baselines"):
        yield from _baselines(device, pairs)
    if only in (None, "fusion"):
        yield from _fusion(device, pairs)
    if only in (None, "crops"):
        yield from _crops(pairs)
    if only in (None, "calls"):
        yield from _calls()
    if only in (None, "redraw"):
        yield from _redraw(device)
    if only in (None, "precision"):
        yield from _precision(device)
    if only in (None, "scaling"):
        yield from _scaling(device)


def _limit(device: str, pairs: int) -> Iterator[Row]:
    """The ratio step / limit: judged at 224 pixels, only reported for RN50, an ensemble, and a larger canvas.

    capture_s is the time spent on capturing steps, once in a run (see `guidance.device.cuda_graphs`).
    """
    reported = {("RN50",): 16, ("pocket", "ViT-B-32"): 8}
    for names, views in (JUDGED | reported).items():
        for side in (SIDE, 512) if names == ("pocket",) else (SIDE,):
            model, bare = subjects.loaded(names, device), subjects.loaded(names, device, bare=True)
            step = subjects.stepper(model, subjects.request_for(model, side, views))
            count = pairs if names == ("pocket",) else max(5, pairs // 2)
            pair = timing.pairs(subjects.limit(bare, views), step, count, model.device)
            yield {
                "part": "limit",
                "model": model.name,
                "precision": " + ".join(str(perceptor.precision)[6:] for perceptor in model.perceptors),
                "side": side,
                "views": views,
                "limit_s": pair.first,
                "step_s": pair.second,
                "ratio": pair.ratio,
                "judged": side == SIDE and names in JUDGED,
            } | ({"capture_s": model.graph_capture.seconds} if model.graph_capture else {})


def _canvases(device: str, pairs: int) -> Iterator[Row]:
    """The ratio step / limit of the canvases with a model, and what a step costs in steps of the default canvas."""
    model, bare = subjects.loaded([DEFAULT_MODEL], device), subjects.loaded([DEFAULT_MODEL], device, bare=True)
    views = JUDGED[(DEFAULT_MODEL,)]
    with tempfile.TemporaryDirectory() as folder:
        for canvas, name in canvases.saved(Path(folder)).items():
            request = canvases.request_for(model, SIDE, views, canvas, name)
            step = subjects.stepper(model, request)
            # The first step puts the canvas's model on the device.
            step()
            count = max(5, pairs // 2)
            pair = timing.pairs(canvases.limit(bare, request), step, count, model.device)
            plain = subjects.stepper(model, subjects.request_for(model, SIDE, views))
            yield {
                "part": "canvases",
                "canvas": canvas,
                "side": SIDE,
                "views": views,
                "limit_s": pair.first,
                "step_s": pair.second,
                "ratio": pair.ratio,
                "cost": timing.pairs(plain, step, count, model.device).ratio,
                "judged": True,
            }


def _baselines(device: str, pairs: int) -> Iterator[Row]:
    """The ratios of our loop and of two older ones to the same limit."""
    for names, views in {("pocket",): 8, ("ViT-B-32",): 8}.items():
        model, bare = subjects.loaded(names, device), subjects.loaded(names, device, bare=True)
        loops = {
            "ours": subjects.stepper(model, subjects.request_for(model, SIDE, views)),
            "a Python loop over crops, weights trainable": baselines.per_crop(bare, SIDE, views),
            "interpolation of every level": baselines.per_level(bare, SIDE, views),
        }
        for name, loop in loops.items():
            pair = timing.pairs(subjects.limit(bare, views), loop, max(5, pairs // 2), model.device)
            yield {"part": "baselines", "model": model.name, "views": views, "loop": name, "ratio": pair.ratio}


def _fusion(device: str, pairs: int) -> Iterator[Row]:
    """The limit of image towers with fused normalisations, as the loop uses them, and of bare ones."""
    for name in ("pocket", "RN50"):
        ours, bare = subjects.loaded([name], device), subjects.loaded([name], device, bare=True)
        pair = timing.pairs(subjects.limit(bare, 8), subjects.limit(ours, 8), pairs, ours.device)
        yield {"part": "fusion", "model": name, "bare_s": pair.first, "fused_s": pair.second, "ratio": pair.ratio}


def _crops(pairs: int) -> Iterator[Row]:
    """Crops by dense and by sparse matrix products, on the CPU."""
    cpu = pick_device("cpu")
    prepare(cpu)
    for side in (SIDE, 512, 1024):
        pair = timing.pairs(crops.sparse(side), crops.dense(side), pairs, cpu)
        yield {"part": "crops", "side": side, "sparse_s": pair.first, "dense_s": pair.second, "ratio": pair.ratio}


def _calls() -> Iterator[Row]:
    """The number of torch calls of an uncaptured step and of the limit. It is the same on every device."""
    for names in JUDGED:
        model, bare = subjects.loaded(names, "cpu"), subjects.loaded(names, "cpu", bare=True)
        step, limit = subjects.stepper(model, subjects.request_for(model, SIDE, 2)), subjects.limit(bare, 2)
        step()  # the first step creates the optimizer's state
        yield {"part": "calls", "model": model.name, "limit": calls(limit), "step": calls(step)}


def _redraw(device: str) -> Iterator[Row]:
    """A picture at the defaults, and the part of it that draws it anew."""
    model = subjects.loaded([DEFAULT_MODEL], device)
    for side in (256, 512, 1024):
        request = Request.resolve("a castle", seed=1, width=side, height=side)
        pixels = torch.rand(1, 3, side, side, device=model.device)
        # Memory first: what is freed is kept, so that a second call takes no more.
        with timing.peak_memory(model.device) as peak:
            redrawn(pixels)
            mib = peak()
        redraw = timing.seconds(lambda: redrawn(pixels), model.device)  # noqa: B023 - called at once
        picture = timing.seconds(lambda: list(render(request, model)), model.device)  # noqa: B023 - called at once
        yield {"part": "redraw", "side": side, "picture_s": picture, "redraw_s": redraw, "mib": mib}


def _precision(device: str) -> Iterator[Row]:
    """The cosine of the gradient in half precision to that in float32."""
    for name in ("pocket", "ViT-B-32", "RN50"):
        (perceptor,) = subjects.loaded([name], device, "float32").perceptors
        yield {"part": "precision", "model": name} | {kind: perceptor.gradient_cosine(kind) for kind in HALF}


def _scaling(device: str) -> Iterator[Row]:
    """Load time, speed and memory by size, views and models; each in its own process, so that memory is separate."""
    cases: list[tuple[tuple[str, ...], int, int, int]] = [(("pocket",), side, 8, 8) for side in (SIDE, 512, 1024)]
    cases += [(("pocket",), SIDE, views, views) for views in (16, 32, 64, 128)]
    cases += [(("pocket",), SIDE, 128, 8)]
    cases += [(("pocket", "ViT-B-32"), SIDE, 8, 8), (("pocket", "ViT-B-32", "RN50"), SIDE, 8, 8)]
    for names, side, views, microbatch in cases:
        case = [*names, str(side), str(views), str(microbatch), device]
        done = subprocess.run(  # noqa: S603 - our own module
            [sys.executable, "-m", "tools.bench.scaling", *case], check=True, stdout=subprocess.PIPE, text=True
        )
        yield {
            "part": "scaling",
            "model": " + ".join(names),
            "side": side,
            "views": views,
            "microbatch": microbatch,
        } | (json.loads(done.stdout))


def _machine(device: torch.device) -> str:
    """The processor, the GPU or number of threads, and torch's version; no host name or path."""
    processor = platform.processor() or platform.machine()
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        processor = next(line.split(":")[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        pass  # not Linux: the short name remains
    kind = torch.cuda.get_device_name(device) if device.type == "cuda" else f"{torch.get_num_threads()} threads"
    return f"{processor}, {kind}, torch {torch.__version__}"


def _format(value: str | float) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)


if __name__ == "__main__":
    sys.exit(main())
