"""The guidance loop: `render(request, model)` yields a Step after each step, then one Result.

It is a generator, so the caller decides when the next step is made and may stop at any time. A picture is copied off
the device only when the caller asks a Step for it.
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
from guidance.request.medium import NONE
from guidance.request.request import Request


@dataclass(frozen=True, slots=True)
class Step:
    """A finished step. Its methods describe the run as it is when they are called, so call them before the next step.

    Attributes:
        number: 1 for the first step of this run, `total` for the last unless the run stops early.
        total: Steps of this run; fewer than the request's if an init image skips some or `stop` ends the run early.
        last: True if the Result follows.
    """

    number: int
    total: int
    last: bool
    _similarity: Tensor
    _microbatch: int
    _run: Run

    def similarity(self) -> float:
        """Mean cosine of this step's views to the prompt, before the step's update. Waits for the device."""
        return float(self._similarity)

    def picture(self) -> Image.Image:
        """The picture after this step, a draft: only the finished one is drawn anew. Waits for the device."""
        return self._run.picture(draft=True)

    def checkpoint(self) -> Checkpoint:
        """A checkpoint from which `render` continues to the same bytes. Waits for the device.

        After the last step of a run that stopped early, `render` would continue to the end of the schedule instead.
        """
        return self._run.checkpoint()

    def ended(self) -> "Result":
        """The Result of ending the run with this step. Waits for the device.

        Before the last step the Result's request is shortened (`stopped`), so that it gives this picture again.
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
        request: The request that gives this picture: the caller's, or a shortened one from `Step.ended`.
        image: The picture, RGB.
        similarity: Mean cosine of the last step's views to the prompt; None if the run has no step.
        stopped_early: True if the run ended because the similarity no longer rose.
        microbatch: How many views went through CLIP at a time; None if all of a step's did. The last bits of the
            picture may depend on it.
    """

    request: Request
    image: Image.Image
    similarity: float | None
    stopped_early: bool
    microbatch: int | None
    _run: Run

    def plain(self) -> Image.Image:
        """The picture in no medium: what CLIP was shown of it. Waits for the device."""
        return self.image if self.request.medium == NONE else self._run.picture(plain=True)

    def checkpoint(self) -> Checkpoint:
        """The end of the run, to continue from. Waits for the device."""
        return self._run.checkpoint()


def render(
    request: Request,
    model: ClipModel,
    *,
    blobs: Mapping[str, bytes] | None = None,
    resume: Checkpoint | None = None,
    microbatch: int | None = None,
) -> Iterator[Step | Result]:
    """Makes a picture step by step.

    Args:
        request: What to make.
        model: The model that the request names.
        blobs: The bytes of the request's init, mask and images, by sha256.
        resume: A checkpoint of the same request, to continue from.
        microbatch: Most views that go through CLIP at a time; a smaller number needs less memory and changes only the
            last bits of the gradient. None is all views of a step. Halved whenever memory does not suffice.

    Yields:
        A Step after each step, then one Result.

    Raises:
        RenderError: As Run; or the picture breaks down; or memory does not suffice for one view.
        RequestError, ModelError, PictureError, CheckpointError: As Run.
    """
    run = Run(request, model, blobs, capturable=model.graph_capture is not None, resume=resume)
    total = run.last_step - run.first_step
    stepper = Stepper(run, model, min(request.views, max(1, microbatch or request.views)))
    step: Step | None = None
    while run.step < run.last_step and not (step and step.last):
        similarity = stepper.make_step()
        last = run.should_stop_early() or run.step == run.last_step
        step = Step(run.step - run.first_step, total, last, similarity, stepper.microbatch, run)
        yield step
    yield step.ended() if step else Result(request, run.picture(), None, stopped_early=False, microbatch=None, _run=run)
