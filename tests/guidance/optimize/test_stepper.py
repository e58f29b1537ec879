"""Steps: all views go through every perceptor, at once or in microbatches."""

import pytest
import torch

from guidance.clip.model import ClipModel
from guidance.optimize.gradient import gradient_of
from guidance.optimize.loop import Result, render
from guidance.optimize.run import RenderError, Run
from tests.guidance.requests import result_of, small


def test_the_encoder_runs_once_per_step_and_its_weights_take_no_gradient(
    quick: ClipModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    batches = []
    (perceptor,) = quick.perceptors
    encode = perceptor.encode_image

    def recorded(views: torch.Tensor, masks: None) -> torch.Tensor:
        batches.append(len(views))
        return encode(views, masks)

    monkeypatch.setattr(perceptor, "encode_image", recorded)
    result_of(small(steps=3, views=5), quick)
    assert batches == [5, 5, 5]
    assert not any(parameter.requires_grad for parameter in perceptor.network.parameters())


def test_the_gradient_does_not_depend_on_the_microbatch(pair: ClipModel) -> None:
    request = small(views=11, model=pair.name, jitter=0.2, negative="fog")
    whole, similarity = gradient_of(Run(request, pair).begin_step(), pair, 11)
    for part in (1, 3, 8):
        gradient, alike = gradient_of(Run(request, pair).begin_step(), pair, part)
        # Rounding gives differences of 1e-6, and of 1e-3 at kinks of activations. One missing view would give 0.1.
        assert float((gradient - whole).norm() / whole.norm()) < 0.02
        assert float(alike) == pytest.approx(float(similarity), abs=1e-4)


@pytest.mark.parametrize(
    "error", [torch.OutOfMemoryError("CUDA out of memory"), RuntimeError("DefaultCPUAllocator: no")]
)
def test_out_of_memory_the_microbatch_is_halved_and_the_result_reports_it(
    quick: ClipModel, monkeypatch: pytest.MonkeyPatch, error: RuntimeError
) -> None:
    request = small(views=6)
    assert result_of(request, quick).microbatch is None
    (perceptor,) = quick.perceptors
    encode = perceptor.encode_image

    def limited(views: torch.Tensor, masks: None) -> torch.Tensor:
        if len(views) > 2:
            raise error
        return encode(views, masks)

    *_, explicit = render(request, quick, microbatch=2)
    assert isinstance(explicit, Result)
    monkeypatch.setattr(perceptor, "encode_image", limited)
    short = result_of(request, quick)
    assert short.microbatch == 2
    assert (explicit.microbatch, explicit.image.tobytes()) == (2, short.image.tobytes())
    monkeypatch.setattr(perceptor, "encode_image", lambda *_: (_ for _ in ()).throw(error))
    with pytest.raises(RenderError, match="memory does not suffice"):
        result_of(request, quick)


def test_an_error_that_is_not_about_memory_is_raised(quick: ClipModel, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> torch.Tensor:
        raise RuntimeError("shapes do not match")

    monkeypatch.setattr(quick.perceptors[0], "encode_image", broken)
    with pytest.raises(RuntimeError, match="shapes"):
        result_of(small(), quick)
