"""Turns and tilts views by a projective map each, with deterministic gradients."""

import math

import torch
from torch import Tensor


def homographies(count: int, rotation: float, perspective: float, source: torch.Generator) -> Tensor:
    """Random maps from a pixel of the turned view to the place where the view is read, in coordinates from −1 to 1.

    Args:
        count: N.
        rotation: Largest angle either way, in degrees.
        perspective: Farthest that each corner moves along each axis, as a share of the side.
        source: The generator of the random numbers, on the CPU.

    Returns:
        (N, 3, 3), on the CPU.
    """
    samples = torch.rand(count, 9, generator=source, dtype=torch.float64) * 2 - 1
    angle = samples[:, 0] * math.radians(rotation)
    corners = torch.tensor([[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]], dtype=torch.float64)
    turn = torch.stack([angle.cos(), -angle.sin(), angle.sin(), angle.cos()], dim=1).view(-1, 2, 2)
    moved = corners @ turn.transpose(1, 2) + 2 * perspective * samples[:, 1:].view(-1, 4, 2)
    # The eight unknowns of the map that moves the corners: two equations for each corner.
    x, y = corners[:, 0].expand(count, 4), corners[:, 1].expand(count, 4)
    u, v = moved[..., 0], moved[..., 1]
    one, zero = torch.ones_like(x), torch.zeros_like(x)
    across = torch.stack([x, y, one, zero, zero, zero, -u * x, -u * y], dim=2)
    down = torch.stack([zero, zero, zero, x, y, one, -v * x, -v * y], dim=2)
    solution = torch.linalg.solve(torch.cat([across, down], dim=1), torch.cat([u, v], dim=1))
    return torch.cat([solution, torch.ones(count, 1, dtype=torch.float64)], dim=1).view(-1, 3, 3).float()


def warped(views: Tensor, maps: Tensor) -> Tensor:
    """(V, S, S, 3) read through (V, 3, 3), bilinear; outside, the view is mirrored at its border."""
    grid = _grid(views.shape[1], maps)
    return gathered(views, grid) if views.is_cuda else sampled(views, grid)


def sampled(views: Tensor, grid: Tensor) -> Tensor:
    """By torch's sampler: the fastest on a CPU, where it sums each view's gradient in a fixed order."""
    pixels = views.permute(0, 3, 1, 2)
    read = torch.nn.functional.grid_sample(
        pixels, grid, mode="bilinear", padding_mode="reflection", align_corners=False
    )
    return read.permute(0, 2, 3, 1)


def gathered(views: Tensor, grid: Tensor) -> Tensor:
    """The same for CUDA, by sums over four neighbours; the gradient is sorted before it is summed."""
    count, size = views.shape[:2]
    # From −1..1 to pixel centres, mirrored at the outer borders as in `sampled`.
    position = (grid + 1) * (size / 2)
    position = (size - (position.abs() % (2 * size) - size).abs() - 0.5).clamp(0, size - 1)
    low = position.floor().clamp_max(size - 2)
    share = position - low
    column, row = low.long().unbind(3)
    first = torch.arange(count, device=views.device)[:, None, None] * size * size + row * size + column
    index = torch.stack([first, first + 1, first + size, first + size + 1], dim=3).view(-1, 4)
    right, down = share.unbind(3)
    weight = torch.stack([(1 - right) * (1 - down), right * (1 - down), (1 - right) * down, right * down], dim=3)
    read = torch.nn.functional.embedding_bag(
        index, views.reshape(-1, 3), mode="sum", per_sample_weights=weight.view(-1, 4)
    )
    return read.view_as(views)


def _grid(size: int, maps: Tensor) -> Tensor:
    """(V, size, size, 2): the place where each pixel's centre is read."""
    axis = (torch.arange(size, device=maps.device) + 0.5) * (2 / size) - 1
    y, x = torch.meshgrid(axis, axis, indexing="ij")
    points = torch.stack([x, y, torch.ones_like(x)], dim=2)
    read = torch.einsum("hwk,vjk->vhwj", points, maps)
    return read[..., :2] / read[..., 2:]
