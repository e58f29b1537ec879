"""A look is the direction that tells pictures of a word from others, and is kept only if it finds more of them."""

import torch
from torch.nn.functional import normalize

from tools.pocket.building.looks import BETTER, alike, area, distinct, gain, is_of, of_examples, photographs_are_better

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


def test_photographs_of_one_place_are_alike_and_those_of_a_thing_that_is_anywhere_are_not() -> None:
    noise = 0.2 * torch.randn(40, 3, 8, 8, generator=torch.Generator().manual_seed(0))
    horizon = torch.linspace(0.5, -0.5, 8)[:, None].expand(3, 8, 8)
    usual = torch.zeros(3, 8, 8)
    assert alike(noise + horizon, usual) > 0.7
    assert abs(alike(noise, usual)) < 0.1


def test_an_emoji_is_of_a_word_that_it_is_named_after_or_at_whose_place_it_is() -> None:
    assert is_of("deciduous tree", "tree", 0.87)
    assert is_of("potted plant", "greenery", 0.99)
    assert not is_of("desert island", "desert", 0.91)
    assert not is_of("palm tree", "beach", 0.92)
    assert not is_of("stop sign", "sign", 0.5)


def test_photographs_have_to_show_one_place_or_far_from_any_emoji_to_find_more() -> None:
    assert photographs_are_better(0.05, 0.7, 0.92)
    assert photographs_are_better(0.16, 0.1, 0.6)
    assert photographs_are_better(0.0, 0.3, 0.7)
    assert not photographs_are_better(0.14, 0.2, 0.87)
    assert not photographs_are_better(0.0, 0.1, 0.7)


def test_an_area_of_one_is_right_always_and_of_half_by_chance() -> None:
    right = torch.tensor([True, True, False, False])
    assert area(torch.tensor([4.0, 3.0, 2.0, 1.0]), right) == 1
    assert area(torch.tensor([4.0, 1.0, 3.0, 2.0]), right) == 0.5


def test_of_names_at_one_place_those_of_the_lowest_rank_are_kept() -> None:
    first, second = normalize(torch.eye(2, OBJECTS), dim=1)
    assert distinct(torch.stack([first, second, first, second, first]), [0, 2, 1, 1, 0]) == [0, 3, 4]
