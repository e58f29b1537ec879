"""Embeddings of parts of a view, from towers that end in the mean of a map of features.

Such a tower sees a grid of places and takes their mean. The mean over the places of one region, by weight, is an
embedding in the same space, and costs nothing more (as class activation maps read a classifier by place: Zhou et al.,
"Learning Deep Features for Discriminative Localization", 2016).
"""

from collections.abc import Sequence
from typing import Final

import torch
from timm.layers.adaptive_avgmax_pool import SelectAdaptivePool2d
from torch import Tensor, nn
from torch.nn.functional import adaptive_avg_pool2d

from guidance.request.phrase_map import Region

_EDGE: Final = 0.2
"""Width of the soft edge between two halves, as a share of the picture."""
_RADIUS: Final = 0.28
"""Standard deviation of the middle, as a share of the picture."""
_HORIZON: Final = 0.55
"""Height of the middle's centre, from the top: things stand a little lower."""
_AROUND: Final = 0.9
"""How much of the middle does not belong to what is around."""


def region_masks(regions: Sequence[Region], height: int, width: int) -> Tensor:
    """(R, height, width) in [0, 1]: how much each place of the picture belongs to each region."""
    down = torch.linspace(0, 1, height)[:, None].expand(height, width)
    along = torch.linspace(0, 1, width)[None].expand(height, width)
    distance = ((along - 0.5).square() + (down - _HORIZON).square()) / _RADIUS**2
    middle = torch.exp(-distance)
    left, upper = (((0.5 - place) / _EDGE + 0.5).clamp(0, 1) for place in (along, down))
    masks = {
        Region.WHOLE: torch.ones(height, width),
        Region.LEFT: left,
        Region.RIGHT: 1 - left,
        Region.UPPER: upper,
        Region.LOWER: 1 - upper,
        Region.MIDDLE: middle,
        Region.AROUND: 1 - _AROUND * middle,
    }
    return torch.stack([masks[region] for region in regions])


class RegionPool(nn.Module):
    """Takes the place of a tower's mean over places.

    Args:
        plain: What it replaces.

    Attributes:
        masks: (V, R, H, W), at the size of the views, for the next forward pass; None for the plain mean.
    """

    def __init__(self, plain: nn.Module) -> None:
        super().__init__()
        self._plain = plain
        self.masks: Tensor | None = None

    def forward(self, features: Tensor) -> Tensor:
        """(V, C, h, w) to (V, C), or with masks to (V · R, C)."""
        if self.masks is None:
            plain: Tensor = self._plain(features)
            return plain
        places = adaptive_avg_pool2d(self.masks, (features.shape[2], features.shape[3]))
        shares = places / places.sum(dim=(2, 3), keepdim=True).clamp_min(1e-6)
        return torch.einsum("vchw,vrhw->vrc", features, shares.to(features.dtype)).flatten(0, 1)


def install_pool(tower: nn.Module) -> RegionPool | None:
    """Replaces the tower's mean over places; None if the tower has none, such as a transformer."""
    pools = {
        name: module
        for name, module in tower.named_modules()
        if isinstance(module, SelectAdaptivePool2d)
        and module.pool_type == "avg"
        and isinstance(module.flatten, nn.Flatten)
    }
    if len(pools) != 1:
        return None
    [(name, plain)] = pools.items()
    owner, _, attribute = name.rpartition(".")
    pool = RegionPool(plain)
    setattr(tower.get_submodule(owner), attribute, pool)
    return pool
