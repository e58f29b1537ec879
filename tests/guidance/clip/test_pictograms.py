"""Things that have a pictogram have its outline and colours."""

from dataclasses import replace

import torch
from torch import Tensor
from torch.nn.functional import normalize

from guidance.clip.layout import SIDE
from guidance.clip.model import ClipModel
from guidance.clip.pictograms import Pictograms
from tests.guidance.clip.test_layout import layouts_of

OBJECTS = 8


def drawn(prompt: str, model: ClipModel) -> Tensor:
    """(3, SIDE, SIDE), what pictograms change in the layout of a prompt."""
    (perceptor,) = model.perceptors
    assert perceptor.layouts is not None
    assert perceptor.vocabulary is not None
    texts = perceptor.encode_text([prompt])
    shares = perceptor.vocabulary.shares(texts)
    places = perceptor.vocabulary.completed(texts, shares)
    without = replace(perceptor.layouts, pictograms=None)
    return (perceptor.layouts.of(shares, places) - without.of(shares, places))[0]


def test_a_thing_has_its_sign_however_it_is_asked_for_and_others_have_none(pocket: ClipModel) -> None:
    plain = drawn("a parrot", pocket)
    assert plain.abs().mean() > 0.05
    for same in ("parrot", "two parrots", "a photo of a parrot"):
        assert (drawn(same, pocket) - plain).abs().mean() < 0.02, same
    for without in ("a submarine", "a waterfall", "a desert", "a horse carriage", "a golden retriever"):
        assert not drawn(without, pocket).any(), without


def test_a_sign_has_the_colour_that_the_words_ask_for(pocket: ClipModel) -> None:
    middle = slice(SIDE // 4, -SIDE // 4)
    plain, blue, green = (
        layouts_of(prompt, pocket)[0][:, middle, middle].mean(dim=(1, 2))
        for prompt in ("a teapot", "a blue teapot", "a green teapot")
    )
    assert plain.argmax() == 0
    assert blue.argmax() == 2
    assert green.argmax() == 1


def test_a_sign_stands_before_what_its_layout_has_at_the_sides() -> None:
    direction = normalize(torch.ones(1, OBJECTS), dim=1)
    pictogram = torch.zeros(1, 4, SIDE, SIDE)
    pictogram[:, [0, 3], 8:-8, 8:-8] = 1
    layouts = torch.full((2, 3, SIDE, SIDE), 0.5)
    layouts[:, :, :, :16] = 0.3
    layouts[:, :, 10:20, 10:20] = 0.9
    embeddings = torch.cat([direction, torch.eye(1, OBJECTS)])
    drawn, untouched = Pictograms(direction, torch.zeros(1, 2), pictogram).instead_of(
        layouts, embeddings, torch.zeros(2, 2), torch.ones(2, 3)
    )
    assert torch.equal(untouched, layouts[1])
    assert torch.equal(drawn[:, 16, 16], torch.tensor([1.0, 0.0, 0.0]))
    assert torch.allclose(drawn[:, 2, [0, -1]], torch.tensor([0.3, 0.5]).expand(3, 2))
    assert (drawn[:, :8] < 0.6).all()
