"""How far a picture is from the prompt, and what a plausible image is. Pure functions on batches."""

from typing import Final

from torch import Tensor

NEGATIVE_MARGIN: Final = 0.0
"""Below this cosine a negative phrase pushes no more; unbounded, it takes over the picture."""


def guidance(embeddings: Tensor, directions: Tensor, weights: Tensor) -> Tensor:
    """Mean over the views of the weighted distance to each phrase, a scalar.

    Args:
        embeddings: (V, D) of the views, unit length.
        directions: (P, D) of the phrases, unit length.
        weights: (P) of the phrases. A positive one pulls by 1 − cosine; a negative one pushes by a hinge.
    """
    cosines = embeddings @ directions.T
    pull = weights.clamp_min(0) * (1 - cosines)
    push = (-weights).clamp_min(0) * (cosines - NEGATIVE_MARGIN).clamp_min(0)
    return (pull + push).sum(dim=1).mean()


def similarity(embeddings: Tensor, directions: Tensor, weights: Tensor) -> Tensor:
    """Mean cosine of the views to the positive phrases, by weight: the figure that people are shown. A scalar."""
    positive = weights.clamp_min(0)
    return (embeddings @ directions.T).mean(0) @ (positive / positive.sum())


def total_variation(pictures: Tensor) -> Tensor:
    """Mean absolute difference of neighbours, per picture; (B, 3, H, W) to a scalar summed over B.

    Anisotropic total variation (Rudin, Osher and Fatemi, 1992), per pixel, so that a weight means the same at any size.
    """
    down = (pictures[..., 1:, :] - pictures[..., :-1, :]).abs().mean(dim=(1, 2, 3))
    right = (pictures[..., :, 1:] - pictures[..., :, :-1]).abs().mean(dim=(1, 2, 3))
    return (down + right).sum()


def chroma(pictures: Tensor) -> Tensor:
    """Mean squared distance of each pixel from its own grey; high for gaudy colour. Summed over B."""
    return (pictures - pictures.mean(dim=1, keepdim=True)).square().mean(dim=(1, 2, 3)).sum()
