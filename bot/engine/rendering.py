"""Executes one render task and yields the process's messages. It knows no pipe and no thread.

Only the engine's process imports this module: it imports torch.
"""

import itertools
import logging
import time
from collections.abc import Callable, Iterator

from bot.engine import RenderTask
from bot.engine.messages import LoadModel, RunCancelled, RunCheckpoint, RunCommand, RunMessage, StartRun
from bot.engine.screening import picture_flags, prompt_flags
from bot.jobs.job import Progress, RenderResult, Suspended
from guidance.clip.model import ClipModel, prepare
from guidance.io.checkpoint import Checkpoint, CheckpointError
from guidance.io.model_error import ModelError
from guidance.io.picture import PictureError, to_png, to_preview
from guidance.io.timelapse import Timelapse
from guidance.optimize.loop import Result, Step, render
from guidance.optimize.run import RenderError
from guidance.request.messages import MessageError
from guidance.request.request import RequestError

log = logging.getLogger(__name__)


class ClipRenderer:
    """A Renderer with one CLIP model at a time."""

    failures: tuple[type[MessageError], ...] = (ModelError, RequestError, PictureError, CheckpointError, RenderError)

    def __init__(self) -> None:
        self._model: ClipModel | None = None

    def load(self, load: LoadModel) -> str:
        """Implements Renderer.load."""
        return self._loaded(load).device.type

    def ready(self, load: LoadModel) -> str:
        """Implements Renderer.ready."""
        return self.load(load)

    def execute(
        self, start: StartRun, commands: Callable[[], frozenset[RunCommand]]
    ) -> Iterator[RunMessage | RunCheckpoint]:
        """Implements Renderer.execute."""
        model = self._loaded(start.load)
        prepare(model.device, start.load.threads)  # torch keeps the number of threads for each thread
        return execute(start, model, commands)

    def _loaded(self, load: LoadModel) -> ClipModel:
        if self._model is None or self._model.name != load.model:
            self._model = None  # frees the memory of the old model first
            self._model = ClipModel.load(load.model, load.device, graphs=load.graphs, threads=load.threads)
        return self._model


def execute(
    start: StartRun, model: ClipModel, commands: Callable[[], frozenset[RunCommand]]
) -> Iterator[RunMessage | RunCheckpoint]:
    """Yields Progress, first at step 0, and one other message at the end.

    Args:
        start: The task, its previews and checkpoints.
        model: The one that the request names.
        commands: Gives the commands for this run so far.

    Raises:
        RequestError, PictureError, CheckpointError, RenderError: As `render`.
    """
    task, request = start.task, start.task.request
    began = time.monotonic()
    preview_at = began  # the first step has a preview
    checkpoint_at = None if start.checkpoint_s is None else began + start.checkpoint_s
    total = len(request.span())
    flags = prompt_flags(model, request, task.concepts)
    previews = task.previews and not flags
    timelapse = Timelapse(total) if task.timelapse else None
    yield Progress(0, total, flags=flags)
    steps, result = 0, None
    for step in () if RunCommand.CANCEL in commands() else _steps(task, model):
        if isinstance(step, Result):
            result = step
            break
        steps += 1
        commanded = commands()
        if RunCommand.CANCEL in commanded:
            break
        # After the last step, the Result follows anyway.
        if RunCommand.FINISH in commanded and not step.last:
            result = step.ended()
            break
        if RunCommand.SUSPEND in commanded and not step.last:
            yield Suspended(step.checkpoint().to_bytes(), step.number)
            return
        if timelapse and timelapse.due(step.number):
            timelapse.add(step.picture())
        similarity = preview = None
        if previews and time.monotonic() >= preview_at:
            preview_at = time.monotonic() + start.preview_interval_s
            similarity = step.similarity()
            preview = to_preview(step.picture(), start.preview_pixels)
        yield Progress(step.number, step.total, similarity, preview)
        if checkpoint_at is not None and start.checkpoint_s is not None and time.monotonic() >= checkpoint_at:
            if not step.last:
                yield RunCheckpoint(step.checkpoint().to_bytes(), step.number)
            checkpoint_at = time.monotonic() + start.checkpoint_s
    if result is None:
        yield RunCancelled()
        return
    rendered = RenderResult(
        png=to_png(result.image, result.request),
        similarity=result.similarity,
        seconds=time.monotonic() - began,
        steps=steps,
        request=result.request,
        flags=(*flags, *picture_flags(model, result, task.concepts)),
        timelapse=_finished(timelapse, result),
    )
    yield RunCancelled() if RunCommand.CANCEL in commands() else rendered


def _finished(timelapse: Timelapse | None, result: Result) -> bytes | None:
    if timelapse is None:
        return None
    timelapse.add(result.image)
    return timelapse.to_mp4()


def _steps(task: RenderTask, model: ClipModel) -> Iterator[Step | Result]:
    """Resumes at the task's checkpoint; starts from the beginning if it has none or it does not fit."""
    if task.checkpoint is not None:
        try:
            resume = Checkpoint.from_bytes(task.checkpoint)
            steps = render(task.request, model, blobs=task.blobs, resume=resume)
            return itertools.chain([next(steps)], steps)
        except (CheckpointError, RenderError) as error:
            log.warning("engine: a suspended run starts from the beginning: %s", error)
    return render(task.request, model, blobs=task.blobs)
