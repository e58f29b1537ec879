"""A text tower says the shadow of a thing; the thing is found in what it is a mixture of."""

import torch
from torch import Tensor
from torch.nn.functional import normalize

from guidance.clip.mixture import Vocabulary
from guidance.clip.model import ClipModel
from guidance.clip.readouts import parts

OBJECTS, READOUTS, WIDTH = 90, 4, 60
GENERATOR = torch.Generator().manual_seed(0)
THINGS = normalize(torch.randn(200, OBJECTS, generator=GENERATOR), dim=1)
TOWER = torch.randn(WIDTH, OBJECTS + READOUTS, generator=GENERATOR)
VOCABULARY = Vocabulary.of(THINGS, TOWER)


def said(things: Tensor, colour: float = 0.0) -> Tensor:
    """(P, D), unit length: the nearest that the tower can say to (P, OBJECTS) and a readout."""
    meant = torch.cat([things, torch.full((len(things), READOUTS), colour)], dim=1)
    rows = torch.linalg.svd(TOWER, full_matrices=False).Vh
    return normalize(meant @ rows.T @ rows, dim=1)


def cosines(embeddings: Tensor, things: Tensor) -> Tensor:
    return (parts(embeddings, OBJECTS)[0] * normalize(things, dim=1)).sum(dim=1)


def completed(embeddings: Tensor) -> Tensor:
    return VOCABULARY.completed(embeddings, VOCABULARY.shares(embeddings))


def test_a_thing_and_a_mixture_of_two_are_found_again_whatever_their_colour() -> None:
    two = THINGS[:50] + 0.6 * THINGS[50:100]
    for things in (THINGS, two):
        for colour in (0.0, 0.2):
            text = said(things, colour)
            assert cosines(text, things).mean() < 0.9
            assert cosines(completed(text), things).mean() > 0.97


def test_a_text_is_a_mixture_of_few_things_and_has_none_of_them_less_than_nothing() -> None:
    shares = VOCABULARY.shares(said(THINGS[:50] + 0.6 * THINGS[50:100]))
    assert shares.min() == 0
    assert (shares > 0.05).sum(dim=1).float().mean() < 5


def test_readouts_keep_their_length_beside_the_objects() -> None:
    text = said(THINGS, 0.2)
    assert torch.allclose(parts(completed(text), OBJECTS)[1], parts(text, OBJECTS)[1], atol=1e-5)


def test_a_text_that_is_no_mixture_of_known_things_stays_as_it_is() -> None:
    text = said(THINGS[:1])
    assert torch.equal(VOCABULARY.completed(text, torch.zeros(1, len(THINGS))), text)


def test_pocket_aims_at_the_class_that_a_prompt_names(pocket: ClipModel) -> None:
    (perceptor,) = pocket.perceptors
    assert perceptor.vocabulary is not None
    text = perceptor.encode_text(["a photo of a macaw", "goldfish", "school bus", "sports car"])
    shares = perceptor.vocabulary.shares(text)
    named = perceptor.vocabulary.directions[shares.argmax(dim=1)]
    before = (parts(text, perceptor.vocabulary.objects)[0] * named).sum(dim=1)
    after = (parts(perceptor.vocabulary.completed(text, shares), perceptor.vocabulary.objects)[0] * named).sum(dim=1)
    assert bool((after > before).all())
    assert after.min() > 0.95
