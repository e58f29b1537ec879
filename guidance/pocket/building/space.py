"""The joint space: directions of the classifier's rows, as an affine map of the image tower's pooled features.

A row of the classifier, without what all rows share, is the direction in which pooled features move when its class
appears. Principal components of the 1000 rows make a space of EMBED_DIM, which keeps about 90 % of their variance.
"""

from typing import Final

import torch
from torch import Tensor

EMBED_DIM: Final = 512


def class_directions(weights: dict[str, Tensor]) -> Tensor:
    """(1000, 1280) unit rows of the classifier, centred over the classes."""
    rows = weights["_fc.weight"].double()
    return torch.nn.functional.normalize(rows - rows.mean(0), dim=1)


def basis(directions: Tensor) -> Tensor:
    """(1280, EMBED_DIM), orthonormal: the principal components of the directions."""
    components: Tensor = torch.linalg.svd(directions, full_matrices=False).Vh
    return components[:EMBED_DIM].T.contiguous()


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


def projection(weights: dict[str, Tensor], columns: Tensor) -> tuple[Tensor, Tensor]:
    """Weight (EMBED_DIM, 1280) and bias (EMBED_DIM) that centre the features and turn them into the space."""
    return columns.T, -(columns.T @ mean_features(weights))
