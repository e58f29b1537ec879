"""Learns the layouts of `guidance.clip.layout`: means of photographs of each class, and what readouts add.

What a photograph shows is what the untouched network says of it, as a place in the joint space: that is near to what
texts say. `alignment` lays the photographs of a class over each other.
"""

from typing import Any, Final

import torch
from torch import Tensor
from torch.nn.functional import interpolate

from guidance.clip.layout import MEANS_SIDE, Layouts
from guidance.clip.readouts import parts
from tools.pocket.building.alignment import agreed, cropped
from tools.pocket.building.finetune import TEACHER_SIDE, Teacher
from tools.pocket.building.photos import Pixels, as_tensor
from tools.pocket.building.readouts import measure
from tools.pocket.building.space import readout_scale

NEAREST: Final = 40
"""Photographs that show a class the most plainly, of which its mean is made."""
COMPONENTS: Final = 192
"""Principal components of the means that are kept, 99 % of the variance."""
SHARPNESS: Final = 18.0
"""How fast the share of a mean falls with its distance, in what the means say of a photograph."""
READOUT_RIDGE: Final = 3000.0
"""Where the mean variance of a dimension is 1."""
BATCH: Final = 256


def layouts(trunk: Any, teacher: Teacher, directions: Tensor, pixels: Pixels) -> Layouts:
    """From the untouched network, what it says of photographs, and the classes' unit directions (K, OBJECT_DIMS)."""
    measured, pictures = [], []
    for first in range(0, len(pixels), BATCH):
        views = as_tensor(pixels[first : first + BATCH])
        measured.append(measure(interpolate(views, size=128, mode="area")))
        pictures.append(interpolate(views, size=MEANS_SIDE, mode="area"))
    shown = (teacher.features.float() - teacher.centre) @ teacher.columns
    means = []
    for direction in directions:
        plain, nearest = (shown @ direction).topk(NEAREST)
        views = as_tensor(pixels[nearest.numpy()])
        means.append(agreed(cropped(views, seen(trunk, teacher, views) @ direction), plain))
    embeddings = torch.cat([shown, readout_scale() * torch.cat(measured)], dim=1)
    return of_means(directions, torch.stack(means), embeddings, torch.cat(pictures))


@torch.no_grad()
def seen(trunk: Any, teacher: Teacher, views: Tensor) -> Tensor:
    """(N, 3, H, W) in [0, 1] to (N, h, w, OBJECT_DIMS): what the untouched network says of each place."""
    large = interpolate(views, size=TEACHER_SIDE, mode="bicubic").clamp(0, 1)
    features: Tensor = trunk.forward_features((large * 2 - 1).contiguous(memory_format=torch.channels_last))
    return (features.permute(0, 2, 3, 1) - teacher.centre) @ teacher.columns


def of_means(directions: Tensor, means: Tensor, embeddings: Tensor, pictures: Tensor) -> Layouts:
    """The layouts.

    Args:
        directions: (K, O) of the classes, unit length.
        means: (K, 3, MEANS_SIDE, MEANS_SIDE) of photographs of the classes.
        embeddings: (N, O + R) of photographs, of any length.
        pictures: (N, 3, MEANS_SIDE, MEANS_SIDE) in [0, 1], the photographs.
    """
    mean = means.mean(dim=0).flatten()
    means = means.flatten(1) - mean
    found, spread, components = torch.linalg.svd(means, full_matrices=False)
    scale = components.shape[1] ** 0.5
    coefficients = (found * spread / scale)[:, :COMPONENTS]
    shown, readouts = parts(embeddings, directions.shape[1])
    known = readouts - readouts.mean(dim=0)
    rest = pictures.flatten(1) - (SHARPNESS * shown @ directions.T).softmax(dim=1) @ means
    gram = known.T @ known + READOUT_RIDGE * known.var(dim=0).mean() * torch.eye(known.shape[1])
    added = torch.linalg.solve(gram, known.T @ (rest - rest.mean(dim=0))).view(-1, 3, MEANS_SIDE, MEANS_SIDE)
    # Photographs are as often mirrored.
    added = ((added + added.flip(3)) / 2).flatten(1)
    return Layouts(directions, coefficients, scale * components[:COMPONENTS], mean, added)
