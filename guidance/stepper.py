"""One step of a run after another, on whatever device and with whatever memory there is.

A step is hundreds of small calls, which on a GPU takes longer than what they ask for. So once a run's steps are alike,
one is recorded (see `guidance.record`) and played from there on. A run whose steps are never alike, or whose views do
not go through CLIP at once, is made call by call.
"""

import functools
import logging
from collections.abc import Sequence
from typing import Final

import torch
from torch import Tensor

from guidance.model import ClipModel
from guidance.record import Recorder
from guidance.run import RenderError, Run
from guidance.view import Draws

log = logging.getLogger(__name__)

ALIKE: Final = 3
"""The step in a row from which on it is played: two are needed, and in the first one libraries set themselves up."""


class Stepper:
    """Makes the steps of a run.

    Args:
        run: Recordable where the model has a recorder.
        model: It guides the run.
        microbatch: Most views that go through CLIP at a time.

    Attributes:
        microbatch: How many do, now.
    """

    def __init__(self, run: Run, model: ClipModel, microbatch: int) -> None:
        self.microbatch = microbatch
        self._run = run
        self._model = model
        self._recorder = model.recorder if run.recordable else None
        self._recording: _Recording | None = None
        self._fixed: tuple[object, ...] = ()
        self._alike = 0

    def make(self) -> Tensor:
        """Makes the next step. Returns its similarity, which stays on the device.

        Raises:
            RenderError: Memory does not suffice for one view.
        """
        if (fixed := self._run.fixed()) != self._fixed:
            self._fixed, self._alike, self._recording = fixed, 0, None
        self._alike += 1
        if self._recording is not None:
            similarity = self._recording.play()
        elif self._recorder is not None and self._alike == ALIKE and self.microbatch == self._run.request.views:
            similarity = self._recorded()
        else:
            similarity = self._called()
        self._run.go_to(self._run.step + 1)
        return similarity

    def _called(self) -> Tensor:
        """Makes the step call by call, as many views at a time as memory suffices for."""
        while True:
            try:
                gradient, similarity = gradient_of(self._run, self._model, self.microbatch)
                break
            except RuntimeError as error:
                if not _out_of_memory(error):
                    raise
                if self.microbatch == 1:
                    raise RenderError(
                        "memory does not suffice for one view of this picture; "
                        "ask for a smaller one, or a smaller model"
                    ) from error
            # Outside the handler: there the error would still hold what was too much.
            self.microbatch = -(-self.microbatch // 2)
            log.warning("out of memory; from here on %d views at a time", self.microbatch)
            if self._model.device.type == "cuda":
                torch.cuda.empty_cache()
        self._run.apply(gradient, similarity)
        return similarity

    def _recorded(self) -> Tensor:
        """Makes the step both ways, and from here on by what was recorded if that comes to the same bits.

        What is recorded is the step before, with its random numbers and its rate, so that a number which stayed in the
        recording would show.
        """
        assert self._recorder is not None  # noqa: S101 - `make` asked
        state = self._run.state()
        before = [value.clone() for value in state]
        similarity = self._called()
        after = [value.clone() for value in state]
        try:
            self._run.go_to(self._run.step - 1)
            try:
                recording = _Recording(self._run, self._model, self._recorder)
            finally:
                self._run.go_to(self._run.step + 1)
            _put(state, before)
            played = recording.play()
            same = all(map(torch.equal, [*state, played], [*after, similarity]))
        except RuntimeError as error:  # the driver's, torch's, or for want of memory
            log.warning("steps cannot be recorded here, and are made call by call: %s", error)
            same = False
        else:
            if not same:
                log.warning("a recorded step came to other bits, so steps are made call by call")
        if same:
            self._recording = recording
        else:
            self._recorder = None
            _put(state, after)
        return similarity


class _Recording:
    """A step of a run, to be played while `run.fixed()` stays the same.

    Args:
        run: Between two steps, the earlier of which was made; what state recording leaves it in is not said.
        model: It guides the run.
        recorder: Of the model's device.

    Raises:
        RuntimeError: The step cannot be recorded.
    """

    def __init__(self, run: Run, model: ClipModel, recorder: Recorder) -> None:
        self._run = run
        self._sizes = [perceptor.image_size for perceptor in model.perceptors]
        self._drawn = [run.drawn(size) for size in self._sizes]
        drawn = self._drawn

        def work() -> Tensor:
            gradient, similarity = gradient_of(run, model, run.request.views, drawn)
            run.apply(gradient, similarity)
            return similarity

        self._replay, self._similarity = recorder.record(work)

    def play(self) -> Tensor:
        """Does the run's next step; returns its similarity."""
        for kept, size in zip(self._drawn, self._sizes, strict=True):
            kept.take(self._run.drawn(size))
        self._replay()
        return self._similarity.clone()


def gradient_of(
    run: Run, model: ClipModel, microbatch: int, drawn: Sequence[Draws] | None = None
) -> tuple[Tensor, Tensor]:
    """All views once through every perceptor. Each random number is the same however they are divided.

    Args:
        run: Which is before a step.
        model: It guides the run.
        microbatch: Most views that go through CLIP at a time.
        drawn: For all views of each perceptor; without it, it is drawn when it is needed.

    Returns:
        (1, 3, H, W), the gradient on the picture; and the similarity.
    """
    run.begin()
    gradients, similarities = [], []
    for index, perceptor in enumerate(model.perceptors):
        similarity = torch.zeros((), device=model.device)
        for first in range(0, run.request.views, microbatch):
            part = (first, min(first + microbatch, run.request.views))
            draws = drawn[index] if drawn else run.drawn(perceptor.image_size, part)
            views = run.views(draws, perceptor.image_size)
            embeddings, pull = perceptor.gradient(
                views, functools.partial(run.guide, index), familiar=run.request.familiarity > 0
            )
            torch.autograd.backward(views, pull)
            similarity = similarity + run.similarity(index, embeddings)
        gradients.append(run.gradient())
        similarities.append(similarity)
    if len(gradients) == 1:
        return gradients[0], similarities[0]
    return _balanced(gradients, model.shares), model.shares @ torch.stack(similarities)


def _balanced(gradients: list[Tensor], shares: Tensor) -> Tensor:
    """The sum of several models' gradients, each with the same length before it is weighted.

    They differ by orders of magnitude between models. The length kept is their weighted mean, so that the priors
    count as much as beside one model.
    """
    lengths = torch.stack([torch.linalg.vector_norm(gradient) for gradient in gradients])
    factors = shares * (shares @ lengths) / lengths.clamp_min(1e-20)
    return torch.einsum("m,mbchw->bchw", factors, torch.stack(gradients))


@torch.no_grad()
def _put(state: Sequence[Tensor], values: Sequence[Tensor]) -> None:
    for kept, value in zip(state, values, strict=True):
        kept.copy_(value)


def _out_of_memory(error: RuntimeError) -> bool:
    return isinstance(error, torch.OutOfMemoryError) or "DefaultCPUAllocator" in str(error)
