"""Teaches the image tower to see through noise, and to predict colours, lines and flatness.

A classifier's gradients do not look like pictures unless it was trained on noisy ones (Kaur et al., "Are
Perceptually-Aligned Gradients a General Property of Robust Classifiers?", 2019; Santurkar et al., "Image Synthesis with
a Single (Robust) Classifier", 2019). So EfficientNet-Lite0 is fine-tuned to answer for a noisy view of a photograph
what the untouched network answers for the clean photograph: its class probabilities and its direction in the joint
space.

Each batch is used twice: once with Gaussian noise, and once with the same noise and a small step along the first pass's
input gradient, which costs no extra pass (Shafahi et al., "Adversarial Training for Free!", 2019).
"""

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import cosine_similarity, interpolate, linear

from tools.pocket.building.photos import SIDE, Pixels, as_tensor
from tools.pocket.building.readouts import READOUTS, measure

BATCH: Final = 32
SIZES: Final = (112, 128, 160)
"""Sides of the views in pixels, and how often each is drawn."""
SIZE_SHARES: Final = (0.3, 0.4, 0.3)
TEACHER_SIDE: Final = 224
LOUDEST: Final = 0.6
"""Largest standard deviation of the noise, where white is 1; it is drawn uniformly for each view."""
LARGEST_STEP: Final = 1.2
"""Largest L2 length of the adversarial step for a view of 128 pixels; it grows with the side."""
SMALLEST_CROP: Final = 0.65
TINTED: Final = 0.35
"""Share of the views whose colours are changed, so that an object is known in any colour."""
PEAK_RATE: Final = 1.2e-4
"""5e-4 diverged."""
FINAL_RATE: Final = 0.02
WARM_UP: Final = 100
WEIGHT_DECAY: Final = 0.02
READOUT_WEIGHT: Final = 0.5
AVERAGE: Final = 0.9995
"""Decay of the moving average of the weights, which is what is kept."""
RIDGE: Final = 30.0
SAVED_EVERY: Final = 500
"""Passes."""
REPORTED_EVERY: Final = 200


@dataclass(frozen=True, slots=True)
class Teacher:
    """What the untouched network says.

    Attributes:
        features: (N, F) pooled features of the clean photographs.
        classifier: Weight (1000, F) and bias (1000).
        columns: (F, D), the object dimensions of the joint space.
        centre: (F) mean of the features.
    """

    features: Tensor
    classifier: tuple[Tensor, Tensor]
    columns: Tensor
    centre: Tensor


class Student(nn.Module):
    """The tower and a linear head for the readouts, which are predicted as z-scores over photographs."""

    def __init__(self, trunk: Any, mean: Tensor, deviation: Tensor) -> None:
        super().__init__()
        self.trunk = trunk
        self.head = nn.Linear(trunk.num_features, len(READOUTS))
        self.register_buffer("mean", mean)
        self.register_buffer("deviation", deviation)

    def forward(self, views: Tensor) -> Tensor:
        """(B, 3, S, S) in [0, 1], noisy, to pooled features (B, F)."""
        normal = (views * 2 - 1).contiguous(memory_format=torch.channels_last)
        features: Tensor = self.trunk.forward_features(normal).mean(dim=(2, 3))
        return features

    def readout_projection(self) -> tuple[Tensor, Tensor]:
        """Weight (R, F) and bias (R): from pooled features to the readouts in their own units, less their mean."""
        deviation = self.get_buffer("deviation")
        return deviation[:, None] * self.head.weight.detach(), deviation * self.head.bias.detach()


@torch.no_grad()
def teacher_features(trunk: Any, pixels: Pixels) -> Tensor:
    """(N, F), in half precision: what the untouched network sees in each photograph."""
    found = []
    for first in range(0, len(pixels), 64):
        views = interpolate(as_tensor(pixels[first : first + 64]), size=TEACHER_SIDE, mode="bicubic").clamp(0, 1)
        features = trunk.forward_features((views * 2 - 1).contiguous(memory_format=torch.channels_last))
        found.append(features.mean(dim=(2, 3)).half())
    return torch.cat(found)


@torch.no_grad()
def student_of(trunk: Any, pixels: Pixels, teacher: Teacher) -> Student:
    """A student whose head starts at the ridge regression from the untouched features."""
    indices = np.sort(np.random.default_rng(0).permutation(len(pixels))[:3000])
    wanted = measure(interpolate(as_tensor(pixels[indices]), size=128, mode="area"))
    student = Student(trunk, wanted.mean(dim=0), wanted.std(dim=0))
    known = teacher.features[indices].float() - teacher.centre
    scores = (wanted - wanted.mean(dim=0)) / wanted.std(dim=0)
    gram = known.T @ known + RIDGE * torch.eye(known.shape[1])
    student.head.weight.copy_(torch.linalg.solve(gram, known.T @ scores).T)
    student.head.bias.copy_(-(student.head.weight @ teacher.centre))
    return student


