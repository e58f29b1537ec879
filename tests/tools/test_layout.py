"""The layouts are learnt from photographs and what they show."""

import torch
from torch import Tensor

from guidance.clip.layout import CONTRAST, SIDE, Layouts
from tools.pocket.building.layout import regression
from tools.pocket.building.space import EMBED_DIM, OBJECT_DIMS

READOUT = OBJECT_DIMS + 3


def pictures(embeddings: Tensor) -> Tensor:
    """(N, 3, SIDE, SIDE): the first object makes the top lighter, the readout everything redder."""
    shown = torch.full((len(embeddings), 3, SIDE, SIDE), 0.5)
    shown[:, :, : SIDE // 2] += embeddings[:, 0].view(-1, 1, 1, 1)
    shown[:, 0] += embeddings[:, READOUT].view(-1, 1, 1)
    return shown


def test_layouts_show_where_objects_are_and_what_readouts_add() -> None:
    generator = torch.Generator().manual_seed(0)
    objects = torch.nn.functional.normalize(torch.randn(4000, OBJECT_DIMS, generator=generator), dim=1)
    readouts = 0.05 * torch.randn(4000, EMBED_DIM - OBJECT_DIMS, generator=generator)
    embeddings = torch.cat([objects, readouts], dim=1)
    noise = 0.1 * torch.randn(4000, 3 * SIDE * SIDE // 2, generator=generator)
    halves = pictures(embeddings)[..., : SIDE // 2].flatten(1) + noise
    layouts = Layouts(**regression(7 * embeddings, halves))
    asked = torch.zeros(3, EMBED_DIM)
    asked[:, 1] = 1.0
    asked[0, 0], asked[2, READOUT] = 0.1, 0.1
    light, plain, red = layouts.of(asked)
    top, bottom = (light - plain)[:, : SIDE // 2].mean(), (light - plain)[:, SIDE // 2 :].mean()
    assert top > 0.1 * CONTRAST / 2
    assert abs(bottom) < top / 5
    added = (red - plain).mean(dim=(1, 2))
    assert added[0] > 0.1 * CONTRAST / 2
    assert added[1:].abs().max() < added[0] / 5
