"""Makes the steps of a run, with the memory there is, and replays captured steps where that is possible.

A step is hundreds of small calls. On a GPU, issuing them takes longer than executing them, so a step is captured (see
`guidance.device.cuda_graphs`) and replayed as soon as the run's steps repeat the same operations. Steps are made call
by call if their operations keep changing, or if the views go through CLIP in microbatches.
"""

import logging
from collections.abc import Sequence
from typing import Final

import torch
from torch import Tensor

from guidance.clip.model import ClipModel
from guidance.device.cuda_graphs import GraphCapture
from guidance.optimize.gradient import gradient_of
from guidance.optimize.run import RenderError, Run
from guidance.optimize.step_in_progress import StepInProgress
from guidance.request.messages import Message

log = logging.getLogger(__name__)

CAPTURE_AT: Final = 3
"""The step that is captured, counted since `Run.graph_key` last changed. A capture is checked against the step before,
and in the first step libraries initialise themselves."""


class Stepper:
    """Makes the steps of a run, one after another.

    Args:
        run: Capturable if the model has a graph capture.
        model: Guides the run.
        microbatch: Most views that go through CLIP at a time.

    Attributes:
        microbatch: The same, now; halved whenever memory does not suffice.
    """

    def __init__(self, run: Run, model: ClipModel, microbatch: int) -> None:
        self.microbatch = microbatch
        self._run = run
        self._model = model
        self._graph_capture = model.graph_capture if run.capturable else None
        self._captured: _CapturedStep | None = None
        self._graph_key: tuple[object, ...] = ()
        self._repeats = 0

    def make_step(self) -> Tensor:
        """Makes the run's next step. Returns its similarity, a scalar on the device.

        Raises:
            RenderError: Memory does not suffice for one view.
        """
        if (graph_key := self._run.graph_key()) != self._graph_key:
            self._graph_key, self._repeats, self._captured = graph_key, 0, None
        self._repeats += 1
        capture, whole = self._graph_capture, self.microbatch == self._run.request.views
        if self._captured is not None:
            similarity = self._captured.replay()
        elif capture is not None and whole and self._repeats == CAPTURE_AT:
            similarity = self._capture_step(capture)
        else:
            similarity = self._call_step()
        self._run.end_step()
        return similarity

    def _call_step(self) -> Tensor:
        """Makes the step call by call; halves the microbatch until memory suffices."""
        while True:
            try:
                step, gradient, similarity = self._gradient()
                break
            except RuntimeError as error:
                if not _out_of_memory(error):
                    raise
                if self.microbatch == 1:
                    raise RenderError(Message("memory-too-small")) from error
            # Outside the handler: inside it the error still holds the memory of the failed attempt.
            self.microbatch = -(-self.microbatch // 2)
            log.warning("out of memory; from here on %d views at a time", self.microbatch)
            if self._model.device.type == "cuda":
                torch.cuda.empty_cache()
        step.apply(gradient, similarity)
        return similarity

    def _gradient(self) -> tuple[StepInProgress, Tensor, Tensor]:
        """The step with its gradient and similarity; a function of its own, so that a failed attempt leaves nothing."""
        step = self._run.begin_step()
        return step, *gradient_of(step, self._model, self.microbatch)

    def _capture_step(self, graph_capture: GraphCapture) -> Tensor:
        """Makes the step call by call, captures it, and keeps the capture if its replay gives the same bits.

        The capture is made with the random numbers and the learning rate of the step before, so that a number of that
        step which is frozen in the capture makes the replay differ.
        """
        state = self._run.state()
        before = [value.clone() for value in state]
        similarity = self._call_step()
        after = [value.clone() for value in state]
        try:
            self._run.go_to(self._run.step - 1)
            try:
                captured = _CapturedStep(self._run, self._model, graph_capture)
            finally:
                self._run.go_to(self._run.step + 1)
            _put(state, before)
            replayed = captured.replay()
            same = all(map(torch.equal, [*state, replayed], [*after, similarity]))
        except RuntimeError as error:  # from the driver or torch, or out of memory
            log.warning("steps cannot be captured here, and are made call by call: %s", error)
            same = False
        else:
            if not same:
                log.warning("a captured step gave other bits, so steps are made call by call")
        if same:
            self._captured = captured
        else:
            self._graph_capture = None
            _put(state, after)
        return similarity


class _CapturedStep:
    """A captured step of a run; valid while `run.graph_key()` stays the same.

    Args:
        run: Its next step is captured. The capture changes the run's tensors in an unspecified way.
        model: Guides the run.
        graph_capture: Of the model's device.

    Raises:
        RuntimeError: The step cannot be captured.
    """

    def __init__(self, run: Run, model: ClipModel, graph_capture: GraphCapture) -> None:
        self._run = run
        self._sizes = [perceptor.image_size for perceptor in model.perceptors]
        self._params = [run.sample(size) for size in self._sizes]
        params = self._params

        def work() -> Tensor:
            step = run.begin_step()
            gradient, similarity = gradient_of(step, model, run.request.views, params)
            step.apply(gradient, similarity)
            return similarity

        self._replay, self._similarity = graph_capture.capture(work)

    def replay(self) -> Tensor:
        """Makes the run's next step. Returns its similarity."""
        for params, size in zip(self._params, self._sizes, strict=True):
            params.copy_from(self._run.sample(size))
        self._replay()
        return self._similarity.clone()


@torch.no_grad()
def _put(state: Sequence[Tensor], values: Sequence[Tensor]) -> None:
    for tensor, value in zip(state, values, strict=True):
        tensor.copy_(value)


def _out_of_memory(error: RuntimeError) -> bool:
    return isinstance(error, torch.OutOfMemoryError) or "DefaultCPUAllocator" in str(error)
