"""A run with captured steps gives the same bytes as a run without."""

import hashlib
import logging
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor

from guidance.clip.model import ClipModel
from guidance.device.cuda_graphs import GraphCapture, Work
from guidance.io.checkpoint import Checkpoint
from guidance.io.picture import to_png
from guidance.optimize.loop import Result, Step, render
from guidance.optimize.stepper import CAPTURE_AT
from guidance.request.parameters import PLAIN_CANVASES
from guidance.request.request import ImagePrompt, Request
from tests.guidance.device.tape import Tape
from tests.guidance.pictures import photograph
from tests.guidance.requests import small

STEPS = 9


class NoCapture:
    """Refuses every capture."""

    seconds = 0.0

    def capture(self, work: Work) -> tuple[Callable[[], object], Tensor]:
        """Runs the work, then fails as the driver does."""
        work()
        raise RuntimeError("operation not permitted when stream is capturing")


class WrongTape(Tape):
    """Changes the result after every replay."""

    def capture(self, work: Work) -> tuple[Callable[[], object], Tensor]:
        """The result differs in its last bits."""
        replay, answer = super().capture(work)
        return lambda: (replay(), answer.mul_(1.0001)), answer


def with_capture(model: ClipModel, graph_capture: GraphCapture) -> ClipModel:
    """The model with another capture."""
    return ClipModel(model.name, model.perceptors, model.device, graph_capture)


def rendered(
    request: Request, model: ClipModel, graph_capture: GraphCapture, **given: Any
) -> tuple[list[float], Result]:
    """The similarity of every step, and the Result."""
    similarities = []
    for step in render(request, with_capture(model, graph_capture), **given):
        if isinstance(step, Step):
            similarities.append(step.similarity())
    assert isinstance(step, Result)
    return similarities, step


def agree(request: Request, model: ClipModel, replays: int = STEPS - CAPTURE_AT + 1, **given: Any) -> None:
    """Compares a captured run with one without, to the last bit; the third step runs both ways."""
    tape = Tape()
    similarities, ours = rendered(request, model, tape, **given)
    expected, theirs = rendered(request, model, NoCapture(), **given)
    assert similarities == expected
    assert ours.image.tobytes() == theirs.image.tobytes()
    assert ours.checkpoint().to_bytes() == theirs.checkpoint().to_bytes()
    assert tape.replays == replays


@pytest.mark.parametrize("prompt", ["a volcano", "a whale next to a boat"])
def test_with_the_real_model(pocket: ClipModel, prompt: str) -> None:
    agree(small(prompt, steps=STEPS), pocket)


@pytest.mark.parametrize("canvas", PLAIN_CANVASES)
def test_on_every_canvas(quick: ClipModel, canvas: str) -> None:
    agree(small(canvas=canvas, steps=STEPS), quick)


def test_with_colour_jitter_every_prior_and_a_negative(quick: ClipModel) -> None:
    settings: dict[str, Any] = {"jitter": 0.3, "distance": "spherical", "negative": "fog"}
    agree(small(steps=STEPS, clipping=1.0, **settings), quick)


@pytest.mark.parametrize("locality", [0.0, 0.5])
def test_with_other_localities(quick: ClipModel, locality: float) -> None:
    agree(small(steps=STEPS, locality=locality), quick)


def test_with_several_models(pair: ClipModel) -> None:
    agree(small(model=pair.name, steps=STEPS), pair)


def test_with_an_init_image_a_mask_and_an_image_prompt(quick: ClipModel) -> None:
    png, mask = (
        to_png(image, small()) for image in (photograph(64, 64), photograph(64, 64).convert("L").convert("RGB"))
    )
    of_png, of_mask = (hashlib.sha256(data).hexdigest() for data in (png, mask))
    request = small(steps=STEPS, init=of_png, mask=of_mask, strength=1.0, images=(ImagePrompt(of_png),))
    agree(request, quick, blobs={of_png: png, of_mask: mask})


def test_every_stage_is_captured_separately(quick: ClipModel) -> None:
    agree(small("a cat at 50 %: a dog", steps=12), quick, replays=2 * (6 - CAPTURE_AT + 1))


def test_a_run_whose_views_change_their_size_is_not_captured(quick: ClipModel) -> None:
    agree(small(steps=STEPS, view_low=0.9, view_low_end=0.5), quick, replays=0)


def test_a_run_whose_noise_changes_is_captured(quick: ClipModel) -> None:
    agree(small(steps=STEPS, noise=0.4, noise_end=0.1), quick)
    agree(small(steps=STEPS, noise=0.0, noise_end=0.4), quick, replays=STEPS - CAPTURE_AT)  # the first step has none


@pytest.mark.parametrize("turned", ["rotation", "perspective"])
def test_a_run_with_turned_views_is_not_captured(quick: ClipModel, turned: str) -> None:
    changes: dict[str, Any] = {turned: 0.2}
    agree(small(steps=STEPS, **changes), quick, replays=0)


def test_a_run_in_microbatches_is_not_captured(quick: ClipModel) -> None:
    agree(small(steps=STEPS), quick, replays=0, microbatch=1)


def test_a_captured_run_resumed_at_any_step_ends_in_the_same_bytes(quick: ClipModel) -> None:
    request = small(steps=STEPS)
    model = with_capture(quick, Tape())
    kept: list[Checkpoint] = []
    for step in render(request, model):
        if isinstance(step, Step):
            kept.append(step.checkpoint())
    assert isinstance(step, Result)
    for checkpoint in kept[:-1]:
        *_, end = render(request, model, resume=Checkpoint.from_bytes(checkpoint.to_bytes()))
        assert isinstance(end, Result)
        assert end.image.tobytes() == step.image.tobytes()


def test_a_capture_with_other_bits_is_not_used(quick: ClipModel, caplog: pytest.LogCaptureFixture) -> None:
    request = small(steps=STEPS)
    wrong = WrongTape()
    with caplog.at_level(logging.WARNING):
        similarities, end = rendered(request, quick, wrong)
    assert "other bits" in caplog.text
    assert wrong.replays == 1
    expected, right = rendered(request, quick, NoCapture())
    assert (similarities, end.image.tobytes()) == (expected, right.image.tobytes())


def test_a_failed_capture_is_logged_once_and_the_run_continues_without_graphs(
    quick: ClipModel, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        rendered(small(steps=STEPS), quick, NoCapture())
    assert caplog.text.count("cannot be captured here") == 1


@pytest.mark.parametrize(
    "work", [lambda: torch.rand(2).sum(), lambda: torch.ones(2) * torch.ones(()).item(), lambda: torch.tensor([1.0])]
)
def test_the_tape_refuses_work_that_is_random_waits_or_reads_python_constants(work: Work) -> None:
    with pytest.raises(RuntimeError, match="cannot be captured"):
        Tape().capture(work)


def test_the_tape_keeps_a_number_that_python_put_in() -> None:
    numbers, kept = [2.0], torch.ones(3)

    def work() -> Tensor:
        return (kept * numbers[0]).sum()

    replay, answer = Tape().capture(work)
    numbers[0] = 5.0
    kept.fill_(10)
    replay()
    assert float(answer) == 60
