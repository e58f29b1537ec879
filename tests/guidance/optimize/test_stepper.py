"""A step: all views through every perceptor, at once or as memory suffices."""

import pytest
import torch

from guidance.clip.model import ClipModel
from guidance.optimize.gradient import gradient_of
from guidance.optimize.loop import Result, render
from guidance.optimize.run import RenderError, Run
from tests.guidance.requests import result_of, small


def test_the_encoder_sees_each_step_once_and_its_weights_take_no_gradient(
    quick: ClipModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    batches = []
    (perceptor,) = quick.perceptors
    encode = perceptor.encode_image

    def trace_config(views: torch.Tensor) -> torch.Tensor:
        batches.append(len(views))
        return encode(views)

    monkeypatch.setattr(perceptor, "encode_image", trace_config)
    result_of(small(steps=3, views=5), quick)
    assert batches == [5, 5, 5]
    assert not any(parameter.requires_grad for parameter in perceptor.network.parameters())


def test_the_gradient_of_a_step_in_parts_is_that_of_the_whole(pair: ClipModel) -> None:
    request = small(views=11, model=pair.name, jitter=0.2, negative="fog")
    whole, similarity = gradient_of(Run(request, pair).begin_step(), pair, 11)
    for part in (1, 3, 8):
        gradient, alike = gradient_of(Run(request, pair).begin_step(), pair, part)
        # By rounding, mostly to 1e-6; where numbers cross a kink of an activation, to 1e-3. A view is a tenth.
        assert float((gradient - whole).norm() / whole.norm()) < 0.02
        assert float(alike) == pytest.approx(float(similarity), abs=1e-4)


@pytest.mark.parametrize(
    "error", [torch.OutOfMemoryError("CUDA out of memory"), RuntimeError("DefaultCPUAllocator: no")]
)
def test_without_memory_for_all_views_they_go_in_parts_and_the_result_says_so(
    quick: ClipModel, monkeypatch: pytest.MonkeyPatch, error: RuntimeError
) -> None:
    request = small(views=6)
    assert result_of(request, quick).microbatch is None
    (perceptor,) = quick.perceptors
    encode = perceptor.encode_image

    def scarce(views: torch.Tensor) -> torch.Tensor:
        if len(views) > 2:
            raise error
        return encode(views)

    *_, chosen = render(request, quick, microbatch=2)
    assert isinstance(chosen, Result)
    monkeypatch.setattr(perceptor, "encode_image", scarce)
    short = result_of(request, quick)
    assert short.microbatch == 2
    assert (chosen.microbatch, chosen.image.tobytes()) == (2, short.image.tobytes())
    monkeypatch.setattr(perceptor, "encode_image", lambda views: (_ for _ in ()).throw(error))
    with pytest.raises(RenderError, match="memory does not suffice"):
        result_of(request, quick)


def test_an_error_that_is_not_about_memory_is_not_taken_for_one(
    quick: ClipModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(views: torch.Tensor) -> torch.Tensor:
        raise RuntimeError("shapes do not match")

    monkeypatch.setattr(quick.perceptors[0], "encode_image", broken)
    with pytest.raises(RuntimeError, match="shapes"):
        result_of(small(), quick)
