"""Perceptor: half precision, texts of any length, and odd preprocessing."""

import open_clip
import pytest
import torch

from guidance.clip.perceptor import Perceptor
from guidance.io.model_error import ModelError
from tests.guidance.pictures import photograph, tensor_of
from tests.guidance.untrained import TINY, untrained


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


def test_every_word_of_a_long_text_counts(tiny: Perceptor) -> None:
    alike = " ".join(f"word{number}" for number in range(90))
    dragon, penguin, short = tiny.encode_text([f"{alike} dragon", f"{alike} penguin", "a dragon"])
    assert not torch.allclose(dragon, penguin)
    assert float(dragon.norm()) == pytest.approx(1)
    assert torch.allclose(tiny.encode_text(["a dragon"])[0], short)


@pytest.mark.parametrize(
    "text",
    ["a cat", " ".join(f"word{number}" for number in range(200)), "字" * 300, "a " + "x" * 999, "", "🦁" * 90],
)
def test_parts_of_a_text_fit_and_lose_nothing(tiny: Perceptor, text: str) -> None:
    parts = tiny.parts(text)
    assert "".join(parts).replace(" ", "") == text.replace(" ", "")
    for part in parts:
        tokens = open_clip.get_tokenizer("ViT-B-32")([part], 4000)[0]
        assert int((tokens != 0).sum()) <= 77


def test_one_mean_for_all_channels_is_read_and_a_tower_that_is_not_square_is_refused() -> None:
    three = untrained("three", TINY, mean=(0.5, 0.5, 0.5), std=(0.25, 0.25, 0.25))
    one = untrained("one", TINY, mean=0.5, std=0.25)
    views = tensor_of(photograph(32, 32))
    assert torch.equal(one.encode_image(views), three.encode_image(views))
    with pytest.raises(ModelError, match=r"'wide' sees pictures of 32x64 pixels, but only square ones"):
        untrained("wide", {**TINY, "image_size": (32, 64)})
