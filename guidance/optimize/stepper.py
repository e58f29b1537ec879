"""One step of a run after another, on whatever device and with whatever memory there is.

A step is hundreds of small calls, which on a GPU takes longer than what they ask for. So once a run's steps are alike,
one is captured (see `guidance.device.cuda_graphs`) and replayed from there on. A run whose steps are never alike, or
whose views do not go through CLIP at once, is made call by call.
"""

import functools
import logging
from collections.abc import Sequence
from typing import Final

import torch
from torch import Tensor

from guidance.augment.random_crops import AugmentParams
from guidance.clip.model import ClipModel
from guidance.device.cuda_graphs import GraphCapture
from guidance.optimize.run import RenderError, Run

log = logging.getLogger(__name__)

ALIKE: Final = 3
"""The step in a row from which on it is replayed: two are needed, and in the first one libraries set themselves up."""


class Stepper:
    """Makes the steps of a run.

    Args:
        run: Capturable where the model has a graph capture.
        model: It guides the run.
        microbatch: Most views that go through CLIP at a time.

    Attributes:
        microbatch: How many do, now.
    """

    def __init__(self, run: Run, model: ClipModel, microbatch: int) -> None:
        self.microbatch = microbatch
        self._run = run
        self._model = model
        self._graph_capture = model.graph_capture if run.capturable else None
        self._captured: _CapturedStep | None = None
        self._graph_key: tuple[object, ...] = ()
        self._alike = 0

    def make(self) -> Tensor:
        """Makes the next step. Returns its similarity, which stays on the device.

        Raises:
            RenderError: Memory does not suffice for one view.
        """
        if (graph_key := self._run.graph_key()) != self._graph_key:
            self._graph_key, self._alike, self._captured = graph_key, 0, None
        self._alike += 1
        if self._captured is not None:
            similarity = self._captured.replay()
        elif self._graph_capture is not None and self._alike == ALIKE and self.microbatch == self._run.request.views:
            similarity = self._capture_step()
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
        self._run.apply_gradient(gradient, similarity)
        return similarity

    def _capture_step(self) -> Tensor:
        """Makes the step both ways, and from here on by what was captured if that comes to the same bits.

        What is captured is the step before, with its random numbers and its rate, so that a number which stayed in the
        capture would show.
        """
        assert self._graph_capture is not None  # noqa: S101 - `make` asked
        state = self._run.state()
        before = [value.clone() for value in state]
        similarity = self._called()
        after = [value.clone() for value in state]
        try:
            self._run.go_to(self._run.step - 1)
            try:
                captured = _CapturedStep(self._run, self._model, self._graph_capture)
            finally:
                self._run.go_to(self._run.step + 1)
            _put(state, before)
            replayed = captured.replay()
            same = all(map(torch.equal, [*state, replayed], [*after, similarity]))
        except RuntimeError as error:  # the driver's, torch's, or for want of memory
            log.warning("steps cannot be captured here, and are made call by call: %s", error)
            same = False
        else:
            if not same:
                log.warning("a captured step came to other bits, so steps are made call by call")
        if same:
            self._captured = captured
        else:
            self._graph_capture = None
            _put(state, after)
        return similarity


class _CapturedStep:
    """A step of a run, to be replayed while `run.graph_key()` stays the same.

    Args:
        run: Between two steps, the earlier of which was made; what state capture leaves it in is not said.
        model: It guides the run.
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
            gradient, similarity = gradient_of(run, model, run.request.views, params)
            run.apply_gradient(gradient, similarity)
            return similarity

        self._replay, self._similarity = graph_capture.capture(work)

    def replay(self) -> Tensor:
        """Does the run's next step; returns its similarity."""
        for kept, size in zip(self._params, self._sizes, strict=True):
            kept.copy_from(self._run.sample(size))
        self._replay()
        return self._similarity.clone()


def gradient_of(
    run: Run, model: ClipModel, microbatch: int, params: Sequence[AugmentParams] | None = None
) -> tuple[Tensor, Tensor]:
    """All views once through every perceptor. Each random number is the same however they are divided.

    Args:
        run: Which is before a step.
        model: It guides the run.
        microbatch: Most views that go through CLIP at a time.
        params: For all views of each perceptor; None samples them when they are needed.

    Returns:
        (1, 3, H, W), the gradient on the picture; and the similarity.
    """
    run.begin()
    gradients, similarities = [], []
    for index, perceptor in enumerate(model.perceptors):
        similarity = torch.zeros((), device=model.device)
        for first in range(0, run.request.views, microbatch):
            part = (first, min(first + microbatch, run.request.views))
            part_params = params[index] if params else run.sample(perceptor.image_size, part)
            views = run.views(part_params, perceptor.image_size)
            embeddings, pull = perceptor.gradient(
                views, functools.partial(run.guide, index), with_statistics=run.request.familiarity > 0
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
