"""The layouts are learnt from photographs and what they show."""

import torch
from torch import Tensor
from torch.nn.functional import normalize

from guidance.clip.layout import CONTRAST, MEANS_SIDE, SIDE, Layouts
from tools.pocket.building.alignment import CROP, FEWEST, agreed, cropped
from tools.pocket.building.layout import NEAREST, of_means
from tools.pocket.building.space import EMBED_DIM, OBJECT_DIMS

READOUT = 3
KINDS = torch.eye(3, OBJECT_DIMS)
GREY = 0.5


def learnt() -> Layouts:
    """Of three kinds, the first lighter at the top, and of 4000 photographs, in which a readout is redness."""
    generator = torch.Generator().manual_seed(0)
    means = torch.full((3, 3, MEANS_SIDE, MEANS_SIDE), GREY)
    means[0, :, : MEANS_SIDE // 2] += 0.1
    kinds = torch.randint(3, (4000,), generator=generator)
    shown = normalize(KINDS[kinds] + 0.02 * torch.randn(4000, OBJECT_DIMS, generator=generator), dim=1)
    readouts = 0.05 * torch.randn(4000, EMBED_DIM - OBJECT_DIMS, generator=generator)
    pictures = means[kinds].clone()
    pictures[:, 0] += readouts[:, READOUT].view(-1, 1, 1)
    return of_means(KINDS, means, 7 * torch.cat([shown, readouts], dim=1), pictures)


def squares(*, moved: bool) -> Tensor:
    """(NEAREST, 3, CROP, CROP), white squares on black, up to a tenth of the side out of the middle if `moved`."""
    generator = torch.Generator().manual_seed(0)
    pictures = torch.zeros(NEAREST, 3, CROP, CROP)
    reach, side = CROP // 10, CROP // 5
    for picture in pictures:
        aside, up = (torch.randint(-reach, reach + 1, (2,), generator=generator) * moved).tolist()
        first = (CROP - side) // 2
        picture[:, first + up : first + up + side, first + aside : first + aside + side] = 1
    return pictures


def test_layouts_show_where_objects_are_and_what_readouts_add() -> None:
    asked = torch.zeros(3, EMBED_DIM)
    asked[0, 0] = asked[1, 1] = asked[2, 1] = 1.0
    asked[2, OBJECT_DIMS + READOUT] = 0.1
    light, plain, red = learnt().of(asked[:, : len(KINDS)], asked)
    top, bottom = (light - plain)[:, : SIDE // 2].mean(), (light - plain)[:, SIDE // 2 :].mean()
    assert top > bottom + 0.1 * CONTRAST / 2
    added = (red - plain).mean(dim=(1, 2))
    assert added[0] > 0.1 * CONTRAST / 2
    assert added[1:].abs().max() < added[0] / 5


def test_a_crop_has_in_its_middle_what_the_network_sees() -> None:
    pictures = torch.zeros(1, 3, 96, 96)
    pictures[..., 20:40, 50:70] = 1
    activations = torch.zeros(1, 7, 7)
    activations[0, 2, 4] = 1
    (crop,) = cropped(pictures, activations)
    assert crop[:, CROP // 2 - 4 : CROP // 2 + 4, CROP // 2 - 4 : CROP // 2 + 4].min() > 0.9
    assert crop.mean() > 1.5 * pictures.mean()


def test_photographs_are_moved_until_the_thing_in_them_is_at_one_place() -> None:
    moved, still = squares(moved=True), squares(moved=False)
    plain = torch.ones(NEAREST)
    assert agreed(moved, plain).var() > 0.8 * agreed(still, plain).var()
    assert moved.mean(dim=0).var() < 0.6 * still.mean(dim=0).var()


def test_no_photograph_has_most_of_a_mean_even_if_its_kind_has_no_other() -> None:
    alike = GREY + squares(moved=False) / 10
    lighter = alike.clone()
    lighter[0] += 0.4
    plain = torch.zeros(NEAREST)
    plain[0] = 100
    assert (agreed(lighter, plain) - agreed(alike, torch.zeros(NEAREST))).max() < 0.4 / FEWEST + 0.02
