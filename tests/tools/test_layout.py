"""The layouts are learnt from photographs and what they show."""

import torch
from torch import Tensor
from torch.nn.functional import normalize

from guidance.clip.layout import CONTRAST, SIDE, Layouts
from tools.pocket.building.layout import KEPT, NEAREST, agreed, of_photographs
from tools.pocket.building.space import EMBED_DIM, OBJECT_DIMS

READOUT = 3
KINDS = torch.eye(3, OBJECT_DIMS)
GREY = 0.5


def learnt() -> Layouts:
    """Of 4000 photographs of three kinds: the first is lighter at the top, a readout makes all redder."""
    generator = torch.Generator().manual_seed(0)
    kinds = torch.randint(3, (4000,), generator=generator)
    shown = normalize(KINDS[kinds] + 0.02 * torch.randn(4000, OBJECT_DIMS, generator=generator), dim=1)
    readouts = 0.05 * torch.randn(4000, EMBED_DIM - OBJECT_DIMS, generator=generator)
    pictures = torch.full((4000, 3, SIDE, SIDE), GREY)
    pictures[kinds == 0, :, : SIDE // 2] += 0.1
    pictures[:, 0] += readouts[:, READOUT].view(-1, 1, 1)
    return of_photographs(KINDS, 7 * torch.cat([shown, readouts], dim=1), pictures)


def squares(count: int, *, moved: bool) -> Tensor:
    """(N, 3, SIDE, SIDE), white squares on black, which are up to a fifth of the side out of the middle if `moved`."""
    generator = torch.Generator().manual_seed(0)
    pictures = torch.zeros(count, 3, SIDE, SIDE)
    reach, side = SIDE // 10, SIDE // 4
    for picture in pictures:
        aside, up = (torch.randint(-reach, reach + 1, (2,), generator=generator) * moved).tolist()
        first = (SIDE - side) // 2
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


def test_photographs_are_moved_until_the_thing_in_them_is_at_one_place() -> None:
    pictures = squares(NEAREST, moved=True)
    blurred, still = pictures.mean(dim=0), squares(NEAREST, moved=False).mean(dim=0)
    assert agreed(pictures).var() > 0.7 * still.var()
    assert blurred.var() < 0.6 * still.var()


def test_no_photograph_has_a_larger_share_of_a_mean_than_others() -> None:
    alike = GREY + squares(NEAREST, moved=False) / 10
    lighter = alike.clone()
    lighter[0] += 0.4
    assert float((agreed(lighter) - agreed(alike)).max()) <= 0.4 / KEPT + 1e-5
