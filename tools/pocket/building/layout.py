"""Learns the layouts of `guidance.clip.layout`: ridge regression from what photographs show to where they show it.

What a photograph shows is what the untouched network says of it, as a place in the joint space: that is near to what
texts say. (The fine-tuned tower's own embedding explains more, 0.56 for 0.37 of the variance, but by what texts never
have.) The regression comes in two parts. What objects explain is learnt first, colours included, since a text without a
colour names objects only; what the readouts add to that is learnt from the rest.
"""

from typing import Final

import torch
from torch import Tensor
from torch.nn.functional import interpolate

from guidance.clip.layout import SIDE
from guidance.clip.readouts import parts
from tools.pocket.building.finetune import Teacher
from tools.pocket.building.photos import Pixels
from tools.pocket.building.readouts import measure
from tools.pocket.building.space import OBJECT_DIMS, readout_scale

RIDGE: Final = 100.0
READOUT_RIDGE: Final = 3000.0
"""Where the mean variance of a dimension is 1."""
BATCH: Final = 256


def layouts(teacher: Teacher, pixels: Pixels) -> dict[str, Tensor]:
    """The tensors of `guidance.clip.layout.Layouts`, from photographs and what the teacher says of them."""
    measured, halves = [], []
    for first in range(0, len(pixels), BATCH):
        views = torch.tensor(pixels[first : first + BATCH]).permute(0, 3, 1, 2).float() / 255
        measured.append(measure(interpolate(views, size=128, mode="area")))
        small = interpolate(views, size=SIDE, mode="area")
        halves.append(((small + small.flip(3)) / 2)[..., : SIDE // 2].flatten(1))
    shown = (teacher.features.float() - teacher.centre) @ teacher.columns
    readouts = torch.cat(measured)
    return regression(torch.cat([shown, readout_scale() * (readouts - readouts.mean(dim=0))], dim=1), torch.cat(halves))


def regression(embeddings: Tensor, pictures: Tensor) -> dict[str, Tensor]:
    """The tensors of `Layouts`.

    Args:
        embeddings: (N, OBJECT_DIMS + R), of any length.
        pictures: (N, 3 · SIDE · SIDE / 2), the left halves of symmetric pictures in [0, 1].
    """
    objects, readouts = parts(embeddings, OBJECT_DIMS)
    centre, picture = objects.mean(dim=0), pictures.mean(dim=0)
    known, wanted = objects - centre, pictures - picture
    readouts = readouts - readouts.mean(dim=0)
    to_pictures = _ridge(known, wanted, RIDGE)
    rest = readouts - known @ _ridge(known, readouts, RIDGE)
    of_readouts = _ridge(rest, wanted - known @ to_pictures, READOUT_RIDGE)
    return {"objects": to_pictures, "readouts": of_readouts, "centre": centre, "picture": picture}


def _ridge(known: Tensor, wanted: Tensor, ridge: float) -> Tensor:
    """(K, W): the linear map from known (N, K) to wanted (N, W), both centred."""
    gram = known.T @ known + ridge * known.var(dim=0).mean() * torch.eye(known.shape[1])
    solution: Tensor = torch.linalg.solve(gram, known.T @ wanted)
    return solution
