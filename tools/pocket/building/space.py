"""The joint space: an affine map of the image tower's pooled features; objects and colours have separate dimensions.

A row of the classifier, minus the mean row, is the direction in which pooled features move when its class appears. The
first OBJECT_DIMS dimensions are principal components of the 1000 rows, with about 90 % of their variance. The last
dimensions are the readouts that `rewire` adds to the tower.
"""

from collections.abc import Mapping
from typing import Final

import torch
from torch import Tensor

from tools.pocket.building.attributes import READOUTS
from tools.pocket.building.rewire import REACH

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


def mean_features(weights: dict[str, Tensor]) -> Tensor:
    """(1280) the mean of pooled features over the training pictures, computed from the weights alone.

    After the last batch normalisation each channel has mean β and deviation |γ| over the training set. For a normal
    distribution the mean after ReLU6 is the difference of two rectified normals' means:
    E[max(0, x)] = β Φ(β/γ) + γ φ(β/γ), at β and at β − 6.
    """
    shift, scale = weights["_bn1.bias"].double(), weights["_bn1.weight"].double().abs()
    return _rectified_mean(shift, scale) - _rectified_mean(shift - 6, scale)


def _rectified_mean(mean: Tensor, deviation: Tensor) -> Tensor:
    ratio = mean / deviation
    density = torch.exp(-0.5 * ratio**2) / (2 * torch.pi) ** 0.5
    cumulative = 0.5 * (1 + torch.erf(ratio / 2**0.5))
    result: Tensor = mean * cumulative + deviation * density
    return result


def projection(columns: Tensor, where: Mapping[str, int], features: Tensor) -> tuple[Tensor, Tensor]:
    """Weight (EMBED_DIM, 1280) and bias (EMBED_DIM) that map pooled features to the joint space.

    Args:
        columns: (1280, OBJECT_DIMS), of `basis`.
        where: The pooled feature of each readout.
        features: (1280), the features that map to 0.
    """
    weight = torch.zeros(EMBED_DIM, len(columns), dtype=torch.float64)
    weight[:OBJECT_DIMS] = columns.T
    weight[:, list(where.values())] = 0
    for row, name in enumerate(READOUTS, start=OBJECT_DIMS):
        weight[row, where[name]] = READOUT_SHARE * OBJECT_LENGTH / LARGEST[name]
    return weight, -(weight @ features)
