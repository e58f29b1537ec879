"""Media of cells of one colour each."""

from typing import Final

import numpy as np
import torch
from PIL import Image, ImageDraw
from torch import Tensor
from torch.nn.functional import interpolate

from guidance.device.randomness import generator
from guidance.io.tensor import from_tensor
from guidance.media.filters import SIDE, blotches, blurred, coloured, luma, unit

CELL: Final = 12
"""From the middle of a cell to the next."""
UNEVEN: Final = 0.8
"""How far corners are moved aside at random, in cells."""
FACET: Final = 0.09
"""Difference of brightness between facets of one colour."""
LEAD: Final = 1.3
"""Half of the breadth of the lead between panes of glass."""
SQUARE: Final = 5
COLOURS: Final = 24
"""Of pixel art."""


def low_poly(images: Tensor) -> Tensor:
    """Triangles, with corners where the picture has edges."""
    height, width = images.shape[-2:]
    corners = _attracted(_scattered(images), images)
    canvas = Image.new("I", (width, height))
    draw, facet = ImageDraw.Draw(canvas), 0
    for row in range(len(corners) - 1):
        for column in range(corners.shape[1] - 1):
            square = corners[row : row + 2, column : column + 2].flip(2).flatten(0, 1).tolist()
            a, b, c, d = (tuple(corner) for corner in square)
            # Rows of corners are shifted by half a cell in turn, and the shorter diagonal with them.
            for triangle in ((a, b, c), (b, c, d)) if row % 2 else ((a, c, d), (a, b, d)):
                draw.polygon(triangle, fill=facet)
                facet += 1
    facets = torch.from_numpy(np.array(canvas)).long()
    light = torch.rand(facet, generator=generator(torch.device("cpu"), 0, 0, "facets")) - 0.5
    return coloured(_means(images, facets), 1.25) + FACET * light[facets]


def stained_glass(images: Tensor) -> Tensor:
    """Panes of strong colour, each the nearest to its middle, with lead between them."""
    height, width = images.shape[-2:]
    small = unit(images)
    middles = _scattered(images).flatten(0, 1)
    rows, columns = torch.meshgrid(torch.arange(height) + 0.5, torch.arange(width) + 0.5, indexing="ij")
    distances, nearest = [], []
    for line in torch.stack([rows, columns], dim=2):  # line by line: all at once would need gigabytes at 2048 px
        both = torch.cdist(line, middles).topk(2, dim=1, largest=False)
        distances.append(both.values)
        nearest.append(both.indices)
    near, panes = torch.stack(distances), torch.stack(nearest)
    apart = (middles[panes[..., 0]] - middles[panes[..., 1]]).norm(dim=2)
    to_side = (near[..., 1].square() - near[..., 0].square()) / (2 * apart) / small
    glass = coloured(_means(images, panes[..., 0]), 1.8)
    light = (1.15 * (glass - 0.5) + 0.52).clamp(0, 1) * (1 + 0.25 * blotches(images, 10, "glass"))
    return torch.lerp(torch.full_like(light, 0.05), light, torch.sigmoid(3 * (to_side - LEAD)))


def pixel_art(images: Tensor) -> Tensor:
    """Squares of few colours."""
    height, width = images.shape[-2:]
    short = round(SIDE / SQUARE)
    size = [round(short * side / min(height, width)) for side in (height, width)]
    squares = from_tensor(coloured(interpolate(images, size, mode="area"), 1.2)[0])
    few = squares.quantize(COLOURS, kmeans=4, dither=Image.Dither.NONE).convert("RGB")
    found = torch.from_numpy(np.array(few)).permute(2, 0, 1)[None].float() / 255
    return interpolate(found, (height, width), mode="nearest-exact")


def _scattered(images: Tensor) -> Tensor:
    """(R, C, 2), rows and columns of points about CELL apart, beyond the sides, too."""
    cell = CELL * unit(images)
    rows, columns = (round(side / cell) + 3 for side in images.shape[-2:])
    source = generator(torch.device("cpu"), 0, 0, "cells")
    down = (torch.arange(rows) - 1.0)[:, None].expand(-1, columns)
    across = torch.arange(columns) - 1.25 + 0.5 * (torch.arange(rows) % 2)[:, None]
    aside = UNEVEN * (torch.rand(rows, columns, 2, generator=source) - 0.5)
    return cell * (torch.stack([down, across], dim=2) + aside)


def _attracted(points: Tensor, images: Tensor) -> Tensor:
    """The points, (R, C, 2), nearer to the edges around them."""
    light = luma(images)[0, 0]
    edges = torch.zeros_like(light)
    edges[1:-1, 1:-1] = torch.hypot(light[2:, 1:-1] - light[:-2, 1:-1], light[1:-1, 2:] - light[1:-1, :-2])
    weights = blurred(edges[None, None], 1)[0, 0].square() + 1e-5
    reach = max(1, round(CELL * unit(images)) // 2)
    moved = points.clone()
    for row, column in np.ndindex(*points.shape[:2]):
        for _ in range(2):
            top, left = (round(value) - reach for value in moved[row, column].tolist())
            window = weights[max(0, top) : max(0, top + 2 * reach), max(0, left) : max(0, left + 2 * reach)]
            if not window.numel():
                continue
            down = (window.sum(dim=1) * torch.arange(len(window))).sum() / window.sum() + max(0, top)
            across = (window.sum(dim=0) * torch.arange(window.shape[1])).sum() / window.sum() + max(0, left)
            moved[row, column] = torch.lerp(moved[row, column], torch.stack([down, across]), 0.5)
    return moved


def _means(images: Tensor, cells: Tensor) -> Tensor:
    """(1, 3, H, W), the mean colour of the cell, (H, W), of each pixel."""
    flat, count = cells.flatten(), int(cells.max()) + 1
    sums = torch.zeros(3, count).index_add(1, flat, images[0].flatten(1))
    return (sums / torch.bincount(flat, minlength=count).clamp_min(1))[:, cells][None]
