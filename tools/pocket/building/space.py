"""The joint space: an affine map of the image tower's pooled features, for objects and, apart from them, for colours.

A row of the classifier, without what all rows share, is the direction in which pooled features move when its class
appears. Principal components of the 1000 rows make the first OBJECT_DIMS, which keep about 90 % of their variance. The
last dimensions are the readouts that `rewire` brings to the tower's end.
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
"""Length of the object part for a guided picture, about."""
SAY: Final = 0.56
"""Length of a readout at its largest, as a share of OBJECT_LENGTH: how much colours matter beside objects."""
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
    """(1280) the mean of pooled features over the training pictures, without any picture.

    The last batch normalisation makes each channel have mean β and deviation |γ| over the training set; if that is
    normal, the mean after ReLU6 is the difference of two rectified normals' means:
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
    """Weight (EMBED_DIM, 1280) and bias (EMBED_DIM) that centre the features and turn them into the space.

    Args:
        columns: (1280, OBJECT_DIMS), of `basis`.
        where: The pooled feature of each readout.
        features: (1280) what to centre by.
    """
    weight = torch.zeros(EMBED_DIM, len(columns), dtype=torch.float64)
    weight[:OBJECT_DIMS] = columns.T
    weight[:, list(where.values())] = 0
    for row, name in enumerate(READOUTS, start=OBJECT_DIMS):
        weight[row, where[name]] = SAY * OBJECT_LENGTH / LARGEST[name]
    return weight, -(weight @ features)
