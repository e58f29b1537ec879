"""Decodes a latent in overlapping parts, so that memory is needed for one part at a time."""

from collections.abc import Callable
from typing import Final

import torch
from torch import Tensor
from torch.utils.checkpoint import checkpoint

OVERLAP: Final = 4
"""The overlap of neighbouring parts is the part's side divided by this, and blended linearly."""


def decode_in_parts(decode: Callable[[Tensor], Tensor], latents: Tensor, side: int, factor: int) -> Tensor:
    """(B, C, h, w) to (B, 3, h · factor, w · factor).

    Only the result of each part is kept; its backward pass decodes it again. Near a part's border the decoder does not
    see what is beyond, so parts blend into each other.

    Args:
        decode: Decodes a part, (B, C, ≤ side, ≤ side).
        latents: (B, C, h, w).
        side: Of a part, in latents; at least 2.
        factor: Pixels per latent, along each axis.
    """
    height, width = latents.shape[2:]
    rows, columns = _starts(height, side), _starts(width, side)
    total = weights = None
    for top in rows:
        for left in columns:
            part = latents[:, :, top : top + side, left : left + side]
            shown: Tensor = checkpoint(decode, part, use_reentrant=False, preserve_rng_state=False)
            weight = _ramp(top, part.shape[2], height, side, factor, latents)[:, None] * _ramp(
                left, part.shape[3], width, side, factor, latents
            )
            place = (
                left * factor,
                (width - left - part.shape[3]) * factor,
                top * factor,
                (height - top - part.shape[2]) * factor,
            )
            added = torch.nn.functional.pad(shown * weight, place)
            share = torch.nn.functional.pad(weight, place)
            total = added if total is None else total + added
            weights = share if weights is None else weights + share
    assert total is not None and weights is not None  # noqa: S101, PT018 - there is at least one part
    return total / weights


def _starts(length: int, side: int) -> list[int]:
    """Where parts begin along an axis; the last one ends at its end."""
    if length <= side:
        return [0]
    stride = max(1, side - side // OVERLAP)
    return [*range(0, length - side, stride), length - side]


def _ramp(start: int, length: int, whole: int, side: int, factor: int, like: Tensor) -> Tensor:
    """(length · factor): 1, falling linearly towards ends that are not those of the whole."""
    places = torch.arange(length * factor, device=like.device, dtype=like.dtype) + 0.5
    overlap = max(1, side // OVERLAP) * factor
    weight = torch.ones_like(places)
    if start > 0:
        weight = torch.minimum(weight, places / overlap)
    if start + length < whole:
        weight = torch.minimum(weight, (length * factor - places) / overlap)
    return weight.clamp(1e-3, 1)
