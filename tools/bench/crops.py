"""Random crops by sparse matrix products, as the library makes them, and by dense ones, for comparison."""

from collections.abc import Callable
from typing import Final

import torch
from torch import Tensor

from guidance.augment.random_crops import LinearSchedule, NoiseSchedule, RandomCrops
from guidance.augment.resample import triangle

VIEWS: Final = 8
SIZE: Final = 224
LOW: Final = 0.7


def sparse(side: int) -> Callable[[], object]:
    """One forward and backward pass of `RandomCrops`, without noise."""
    picture = torch.rand(1, 3, side, side).requires_grad_()
    crops = RandomCrops(VIEWS, LinearSchedule(LOW, LOW), LinearSchedule(1.0, 1.0), NoiseSchedule(0.0, 0.0))
    return lambda: torch.autograd.grad(crops(picture, [0], 0, 0.0, SIZE).sum(), picture)


def dense(side: int) -> Callable[[], object]:
    """The same with a dense product for the rows of all views, and a batched one for the columns of each."""
    picture = torch.rand(1, 3, side, side).requires_grad_()

    def once() -> object:
        rows, columns = (_matrices(side) for _ in range(2))
        tall = rows.reshape(-1, side) @ picture[0].permute(1, 0, 2).reshape(side, -1)
        views = tall.reshape(VIEWS, SIZE * 3, side) @ columns.transpose(1, 2)
        return torch.autograd.grad(views.sum(), picture)

    return once


def _matrices(side: int) -> Tensor:
    """(VIEWS, SIZE, side): resampling weights for random intervals of an axis."""
    length = (LOW + (1 - LOW) * torch.rand(VIEWS)) * side
    start = torch.rand(VIEWS) * (side - length)
    centres = start[:, None] + length[:, None] * (torch.arange(SIZE) + 0.5) / SIZE
    scale = (length / SIZE).clamp_min(1)[:, None, None]
    weights = triangle((torch.arange(side) + 0.5 - centres[:, :, None]) / scale)
    return weights / weights.sum(dim=2, keepdim=True)
