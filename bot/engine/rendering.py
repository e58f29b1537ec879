"""One order carried out: from the parent's words to the child's, frame by frame. Knows no pipe and no thread.

Only the child imports it: it leads to torch.
"""

import itertools
import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import Final

from bot.engine.frame import Blobs, Fields, Wish
from bot.engine.screening import picture_flags, prompt_flags
from bot.job import Concept
from guidance.checkpoint import Checkpoint, CheckpointError
from guidance.loop import Result, Step, render
from guidance.model import ClipModel
from guidance.picture import to_png, to_preview
from guidance.request import Request
from guidance.run import RenderError
from guidance.timelapse import Recording

log = logging.getLogger(__name__)

CHECKPOINT: Final = "checkpoint"
"""Among an order's bytes, which else are inputs by their sha256."""
CANCELLED: Final[tuple[Fields, Blobs]] = {"says": "cancelled"}, {}


def carried_out(
    order: Fields, blobs: Blobs, model: ClipModel, wishes: Callable[[], frozenset[Wish]]
) -> Iterator[tuple[Fields, Blobs]]:
    """Says Progress, and the end.

    Args:
        order: As `LocalEngine` words it.
        blobs: Inputs by sha256, and the checkpoint.
        model: The one that the request names.
        wishes: What is wished of this run by now.

    Raises:
        RequestError, PictureError, CheckpointError, RenderError: As `render`.
    """
    request = Request.from_json(order["request"])
    concepts = [Concept(entry["name"], tuple(entry["texts"]), entry["threshold"]) for entry in order["concepts"]]
    began = time.monotonic()
    due = began  # the first step shows a preview
    total = len(request.span())
    flags = prompt_flags(model, request, concepts)
    shows = order["previews"] and not flags
    film = Recording(total) if order["film"] else None
    yield _progress(0, total) | {"flags": [asdict(flag) for flag in flags]}, {}
    made, result = 0, None
    for step in () if Wish.CANCEL in wishes() else _steps(request, model, blobs):
        if isinstance(step, Result):
            result = step
            break
        made += 1
        wished = wishes()
        if Wish.CANCEL in wished:
            break
        # With the last step the Result follows by itself.
        if Wish.FINISH in wished and not step.last:
            result = step.ended()
            break
        if Wish.PUT_ASIDE in wished and not step.last:
            yield {"says": "aside", "step": step.number}, {CHECKPOINT: step.checkpoint().to_bytes()}
            return
        if film and film.due(step.number):
            film.add(step.picture())
        said, parts = _progress(step.number, step.total), {}
        if shows and time.monotonic() >= due:
            due = time.monotonic() + order["preview_interval_s"]
            said["similarity"] = step.similarity()
            parts["preview"] = to_preview(step.picture(), order["preview_pixels"])
        yield said, parts
    if result is None:
        yield CANCELLED
        return
    said, parts = _made(result, made), {"png": to_png(result.image, result.request)}
    said["seconds"] = time.monotonic() - began
    said["flags"] = [asdict(flag) for flag in (*flags, *picture_flags(model, result, concepts))]
    if film:
        film.add(result.image)
        parts["film"] = film.to_mp4()
    yield CANCELLED if Wish.CANCEL in wishes() else (said, parts)


def _made(result: Result, steps: int) -> Fields:
    request = result.request.to_json()
    return {"says": "result", "similarity": result.similarity, "steps": steps, "request": request}


def _progress(step: int, total: int) -> Fields:
    return {"says": "progress", "step": step, "total": total, "similarity": None}


def _steps(request: Request, model: ClipModel, blobs: Blobs) -> Iterator[Step | Result]:
    """From where the run was put aside, if that can be."""
    if CHECKPOINT in blobs:
        try:
            steps = render(request, model, blobs=blobs, resume=Checkpoint.from_bytes(blobs[CHECKPOINT]))
            return itertools.chain([next(steps)], steps)
        except (CheckpointError, RenderError) as error:
            log.warning("engine: a run that was put aside starts from the beginning, since %s", error)
    return render(request, model, blobs=blobs)
