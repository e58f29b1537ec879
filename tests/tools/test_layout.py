"""The layouts are learnt from photographs and what they show."""

import torch
from torch import Tensor
from torch.nn.functional import normalize

from guidance.clip.layout import CONTRAST, SIDE, Layouts
from tools.pocket.building.layout import FEWEST, of_photographs
from tools.pocket.building.space import EMBED_DIM, OBJECT_DIMS

READOUT = 3
KINDS = torch.eye(3, OBJECT_DIMS)
GREY = 0.5


def halves(kinds: Tensor, readouts: Tensor) -> Tensor:
    """(N, 3 · SIDE · SIDE / 2): the first kind is lighter at the top, the readout makes all redder."""
    shown = torch.full((len(kinds), 3, SIDE, SIDE // 2), GREY)
    shown[kinds == 0, :, : SIDE // 2] += 0.1
    shown[:, 0] += readouts[:, READOUT].view(-1, 1, 1)
    return shown.flatten(1)


def learnt(*, alone: bool = False) -> Layouts:
    """Of 8000 photographs; `alone`: of the last kind there is one only, which is white."""
    generator = torch.Generator().manual_seed(0)
    kinds = torch.randint(2 if alone else 3, (8000,), generator=generator)
    kinds[0] = 2
    shown = normalize(KINDS[kinds] + 0.02 * torch.randn(8000, OBJECT_DIMS, generator=generator), dim=1)
    readouts = 0.05 * torch.randn(8000, EMBED_DIM - OBJECT_DIMS, generator=generator)
    pictures = halves(kinds, readouts)
    if alone:
        pictures[0] = 1.0
    return of_photographs(KINDS, 7 * torch.cat([shown, readouts], dim=1), pictures)


def test_layouts_show_where_objects_are_and_what_readouts_add() -> None:
    asked = torch.zeros(3, EMBED_DIM)
    asked[0, 0] = asked[1, 1] = asked[2, 1] = 1.0
    asked[2, OBJECT_DIMS + READOUT] = 0.1
    light, plain, red = learnt().of(asked[:, : len(KINDS)], asked)
    top, bottom = (light - plain)[:, : SIDE // 2].mean(), (light - plain)[:, SIDE // 2 :].mean()
    assert top > 0.1 * CONTRAST / 2
    assert abs(bottom) < top / 5
    added = (red - plain).mean(dim=(1, 2))
    assert added[0] > 0.1 * CONTRAST / 2
    assert added[1:].abs().max() < added[0] / 5


def test_no_photograph_can_be_recognised_in_a_mean_even_if_its_kind_has_no_other() -> None:
    of_one = learnt(alone=True).pictures[2]
    # With an effective number of n photographs, none has a share of more than 1 / √n.
    assert (of_one - GREY).mean() < (1.0 - GREY) / FEWEST**0.5
