"""Losses: the distance of a picture from the prompt, and priors on pictures. Pure functions on batches."""

import math
from collections.abc import Callable, Mapping
from typing import Final

import torch
from torch import Tensor

NEGATIVE_MARGIN: Final = 0.0
"""A negative phrase has no effect below this cosine; without a limit it dominates the picture."""
_LARGEST_COSINE: Final = 1 - 1e-6
"""The gradient of the angle is infinite at a cosine of 1."""
_TINY: Final = 1e-8


def guidance(embeddings: Tensor, directions: Tensor, weights: Tensor, distance: str = "cosine") -> Tensor:
    """The weighted distance of each view to the phrases, (V).

    Args:
        embeddings: (V, D) of the views, unit length.
        directions: (P, D) of the phrases, unit length.
        weights: (P) of the phrases. A positive weight multiplies the distance to its phrase; a negative one multiplies
            how far the cosine is above NEGATIVE_MARGIN.
        distance: "cosine" is 1 − cosine; "spherical" is half the squared angle, whose gradient is largest for distant
            embeddings (Crowson's `spherical_dist_loss`).
    """
    cosines = embeddings @ directions.T
    apart = 1 - cosines if distance == "cosine" else _squared_angle(cosines) / 2
    pull = weights.clamp_min(0) * apart
    push = (-weights).clamp_min(0) * (cosines - NEGATIVE_MARGIN).clamp_min(0)
    return (pull + push).sum(dim=1)


def similarity(embeddings: Tensor, directions: Tensor, weights: Tensor) -> Tensor:
    """The mean cosine of each view to the positive phrases, by weight, (V). Users see its mean over the views."""
    positive = weights.clamp_min(0)
    return embeddings @ directions.T @ (positive / positive.sum())


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


def saturation(pictures: Tensor) -> Tensor:
    """Mean squared difference between each pixel's channels and their mean; high for strong colour. Summed over B."""
    return (pictures - pictures.mean(dim=1, keepdim=True)).square().mean(dim=(1, 2, 3)).sum()


def clipping(pictures: Tensor) -> Tensor:
    """Mean square of how far values reach into [0, 0.1] and [0.9, 1]: 1 at black and white. Summed over B."""
    return ((2 * pictures - 1).abs() - 0.8).clamp_min(0).mul(5).square().mean(dim=(1, 2, 3)).sum()


def high_frequency(pictures: Tensor) -> Tensor:
    """The excess energy of brightness in the two finest octaves over the mean of the coarser ones; 0 for a photograph.

    In natural pictures all octaves have about the same energy (Field, 1987, "Relations between the statistics of
    natural images…"). The log of the ratio, at least 0, summed over the two octaves and over B.
    """
    grey = pictures.mean(dim=1, keepdim=True)
    energies = []
    while min(grey.shape[2:]) >= 8:
        half = torch.nn.functional.avg_pool2d(grey, 2)
        repeated = half[:, :, :, None, :, None].expand(-1, -1, -1, 2, -1, 2).flatten(4, 5).flatten(2, 3)
        cut = grey[:, :, : repeated.shape[2], : repeated.shape[3]]
        energies.append((cut - repeated).square().mean(dim=(1, 2, 3)))
        grey = half
    coarse = torch.stack(energies[2:]).mean(dim=0) + _TINY
    return torch.stack([((energy + _TINY) / coarse).log().clamp_min(0).sum() for energy in energies[:2]]).sum()


def repetition(pictures: Tensor) -> Tensor:
    """The similarity of a picture to shifted copies of itself; near 0 for a photograph, high for a repeating pattern.

    The sum of the squared positive autocorrelation of brightness over all shifts by more than a tenth of the short
    side. Brightness is first reduced to a short side of at most 128 pixels, and its local mean is subtracted. The
    autocorrelation is the Fourier transform of the power spectrum (Wiener and Khinchin). Summed over B.
    """
    grey = pictures.mean(dim=1)
    factor = math.ceil(min(grey.shape[1:]) / 128)
    if factor > 1:
        grey = torch.nn.functional.avg_pool2d(grey, factor)
    height, width = grey.shape[1:]
    coarse = torch.nn.functional.avg_pool2d(grey, 9, stride=1, padding=4, count_include_pad=False)
    power = torch.fft.rfft2(grey - coarse).abs().square()
    shifted = torch.fft.irfft2(power, s=(height, width))
    shifted = shifted / (shifted[:, :1, :1] + _TINY)
    down = torch.fft.fftfreq(height, 1 / height, device=grey.device)[:, None]
    right = torch.fft.fftfreq(width, 1 / width, device=grey.device)[None]
    far = (torch.hypot(down, right) > min(height, width) / 10).to(grey.dtype)
    alike: Tensor = shifted.clamp_min(0).square() * far
    return alike.sum()


PRIORS: Final[Mapping[str, Callable[[Tensor], Tensor]]] = {
    "smoothness": total_variation,
    "saturation": saturation,
    "clipping": clipping,
    "high_frequency": high_frequency,
    "repetition": repetition,
}
"""By the name of the Request's field that holds the prior's weight."""
