"""The guidance loop: `render(request, model)` yields a Step for each step, and the Result last.

The caller drives it, may stop between steps, and asks a Step for its picture only when it wants one; nothing else
leaves the device.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from PIL import Image
from torch import Tensor

from guidance.clip.model import ClipModel
from guidance.io.checkpoint import Checkpoint
from guidance.optimize.run import Run
from guidance.optimize.stepper import Stepper
from guidance.request.derive import stopped
from guidance.request.request import Request


@dataclass(frozen=True, slots=True)
class Step:
    """A step that was made. Ask it before the next one.

    Attributes:
        number: 1 for the first of this run; `total` for the last, unless the run stops early.
        total: Steps of this run; fewer than the request's when an init image skips some or `stop` cuts the end.
        last: Whether the Result follows.
    """

    number: int
    total: int
    last: bool
    _similarity: Tensor
    _microbatch: int
    _run: Run

    def similarity(self) -> float:
        """Mean cosine of the views to the prompt, before this step moved the canvas. Waits for the device."""
        return float(self._similarity)

    def picture(self) -> Image.Image:
        """The canvas as it is now. Waits for the device."""
        return self._run.picture()

    def checkpoint(self) -> Checkpoint:
        """From which `render` goes on as if it had never stopped. Waits for the device.

        Not for the last step of a run that stopped early: from there it would go on to the end of its schedule.
        """
        return self._run.checkpoint()

    def ended(self) -> "Result":
        """The Result, if the run is to end with this step. Waits for the device.

        Before the last step its request is `stopped` here, so that it gives this picture again.
        """
        run = self._run
        return Result(
            request=run.request if self.last else stopped(run.request, run.step),
            image=run.picture(),
            similarity=self.similarity(),
            stopped_early=self.last and run.step < run.last_step,
            microbatch=self._microbatch if self._microbatch < run.request.views else None,
            _run=run,
        )


@dataclass(frozen=True, slots=True)
class Result:
    """The end of a run.

    Attributes:
        request: What gives this picture: what was asked for, or less of it where a Step was `ended`.
        image: The picture, RGB.
        similarity: Mean cosine of the last step's views to the prompt; None if no step was to be made.
        stopped_early: Whether the run ended early, since the similarity no longer rose.
        microbatch: None, or how many views went through CLIP at a time where that was not all of a step's; then the
            last bits may differ from those of a run without.
    """

    request: Request
    image: Image.Image
    similarity: float | None
    stopped_early: bool
    microbatch: int | None
    _run: Run

    def checkpoint(self) -> Checkpoint:
        """The end, to continue from. Waits for the device."""
        return self._run.checkpoint()


def render(
    request: Request,
    model: ClipModel,
    *,
    blobs: Mapping[str, bytes] | None = None,
    resume: Checkpoint | None = None,
    microbatch: int | None = None,
) -> Iterator[Step | Result]:
    """Makes a picture, a step at a time.

    Args:
        request: What to make.
        model: The one that the request names.
        blobs: The bytes of the request's init, mask and images, by sha256.
        resume: Where a run of this very request stopped.
        microbatch: Most views that go through CLIP at a time; fewer need less memory. None takes all of a step's, and
            fewer once memory does not suffice. The gradient is the same, but for its last bits.

    Yields:
        A Step after each step, then one Result.

    Raises:
        RenderError: As Run; or when the picture breaks down, or memory does not suffice for one view.
        RequestError, PictureError, CheckpointError: As Run.
    """
    run = Run(request, model, blobs, capturable=model.graph_capture is not None)
    if resume is not None:
        run.resume(resume)
    total = run.last_step - run.first_step
    stepper = Stepper(run, model, min(request.views, max(1, microbatch or request.views)))
    step: Step | None = None
    while run.step < run.last_step and not (step and step.last):
        similarity = stepper.make()
        last = run.should_stop_early() or run.step == run.last_step
        step = Step(run.step - run.first_step, total, last, similarity, stepper.microbatch, run)
        yield step
    yield step.ended() if step else Result(request, run.picture(), None, stopped_early=False, microbatch=None, _run=run)
