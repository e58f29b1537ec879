"""Checkpoints: a resumed run gives the same bytes; other data is refused."""

from dataclasses import replace
from typing import Any

import pytest
import safetensors.torch
import torch
from PIL import Image

from guidance.clip.model import ClipModel
from guidance.io.checkpoint import Checkpoint, CheckpointError, is_checkpoint
from guidance.io.inputs import digest
from guidance.optimize.loop import Result, Step, render
from guidance.optimize.run import RenderError
from guidance.request import derive
from guidance.request.parameters import PLAIN_CANVASES
from guidance.request.request import Request
from tests.guidance.pictures import difference, photograph, png
from tests.guidance.requests import small

PHOTO = png(photograph())
FROM_PHOTO: dict[str, Any] = {"init": digest(PHOTO), "mask": digest(PHOTO), "strength": 1.0, "perturbation": 0.5}


def end(request: Request, model: ClipModel, resume: Checkpoint | None = None, data: bytes = PHOTO) -> Result:
    """The Result of a run."""
    *_, last = render(request, model, blobs={digest(PHOTO): PHOTO, digest(data): data}, resume=resume)
    assert isinstance(last, Result)
    return last


def interrupted(request: Request, model: ClipModel, after: int) -> bytes:
    """The checkpoint of a run after so many steps."""
    for step in render(request, model, blobs={digest(PHOTO): PHOTO}):
        if isinstance(step, Step) and step.number == after:
            return step.checkpoint().to_bytes()
    raise AssertionError


@pytest.mark.parametrize(
    ("name", "canvas", "changes"),
    [
        ("pocket", "pyramid", FROM_PHOTO),
        *(("quick", canvas, changes) for canvas in PLAIN_CANVASES for changes in ({}, FROM_PHOTO, {"locality": 0.5})),
    ],
)
def test_a_resumed_run_ends_in_the_bytes_of_one_that_was_never_interrupted(
    name: str, canvas: str, changes: dict[str, Any], request: pytest.FixtureRequest
) -> None:
    model = request.getfixturevalue(name)
    asked = small("a volcano at 50 %: a rose", canvas=canvas, steps=7, noise_end=0.3, **changes)
    written = []
    for step in render(asked, model, blobs={digest(PHOTO): PHOTO}):
        if isinstance(step, Result):
            whole = step
        elif step.number in {1, 4, 7}:
            written.append(step.checkpoint().to_bytes())
    assert len(written) == 3
    for data in written:
        resumed = end(asked, model, Checkpoint.from_bytes(data))
        assert resumed.image.tobytes() == whole.image.tobytes()
        assert resumed.checkpoint().to_bytes() == whole.checkpoint().to_bytes()


def test_a_checkpoint_does_not_change_while_its_run_continues(quick: ClipModel) -> None:
    checkpoints = [(step.checkpoint(), step.checkpoint().to_bytes()) for step in render(small(), quick)]
    assert all(checkpoint.to_bytes() == written for checkpoint, written in checkpoints)
    assert len({written for _, written in checkpoints[:-1]}) == 4


def test_a_resumed_run_stops_early_where_the_whole_one_does(quick: ClipModel) -> None:
    # Nothing rises by 0.9, so a run of 40 steps stops at the first comparison of two tenths.
    request = small(steps=40, early_stop=0.9)
    whole = list(render(request, quick))
    assert len(whole) == 8 + 1
    assert whole[-1].stopped_early  # type: ignore[union-attr]
    resume = Checkpoint.from_bytes(interrupted(request, quick, 6))
    assert len(list(render(request, quick, resume=resume))) == len(whole) - 6


def test_equal_runs_have_equal_checkpoints_that_hold_no_more_than_the_run(quick: ClipModel) -> None:
    first, second = (interrupted(small(), quick, 2) for _ in range(2))
    assert first == second
    parameters = 3 * sum(side * side for side in (4, 8, 16, 32, 64))
    assert len(first) < 4 * 3 * parameters + 8192


def test_a_checkpoint_of_another_request_is_refused(quick: ClipModel) -> None:
    checkpoint = Checkpoint.from_bytes(interrupted(small(), quick, 2))
    with pytest.raises(RenderError, match="another request"):
        end(small("a rose"), quick, checkpoint)


@pytest.mark.parametrize("kind", ["the same size", "twice the size", "another canvas"])
def test_a_checkpoint_as_an_init_starts_from_its_picture(quick: ClipModel, kind: str) -> None:
    request = small(init=digest(PHOTO), strength=0.5, learning_rate=0.01)
    finished = end(request, quick)
    data = finished.checkpoint().to_bytes()
    following = {
        "the same size": derive.continued(request, digest(data)),
        "twice the size": derive.upscaled(request, digest(data)),
        "another canvas": replace(derive.continued(request, digest(data)), canvas="fourier"),
    }[kind]
    untouched = end(replace(following, strength=0.0), quick, data=data).image
    if kind == "the same size":
        assert untouched.tobytes() == finished.image.tobytes()
    assert difference(untouched.resize((64, 64), Image.Resampling.BOX), finished.image) < 5
    changed = end(replace(following, strength=0.5), quick, data=data)
    assert changed.image.size == untouched.size
    assert changed.image.tobytes() != untouched.tobytes()


def test_other_and_damaged_bytes_are_refused(quick: ClipModel) -> None:
    good = interrupted(small(), quick, 1)
    assert is_checkpoint(good)
    assert not is_checkpoint(PHOTO)
    for data in (b"", b"abc", PHOTO, safetensors.torch.save({"x": torch.zeros(1)}), bytes(8) + b"{}"):
        assert not is_checkpoint(data)
        with pytest.raises(CheckpointError, match="not a checkpoint"):
            Checkpoint.from_bytes(data)
    for length in (len(good) - 1, len(good) // 2):
        with pytest.raises(CheckpointError, match="broken"):
            Checkpoint.from_bytes(good[:length])
    other = Checkpoint.from_bytes(good)
    incomplete = replace(other, tensors={name: t for name, t in other.tensors.items() if "canvas" not in name})
    with pytest.raises(CheckpointError, match="does not fit"):
        end(small(), quick, incomplete)
