"""One case of the benchmark: the time to load and to the first preview, steps per second, and memory.

`python -m tools.bench.scaling MODEL… SIDE VIEWS MICROBATCH DEVICE` prints a JSON object.
"""

import json
import statistics
import sys
import time
from collections.abc import Iterator

from guidance.clip.model import ClipModel
from guidance.optimize.loop import Result, Step, render
from guidance.request.request import Request
from tools.bench import subjects, timing

FEW, MANY = 4, 16
"""Memory is read after each number of steps; it must not grow from one to the other."""


def main(names: list[str], side: int, views: int, microbatch: int, device: str) -> dict[str, float]:
    """Seconds, steps per second, and MiB in addition to the loaded model."""
    began = time.perf_counter()
    model = subjects.loaded(names, device)
    load = time.perf_counter() - began
    request = subjects.request_for(model, side, views)
    with timing.peak_memory(model.device) as peak:
        began = time.perf_counter()
        steps = _steps(request, model, microbatch)
        next(steps).picture()
        preview = time.perf_counter() - began
        taken = [timing.seconds(lambda: next(steps), model.device) for _ in range(FEW - 1)]
        few = peak()
        taken += [timing.seconds(lambda: next(steps), model.device) for _ in range(MANY - FEW)]
        many = peak()
    return {
        "load_s": load,
        "first_preview_s": preview,
        "steps_per_s": 1 / statistics.median(taken),
        f"mib_{FEW}_steps": few,
        f"mib_{MANY}_steps": many,
    }


def _steps(request: Request, model: ClipModel, microbatch: int) -> Iterator[Step]:
    for step in render(request, model, microbatch=microbatch):
        if not isinstance(step, Result):
            yield step


if __name__ == "__main__":
    *architectures, side_, views_, microbatch_, device_ = sys.argv[1:]
    sys.stdout.write(json.dumps(main(architectures, int(side_), int(views_), int(microbatch_), device_)))
