"""Measures the cost of a timelapse: `python -m tools.bench.timelapse ROUNDS SIDE STEPS DEVICE` prints JSON.

Steps and frames are timed within the same run, since the times of whole runs vary by more than a timelapse costs.
"""

import json
import statistics
import sys
import time

from guidance.clip.model import ClipModel
from guidance.io.timelapse import Timelapse
from guidance.optimize.loop import Step, render
from guidance.request.request import Request
from tools.bench import timing


def main(rounds: int, side: int, steps: int, device: str) -> dict[str, float]:
    """Medians over the rounds: seconds of a run, of adding frames, and of encoding them; and the frames' share."""
    model = ClipModel.load("pocket", device)
    request = Request.resolve("a lighthouse in a storm", seed=1, width=side, height=side, steps=steps)
    taken = [_round(request, model) for _ in range(rounds)]
    medians = [statistics.median(column) for column in zip(*taken, strict=True)]
    share = statistics.median((add + encode) / run for run, add, encode in taken)
    return dict(zip(("run_s", "add_s", "encode_s"), medians, strict=True)) | {"share": share}


def _round(request: Request, model: ClipModel) -> tuple[float, float, float]:
    """Seconds of the steps, of adding frames, and of encoding them."""
    timelapse = Timelapse(len(request.span()))
    run, add = 0.0, 0.0
    began = time.perf_counter()
    for step in render(request, model):
        if not isinstance(step, Step):
            break
        step.similarity()  # waits for the device
        rendered = time.perf_counter()
        run += rendered - began
        if timelapse.due(step.number):
            timelapse.add(step.picture())
        began = time.perf_counter()
        add += began - rendered
    return run, add, timing.seconds(timelapse.to_mp4, model.device)


if __name__ == "__main__":
    rounds_, side_, steps_, device_ = sys.argv[1:]
    sys.stdout.write(json.dumps(main(int(rounds_), int(side_), int(steps_), device_)) + "\n")