def finetune(
    student: Student, teacher: Teacher, pixels: Pixels, passes: int, checkpoint: Path, report: Callable[[str], None]
) -> None:
    """Trains the student in place; it ends with the moving average of its weights.

    Batch normalisation keeps its statistics; its scales and shifts are trained.

    Args:
        student: In evaluation mode.
        teacher: Of the same photographs.
        pixels: (N, SIDE, SIDE, 3).
        passes: Forward and backward passes, two for each batch.
        checkpoint: A file that is written every SAVED_EVERY passes and from which training goes on.
        report: Gets a line now and then.
    """
    student.requires_grad_()
    parameters: list[Tensor] = list(student.parameters())
    groups = [
        {"params": [one for one in parameters if one.ndim > 1], "weight_decay": WEIGHT_DECAY},
        {"params": [one for one in parameters if one.ndim <= 1], "weight_decay": 0.0},
    ]
    optimizer = torch.optim.AdamW(groups, lr=PEAK_RATE, betas=(0.9, 0.99), foreach=True)
    average = [parameter.detach().clone() for parameter in parameters]
    first = 0
    if checkpoint.exists():
        state = torch.load(checkpoint, weights_only=True)
        student.load_state_dict(state["student"])
        optimizer.load_state_dict(state["optimizer"])
        average, first = state["average"], state["passes"]
        report(f"goes on after {first} passes")
    began, random = time.monotonic(), np.random.default_rng(first)
    torch.manual_seed(first)
    done = first
    while done < passes:
        views, indices = _batch(pixels, random)
        for losses in _twice(student, teacher, views, indices):
            for group in optimizer.param_groups:
                group["lr"] = PEAK_RATE * _share(done, passes, first)
            optimizer.zero_grad()
            torch.autograd.backward(losses.sum())
            torch.nn.utils.clip_grad_norm_(parameters, 1.0)
            optimizer.step()
            done += 1
            with torch.no_grad():
                decay = min(AVERAGE, (1 + done) / (10 + done))
                torch._foreach_lerp_(average, parameters, 1 - decay)
            if done % REPORTED_EVERY == 0:
                pace = (time.monotonic() - began) / (done - first)
                report(f"{done}/{passes} classes, direction, readouts {losses.tolist()} {pace:.2f} s/pass")
            if done % SAVED_EVERY == 0:
                _save(checkpoint, student, optimizer, average, done)
    with torch.no_grad():
        for parameter, mean in zip(parameters, average, strict=True):
            parameter.copy_(mean)
    student.requires_grad_(requires_grad=False)


def _twice(student: Student, teacher: Teacher, views: Tensor, indices: Tensor) -> Iterator[Tensor]:
    """(3) losses of a noisy batch, and, once these were propagated, of the same one after an adversarial step."""
    answers, wanted = teacher.features[indices].float(), measure(views)
    noise = LOUDEST * torch.rand(len(views), 1, 1, 1) * torch.randn_like(views)
    noisy = (views + noise).requires_grad_()
    yield _losses(student, teacher, noisy, answers, wanted)
    if noisy.grad is None:
        raise RuntimeError("propagate the first losses before asking for the second")
    lengths = torch.linalg.vector_norm(noisy.grad, dim=(1, 2, 3), keepdim=True).clamp_min(1e-12)
    step = LARGEST_STEP * views.shape[-1] / 128 * torch.rand(len(views), 1, 1, 1) * noisy.grad / lengths
    yield _losses(student, teacher, noisy.detach() + step, answers, wanted)


def _losses(student: Student, teacher: Teacher, views: Tensor, answers: Tensor, wanted: Tensor) -> Tensor:
    features = student(views)
    probabilities = linear(answers, *teacher.classifier).softmax(dim=1)
    classes = -(probabilities * linear(features, *teacher.classifier).log_softmax(dim=1)).sum(dim=1)
    direction = 1 - cosine_similarity(
        (features - teacher.centre) @ teacher.columns, (answers - teacher.centre) @ teacher.columns, dim=1
    )
    scores = (wanted - student.get_buffer("mean")) / student.get_buffer("deviation")
    readouts = (student.head(features) - scores).square()
    return torch.stack([classes.mean(), direction.mean(), READOUT_WEIGHT * readouts.mean()])


def _batch(pixels: Pixels, random: np.random.Generator) -> tuple[Tensor, Tensor]:
    """(BATCH, 3, S, S) clean views in [0, 1], and the indices of their photographs."""
    size = int(random.choice(SIZES, p=SIZE_SHARES))
    indices = random.choice(len(pixels), BATCH, replace=False)
    return torch.stack([_view(pixels[index], size, random) for index in indices]), torch.from_numpy(indices)


def _view(photograph: Pixels, size: int, random: np.random.Generator) -> Tensor:
    side = round(SIDE * random.uniform(SMALLEST_CROP, 1))
    top, left = random.integers(0, SIDE - side + 1, 2)
    crop = as_tensor(photograph[None, top : top + side, left : left + side])
    view = interpolate(crop, size=size, mode="bilinear", antialias=True)[0]
    if random.random() < 0.5:
        view = view.flip(2)
    if random.random() < TINTED:
        bent = view.clamp_min(1e-4) ** random.uniform(0.7, 1.4)
        grey = bent.mean(dim=0, keepdim=True)
        gains = torch.from_numpy(random.uniform(0.6, 1.4, (3, 1, 1)).astype(np.float32))
        view = ((grey + random.uniform(0.5, 1.6) * (bent - grey)) * gains).clamp(0, 1)
    return view


def _share(done: int, passes: int, first: int) -> float:
    """The learning rate as a share of its peak: a warm-up, also after a resumption, then a cosine to FINAL_RATE."""
    cosine = 0.5 * (1 + math.cos(math.pi * done / passes))
    return min(1.0, (done - first + 1) / WARM_UP) * (FINAL_RATE + (1 - FINAL_RATE) * cosine)


def _save(path: Path, student: Student, optimizer: torch.optim.Optimizer, average: list[Tensor], passes: int) -> None:
    unfinished = path.with_suffix(".unfinished")
    torch.save(
        {
            "student": student.state_dict(),
            "optimizer": optimizer.state_dict(),
            "average": average,
            "passes": passes,
        },
        unfinished,
    )
    unfinished.rename(path)
