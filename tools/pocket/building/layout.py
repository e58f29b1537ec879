"""Learns the layouts of `guidance.clip.layout`: means of photographs that show a class, and what readouts add.

What a photograph shows is what the untouched network says of it, as a place in the joint space: that is near to what
texts say. No mean is of few photographs, so none can be recognised in it.
"""

from typing import Final

import torch
from torch import Tensor
from torch.nn.functional import interpolate

from guidance.clip.layout import SIDE, Layouts
from guidance.clip.readouts import parts
from tools.pocket.building.finetune import Teacher
from tools.pocket.building.photos import Pixels
from tools.pocket.building.readouts import measure
from tools.pocket.building.space import readout_scale

SHARPEST: Final = 40.0
"""How fast the share of a photograph falls with its distance from the class, at most; see FEWEST."""
FEWEST: Final = 8.0
"""Effective number of photographs in each mean: 1 by the sum of the squares of their shares."""
SOFTER: Final = 0.93
SHARPNESS: Final = 18.0
"""How fast the share of a mean falls with its distance, in what the means say of a photograph."""
READOUT_RIDGE: Final = 3000.0
"""Where the mean variance of a dimension is 1."""
BATCH: Final = 256


def layouts(teacher: Teacher, directions: Tensor, pixels: Pixels) -> Layouts:
    """From photographs, what the teacher says of them, and the classes' unit directions (K, OBJECT_DIMS)."""
    measured, halves = [], []
    for first in range(0, len(pixels), BATCH):
        views = torch.tensor(pixels[first : first + BATCH]).permute(0, 3, 1, 2).float() / 255
        measured.append(measure(interpolate(views, size=128, mode="area")))
        small = interpolate(views, size=SIDE, mode="area")
        halves.append(((small + small.flip(3)) / 2)[..., : SIDE // 2].flatten(1))
    shown = (teacher.features.float() - teacher.centre) @ teacher.columns
    embeddings = torch.cat([shown, readout_scale() * torch.cat(measured)], dim=1)
    return of_photographs(directions, embeddings, torch.cat(halves))


def of_photographs(directions: Tensor, embeddings: Tensor, pictures: Tensor) -> Layouts:
    """The layouts.

    Args:
        directions: (K, O) of the classes, unit length.
        embeddings: (N, O + R) of photographs, of any length; N is more than FEWEST.
        pictures: (N, 3 · SIDE · SIDE / 2), the left halves of symmetric pictures in [0, 1].
    """
    shown, readouts = parts(embeddings, directions.shape[1])
    means = torch.stack([_shares(shown @ direction) @ pictures for direction in directions])
    known = readouts - readouts.mean(dim=0)
    rest = pictures - (SHARPNESS * shown @ directions.T).softmax(dim=1) @ means
    gram = known.T @ known + READOUT_RIDGE * known.var(dim=0).mean() * torch.eye(known.shape[1])
    return Layouts(directions, means, torch.linalg.solve(gram, known.T @ (rest - rest.mean(dim=0))))


def _shares(cosines: Tensor) -> Tensor:
    """(N), sum 1: of photographs in the mean of a class, by the cosine of each to it."""
    sharpness = SHARPEST
    while True:
        shares: Tensor = (sharpness * cosines).softmax(dim=0)
        if 1 / shares.square().sum() >= FEWEST:
            return shares
        sharpness *= SOFTER
