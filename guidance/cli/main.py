"""The command line: `python -m guidance "PROMPT" [options]`."""

import argparse
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from PIL import Image

from guidance.canvas.diffusers_source import check_package
from guidance.cli.options import parser
from guidance.cli.task import CommandLineTask, build_task, check
from guidance.clip.model import ClipModel
from guidance.io.atomic_write import atomic_write, check_writable
from guidance.io.checkpoint import CheckpointError
from guidance.io.dataset import Dataset
from guidance.io.model_error import ModelError
from guidance.io.picture import PictureError, contact_sheet, png_of, read_image, to_png
from guidance.io.timelapse import encoder, every
from guidance.optimize.loop import Result, render
from guidance.optimize.run import RenderError
from guidance.request.request import RequestError

BAR_WIDTH = 30


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command line and returns its exit status."""
    options = parser().parse_args(arguments)
    try:
        check(options)
        task = build_task(options)
        if options.count > 1:
            return _render_many(options, task)
        return _render_one(options, task)
    except (RequestError, PictureError, ModelError, CheckpointError) as error:
        return _fail(2, str(error))
    except RenderError as error:
        return _fail(1, str(error))
    except KeyboardInterrupt:
        return _fail(130, "stopped")


def _render_one(options: argparse.Namespace, task: CommandLineTask) -> int:
    path: Path = options.out or Path(f"{task.request.seed}.png")
    check_writable(path)
    check_package(task.request.canvas)
    model = ClipModel.load(task.request.model, options.device, options.precision, graphs=not options.no_graphs)
    frames: list[Image.Image] | None = [] if options.timelapse else None
    began = time.monotonic()
    result = _render_with_progress(task, model, frames, options.checkpoint, options.checkpoint_every)
    atomic_write(path, to_png(result.image, task.request))
    if options.checkpoint:
        atomic_write(options.checkpoint, result.checkpoint().to_bytes())
    if frames is not None:
        atomic_write(options.timelapse, encoder(options.timelapse)([*frames, result.image]))
    _report(options, result, path, time.monotonic() - began, model.device.type)
    return 0


def _render_many(options: argparse.Namespace, task: CommandLineTask) -> int:
    if task.request.seed + options.count > 2**32:
        raise RequestError(f"--seed is {task.request.seed}, too high for {options.count} seeds that follow it")
    dataset = Dataset(options.out or Path())
    check_package(task.request.canvas)
    requests = [replace(task.request, seed=task.request.seed + number) for number in range(options.count)]
    model = ClipModel.load(task.request.model, options.device, options.precision, graphs=not options.no_graphs)
    for request in requests:
        if dataset.holds(request):
            continue
        began = time.monotonic()
        result = _render_with_progress(replace(task, request=request), model, None, None, 1)
        path = dataset.add(request, to_png(result.image, request), result.similarity)
        _report(options, result, path, time.monotonic() - began, model.device.type)
    if options.sheet:
        images = [read_image(dataset.path(request).read_bytes()) for request in requests]
        atomic_write(options.sheet, png_of(contact_sheet(images, columns=min(8, max(2, round(len(images) ** 0.5))))))
        print(options.sheet, file=sys.stderr if options.json else sys.stdout)
    return 0


def _render_with_progress(
    task: CommandLineTask, model: ClipModel, frames: list[Image.Image] | None, checkpoint: Path | None, interval: int
) -> Result:
    """Runs to the end; shows a progress bar on a terminal and keeps frames and checkpoints if they are wanted."""
    terminal = sys.stderr.isatty()
    try:
        for step in render(task.request, model, blobs=task.blobs, resume=task.resume, microbatch=task.microbatch):
            if isinstance(step, Result):
                return step
            if terminal:
                _draw_bar(step.number, step.total, step.similarity())
            if frames is not None and step.number % every(step.total) == 0:
                frames.append(step.picture())
            if checkpoint is not None and step.number % interval == 0:
                atomic_write(checkpoint, step.checkpoint().to_bytes())
    finally:
        if terminal:
            print(file=sys.stderr)
    raise AssertionError("render ended without a Result")


def _draw_bar(number: int, total: int, similarity: float) -> None:
    filled = "█" * (BAR_WIDTH * number // total)
    print(
        f"\r{filled:░<{BAR_WIDTH}} {number}/{total}  similarity {similarity:.3f} ", end="", file=sys.stderr, flush=True
    )


def _report(options: argparse.Namespace, result: Result, path: Path, seconds: float, device: str) -> None:
    if not options.json:
        print(path)
        return
    request = result.request
    fields = {
        "path": str(path),
        "prompt": request.prompt,
        "seed": request.seed,
        "width": request.width,
        "height": request.height,
        "steps": request.steps,
        "seconds": round(seconds, 2),
        "similarity": None if result.similarity is None else round(result.similarity, 4),
        "stopped_early": result.stopped_early,
        "microbatch": result.microbatch,
        "model": request.model,
        "device": device,
    }
    print(json.dumps(fields, allow_nan=False), flush=True)


def _fail(status: int, message: str) -> int:
    print(f"python -m guidance: {message}", file=sys.stderr)
    return status
