"""Perceptor: half precision, and the cache of texts."""

import pytest
import torch

from guidance.clip.perceptor import Perceptor
from tests.guidance.pictures import photograph, tensor_of


def test_half_precision_gives_nearly_the_gradient_of_float32(tiny: Perceptor) -> None:
    views = tensor_of(photograph(32, 32)).repeat(3, 1, 1, 1)
    target = tiny.encode_text(["a cat"])[0]
    before = {name: value.clone() for name, value in tiny.network.visual.state_dict().items()}

    def gradient() -> torch.Tensor:
        return tiny.gradient(views, lambda embeddings: -1e-6 * (embeddings @ target).mean())[1]

    exact = gradient()
    try:
        for precision in ("float16", "bfloat16"):
            tiny.precision = torch.float32
            tiny.network.visual.float().load_state_dict(before)
            assert tiny.gradient_cosine(precision) > 0.99
            tiny.set_precision(precision)
            assert tiny.precision == getattr(torch, precision)
            assert torch.cosine_similarity(gradient().flatten(), exact.flatten(), dim=0) > 0.99
            assert float(gradient().norm() / exact.norm()) == pytest.approx(1, abs=0.1)
    finally:
        tiny.precision = torch.float32
        tiny.network.visual.float().load_state_dict(before)


def test_texts_are_encoded_once(tiny: Perceptor, monkeypatch: pytest.MonkeyPatch) -> None:
    first = tiny.encode_text(["one of a kind", "another", "one of a kind"])
    monkeypatch.setattr(tiny.network, "encode_text", None)
    assert torch.equal(tiny.encode_text(["another", "one of a kind"]), first[1:])
