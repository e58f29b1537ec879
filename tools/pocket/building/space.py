"""The joint space: an affine map of the image tower's pooled features; objects and colours have separate dimensions.

A row of the classifier, without what all rows share, is the direction in which pooled features move when its class
appears. Principal components of the 1000 rows make the first OBJECT_DIMS, which keep about 90 % of their variance. The
last dimensions are the readouts that the tower learnt to predict (`finetune`).
"""

from collections.abc import Mapping
from typing import Final

import torch
from torch import Tensor

from tools.pocket.building.readouts import REACH, READOUTS

EMBED_DIM: Final = 512
OBJECT_DIMS: Final = EMBED_DIM - len(READOUTS)
OBJECT_LENGTH: Final = 11.3
"""Typical length of the object part for a guided picture."""
READOUT_SHARE: Final = 0.56
"""Largest length of a readout as a share of OBJECT_LENGTH: the weight of colours relative to objects."""
LARGEST: Final[Mapping[str, float]] = dict.fromkeys(READOUTS, REACH) | {"edges": 0.15, "flat": 0.06}


def class_directions(weights: dict[str, Tensor]) -> Tensor:
    """(1000, 1280) unit rows of the classifier, centred over the classes."""
    rows = weights["_fc.weight"].double()
    return torch.nn.functional.normalize(rows - rows.mean(0), dim=1)


def basis(directions: Tensor) -> Tensor:
    """(1280, OBJECT_DIMS), orthonormal: the principal components of the directions."""
    components: Tensor = torch.linalg.svd(directions, full_matrices=False).Vh
    return components[:OBJECT_DIMS].T.contiguous()


def objects(directions: Tensor) -> Tensor:
    """(1000, OBJECT_DIMS), unit length: the classes' directions in the joint space."""
    return torch.nn.functional.normalize((directions @ basis(directions)).float(), dim=1)


def readout_scale() -> Tensor:
    """(R): from the readouts' own units to the space."""
    return READOUT_SHARE * OBJECT_LENGTH / torch.tensor([LARGEST[name] for name in READOUTS])


def projection(columns: Tensor, centre: Tensor, readout_weight: Tensor, readout_bias: Tensor) -> tuple[Tensor, Tensor]:
    """Weight (EMBED_DIM, F) and bias (EMBED_DIM) that centre pooled features and turn them into the space.

    Args:
        columns: (F, OBJECT_DIMS), of `basis`.
        centre: (F) what to centre the object dimensions by.
        readout_weight: (R, F), from pooled features to the readouts.
        readout_bias: (R), so that the readouts of the mean photograph are 0.
    """
    scale = readout_scale()
    weight = torch.cat([columns.T, scale[:, None] * readout_weight])
    return weight, torch.cat([-(columns.T @ centre), scale * readout_bias])
