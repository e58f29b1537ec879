"""Brings the darkest and lightest places of a picture near black and white, as "levels" does in a photo editor.

Guidance leaves pictures paler than photographs. Whatever already reaches both ends stays as it is.
"""

from typing import Final

import torch
from torch import Tensor

from guidance.augment.random_crops import LUMA

ENDS: Final = (0.01, 0.99)
"""Shares of the pixels that are darker than what becomes DARKEST, and than what becomes LIGHTEST."""
DARKEST: Final = 0.02
LIGHTEST: Final = 0.97
MOST: Final = 1.35
"""Greatest factor: fog stays fog."""


@torch.no_grad()
def levelled(images: Tensor) -> Tensor:
    """(B, 3, H, W) in [0, 1] to the same; all channels of an image change by one factor and one shift."""
    luma = torch.einsum("c,bchw->bhw", images.new_tensor(LUMA), images).flatten(1)
    low, high = torch.quantile(luma, luma.new_tensor(ENDS), dim=1)
    below, above = (low - DARKEST).clamp_min(0), (LIGHTEST - high).clamp_min(0)
    spread = (high - low).clamp_min(1e-6)
    factor = ((spread + below + above) / spread).clamp_max(MOST)
    # What is gained is shared by the two ends in proportion to what each lacks.
    gained = (factor - 1) * spread
    start = low - gained * below / (below + above).clamp_min(1e-6)
    low, factor, start = (value[:, None, None, None] for value in (low, factor, start))
    result: Tensor = ((images - low) * factor + start).clamp(0, 1)
    return result
