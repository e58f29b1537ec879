"""Losses: the distance of a picture from the prompt, and priors on pictures. Pure functions on batches."""

from collections.abc import Callable, Mapping
from typing import Final

import torch
from torch import Tensor
from torch.nn.functional import adaptive_avg_pool2d

NEGATIVE_MARGIN: Final = 0.0
"""A negative phrase has no effect below this cosine; without a limit it dominates the picture."""
_LARGEST_COSINE: Final = 1 - 1e-6
"""The gradient of the angle is infinite at a cosine of 1."""


def guidance(embeddings: Tensor, directions: Tensor, weights: Tensor, distance: str = "cosine") -> Tensor:
    """The weighted distance of each view to the phrases, (V).

    Args:
        embeddings: (V, D) of the views, unit length; or (V, P, D), of the region that each phrase is sought in.
        directions: (P, D) of the phrases, unit length.
        weights: (P) of the phrases. A positive weight multiplies the distance to its phrase; a negative one multiplies
            how far the cosine is above NEGATIVE_MARGIN.
        distance: "cosine" is 1 − cosine; "spherical" is half the squared angle, whose gradient is largest for distant
            embeddings (Crowson's `spherical_dist_loss`).
    """
    cosines = _cosines(embeddings, directions)
    apart = 1 - cosines if distance == "cosine" else _squared_angle(cosines) / 2
    pull = weights.clamp_min(0) * apart
    push = (-weights).clamp_min(0) * (cosines - NEGATIVE_MARGIN).clamp_min(0)
    return (pull + push).sum(dim=1)


def similarity(embeddings: Tensor, directions: Tensor, weights: Tensor) -> Tensor:
    """The mean cosine of each view to the positive phrases, by weight, (V). Users see its mean over the views."""
    positive = weights.clamp_min(0)
    return _cosines(embeddings, directions) @ (positive / positive.sum())


def _cosines(embeddings: Tensor, directions: Tensor) -> Tensor:
    """(V, P)."""
    return embeddings @ directions.T if embeddings.ndim == 2 else (embeddings * directions).sum(dim=2)


def _squared_angle(cosines: Tensor) -> Tensor:
    return torch.acos(cosines.clamp(-_LARGEST_COSINE, _LARGEST_COSINE)).square()


def total_variation(pictures: Tensor) -> Tensor:
    """Mean absolute difference of neighbouring pixels; (B, 3, H, W) to a scalar, summed over B.

    Anisotropic total variation (Rudin, Osher and Fatemi, 1992), divided by the number of pixels, so that a weight has
    the same effect at any size.
    """
    down = (pictures[..., 1:, :] - pictures[..., :-1, :]).abs().mean(dim=(1, 2, 3))
    right = (pictures[..., :, 1:] - pictures[..., :, :-1]).abs().mean(dim=(1, 2, 3))
    return (down + right).sum()


def clipping(pictures: Tensor) -> Tensor:
    """Mean square of how far values reach into [0, 0.1] and [0.9, 1]: 1 at black and white. Summed over B."""
    return ((2 * pictures - 1).abs() - 0.8).clamp_min(0).mul(5).square().mean(dim=(1, 2, 3)).sum()


def layout(pictures: Tensor, wanted: Tensor) -> Tensor:
    """Mean squared difference from layouts, (B, 3, S, S) in [0, 1], at their size. Summed over B."""
    return (adaptive_avg_pool2d(pictures, wanted.shape[-1]) - wanted).square().mean(dim=(1, 2, 3)).sum()


PRIORS: Final[Mapping[str, Callable[[Tensor], Tensor]]] = {"smoothness": total_variation, "clipping": clipping}
"""By the name of the Request's field that holds the prior's weight."""
