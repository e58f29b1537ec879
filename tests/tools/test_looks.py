"""A look is the direction that tells pictures of a word from others, and is kept only if it finds more of them."""

import torch
from torch.nn.functional import normalize

from tools.pocket.building.looks import BETTER, area, distinct, gain, of_examples

OBJECTS = 6


def test_a_look_is_what_a_word_has_and_others_do_not_have() -> None:
    shared, own = torch.eye(OBJECTS)[:2]
    noise = torch.randn(400, OBJECTS, generator=torch.Generator().manual_seed(0))
    pictures = 0.2 * noise + 3 * noise[:, :1] * shared
    pictures[:100] += own
    pictures = pictures - pictures.mean(dim=0)
    (look,) = of_examples((pictures[:100].mean(dim=0) + 0.5 * shared)[None], pictures)
    assert look @ own > 0.9


def test_a_look_is_better_only_than_a_place_that_finds_other_pictures_badly() -> None:
    pictures = torch.randn(400, OBJECTS, generator=torch.Generator().manual_seed(0))
    pictures[:100, 0] += 2
    told = torch.zeros(2, 400)
    told[:, :100] = 1
    right, wrong = torch.eye(OBJECTS)[:2]
    known, new = gain(told, pictures - pictures.mean(dim=0), torch.stack([right, wrong]))
    assert known < BETTER
    assert new > 0.2


def test_an_area_of_one_is_right_always_and_of_half_by_chance() -> None:
    right = torch.tensor([True, True, False, False])
    assert area(torch.tensor([4.0, 3.0, 2.0, 1.0]), right) == 1
    assert area(torch.tensor([4.0, 1.0, 3.0, 2.0]), right) == 0.5


def test_of_names_at_one_place_that_of_the_lowest_rank_is_kept() -> None:
    first, second = normalize(torch.eye(2, OBJECTS), dim=1)
    assert distinct(torch.stack([first, second, first, second]), [0, 2, 1, 1]) == [0, 3]
