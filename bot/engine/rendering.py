"""Executes one render task, and yields the process's messages. Knows no pipe and no thread.

Only the child imports it: it leads to torch.
"""

import itertools
import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import Final

from bot.engine.protocol import Blobs, Fields, RunCommand
from bot.engine.screening import picture_flags, prompt_flags
from bot.jobs.job import Concept
from guidance.clip.model import ClipModel
from guidance.io.checkpoint import Checkpoint, CheckpointError
from guidance.io.picture import to_png, to_preview
from guidance.io.timelapse import Timelapse
from guidance.optimize.loop import Result, Step, render
from guidance.optimize.run import RenderError
from guidance.request.request import Request

log = logging.getLogger(__name__)

CHECKPOINT: Final = "checkpoint"
"""Among a task's bytes, which else are inputs by their sha256."""
CANCELLED: Final[tuple[Fields, Blobs]] = {"type": "cancelled"}, {}


def execute(
    task: Fields, blobs: Blobs, model: ClipModel, commands: Callable[[], frozenset[RunCommand]]
) -> Iterator[tuple[Fields, Blobs]]:
    """Says Progress, and the end.

    Args:
        task: As `LocalEngine` words it.
        blobs: Inputs by sha256, and the checkpoint.
        model: The one that the request names.
        commands: The commands for this run so far.

    Raises:
        RequestError, PictureError, CheckpointError, RenderError: As `render`.
    """
    request = Request.from_json(task["request"])
    concepts = [Concept(entry["name"], tuple(entry["texts"]), entry["threshold"]) for entry in task["concepts"]]
    began = time.monotonic()
    due = began  # the first step shows a preview
    total = len(request.span())
    flags = prompt_flags(model, request, concepts)
    shows = task["previews"] and not flags
    timelapse = Timelapse(total) if task["timelapse"] else None
    yield _progress(0, total) | {"flags": [asdict(flag) for flag in flags]}, {}
    made, result = 0, None
    for step in () if RunCommand.CANCEL in commands() else _steps(request, model, blobs):
        if isinstance(step, Result):
            result = step
            break
        made += 1
        commanded = commands()
        if RunCommand.CANCEL in commanded:
            break
        # With the last step the Result follows by itself.
        if RunCommand.FINISH in commanded and not step.last:
            result = step.ended()
            break
        if RunCommand.SUSPEND in commanded and not step.last:
            yield {"type": "suspended", "step": step.number}, {CHECKPOINT: step.checkpoint().to_bytes()}
            return
        if timelapse and timelapse.due(step.number):
            timelapse.add(step.picture())
        message, parts = _progress(step.number, step.total), {}
        if shows and time.monotonic() >= due:
            due = time.monotonic() + task["preview_interval_s"]
            message["similarity"] = step.similarity()
            parts["preview"] = to_preview(step.picture(), task["preview_pixels"])
        yield message, parts
    if result is None:
        yield CANCELLED
        return
    message, parts = _made(result, made), {"png": to_png(result.image, result.request)}
    message["seconds"] = time.monotonic() - began
    message["flags"] = [asdict(flag) for flag in (*flags, *picture_flags(model, result, concepts))]
    if timelapse:
        timelapse.add(result.image)
        parts["timelapse"] = timelapse.to_mp4()
    yield CANCELLED if RunCommand.CANCEL in commands() else (message, parts)


def _made(result: Result, steps: int) -> Fields:
    request = result.request.to_json()
    return {"type": "result", "similarity": result.similarity, "steps": steps, "request": request}


def _progress(step: int, total: int) -> Fields:
    return {"type": "progress", "step": step, "total": total, "similarity": None}


def _steps(request: Request, model: ClipModel, blobs: Blobs) -> Iterator[Step | Result]:
    """From where the run was suspended, if that can be."""
    if CHECKPOINT in blobs:
        try:
            steps = render(request, model, blobs=blobs, resume=Checkpoint.from_bytes(blobs[CHECKPOINT]))
            return itertools.chain([next(steps)], steps)
        except (CheckpointError, RenderError) as error:
            log.warning("engine: a run that was suspended starts from the beginning, since %s", error)
    return render(request, model, blobs=blobs)
