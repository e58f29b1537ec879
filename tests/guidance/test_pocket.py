"""The embedded CLIP is a plain open_clip model, small, and knows what words mean."""

from pathlib import Path

import open_clip
import pytest
import torch

import guidance.pocket
from guidance.loop import Result, render
from guidance.model import ClipModel
from guidance.pocket.judge import Judge
from guidance.pocket.measures import NAMES
from guidance.request import Request

FOLDER = Path(guidance.pocket.__file__).parent


def test_open_clip_s_own_factory_loads_it() -> None:
    model = open_clip.create_model(f"local-dir:{FOLDER}", require_pretrained=True)
    tokens = open_clip.get_tokenizer(f"local-dir:{FOLDER}")(["a cat"])
    assert model.encode_text(tokens).shape == model.encode_image(torch.zeros(1, 3, 224, 224)).shape


def test_it_takes_at_most_32_megabytes() -> None:
    assert sum(path.stat().st_size for path in FOLDER.glob("open_clip*")) <= 32_000_000


def test_words_of_colour_point_at_what_has_the_colour(pocket: ClipModel) -> None:
    perceptor = pocket.perceptors[0]
    values = torch.tensor([[value >> 16, value >> 8 & 255, value & 255] for value in NAMES.values()]) / 255
    plain = perceptor.encode_image(values[:, :, None, None].expand(-1, -1, 224, 224))
    for phrase in ("{}", "a {} car", "{} flowers"):
        words = perceptor.encode_text([phrase.format(name) for name in NAMES])
        # Against the mean over the words, which is what the phrase says of other things.
        assert ((words - words.mean(0)) @ plain.T).argmax(dim=1).tolist() == list(range(len(NAMES)))


@pytest.mark.parametrize(
    ("text", "near", "far"),
    [
        ("puppy", "labrador retriever", "sports car"),
        ("a warship on the sea", "aircraft carrier", "teapot"),
        ("kitten", "tabby cat", "castle"),
        ("a stormy sea", "seashore", "keyboard"),
        ("a bunch of flowers", "daisy", "submarine"),
        ("an oil painting of a lighthouse, trending on artstation", "lighthouse", "goldfish"),
        ("A SAILING BOAT IN A STORM", "yawl", "dog"),
    ],
)
def test_words_lie_near_what_they_mean(pocket: ClipModel, text: str, near: str, far: str) -> None:
    one, close, distant = pocket.perceptors[0].encode_text([text, near, far])
    assert float(one @ close) > float(one @ distant) + 0.1


def test_a_picture_of_a_plain_word_is_recognised_by_a_classifier_that_did_not_guide(pocket: ClipModel) -> None:
    """`make evaluate` does this for the prompts of the model card; here one keeps the chain honest."""
    *_, result = render(Request.resolve("volcano", seed=1), pocket)
    assert isinstance(result, Result)
    assert Judge().rank(result.image, 980) <= 5
