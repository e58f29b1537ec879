"""What CLIP sees of the canvas: a batch of random square crops, mirrored, turned, tinted and with noise as requested.

Without augmentation, guidance finds pictures that only the model recognises. Wide crops shape the whole picture, narrow
ones its details, so the size of the crops may change along the run.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Final

import torch
from torch import Tensor

from guidance.augment.resample import crop_taps, triangle
from guidance.augment.warp import homographies, warped
from guidance.device.randomness import generator

OVERHANG: Final = 0.25
"""Share of a crop by which its position may overshoot before it is moved back inside, so that borders are seen, too."""
GROUP: Final = 8
"""Views that share one stream of noise, so that a part of a batch can be made without the rest."""
_CPU: Final = torch.device("cpu")
LUMA: Final = (0.299, 0.587, 0.114)
"""Luma coefficients of ITU-R BT.601."""


@dataclass(frozen=True, slots=True)
class LinearSchedule:
    """A number that changes linearly from the start of the schedule to its end."""

    start: float
    end: float

    def at(self, progress: float) -> float:
        """The value at a share of the schedule in [0, 1]."""
        return self.start + (self.end - self.start) * progress


@dataclass(frozen=True, slots=True)
class NoiseSchedule:
    """A standard deviation that falls by the same factor in each step, or steadily where it begins or ends at 0.

    Loud noise hides from CLIP all that is small, so the layout is settled first and the detail last.
    """

    start: float
    end: float

    def at(self, progress: float) -> float:
        """progress: in [0, 1]."""
        if not (self.start and self.end):
            return self.start + (self.end - self.start) * progress
        return float(self.start * (self.end / self.start) ** progress)


@dataclass(frozen=True, slots=True)
class AugmentParams:
    """The random numbers of V views of one picture in one step, on its device; None for augmentations that are off.

    Attributes:
        placements: (4, V) in [0, 1): size, vertical position, horizontal position, mirroring.
        maps: (V, 3, 3), see `homographies`.
        matrices, offsets: (V, 3, 3) and (V, 1, 3), the linear map of the colours.
        noise: (V, S, S, 3), normal, with the standard deviation of the step.
    """

    placements: Tensor
    maps: Tensor | None
    matrices: Tensor | None
    offsets: Tensor | None
    noise: Tensor | None

    def copy_from(self, other: "AugmentParams") -> None:
        """Copies another's values, of the same shapes, into the present memory."""
        for field in fields(self):
            own, new = getattr(self, field.name), getattr(other, field.name)
            if own is not None:
                own.copy_(new)


@dataclass(frozen=True, slots=True)
class RandomCrops:
    """Random crops of every picture.

    Attributes:
        count: Views of each picture.
        low, high: Smallest and largest side, as a share of the picture's short side.
        noise: Standard deviation of the noise, where white is 1.
        flip: Share of the crops that are mirrored.
        rotation: Largest angle either way, in degrees.
        perspective: Farthest that a corner moves, as a share of the side.
        jitter: How far brightness, contrast and saturation may differ, 0 to 1.
    """

    count: int
    low: LinearSchedule
    high: LinearSchedule
    noise: NoiseSchedule
    flip: float = 0.5
    rotation: float = 0.0
    perspective: float = 0.0
    jitter: float = 0.0

    def __call__(
        self,
        pictures: Tensor,
        seeds: Sequence[int],
        step: int,
        progress: float,
        size: int,
        part: tuple[int, int] | None = None,
    ) -> Tensor:
        """The views for a model of `size` pixels in a step.

        Args:
            pictures: (B, 3, H, W) in [0, 1].
            seeds: B of them; a picture's views depend on its own seed alone.
            step: Of the schedule; every random number follows from the seed and the step.
            progress: Share of the schedule that is done, in [0, 1].
            size: Side of a view in pixels.
            part: Of each picture's views, the first one and the one after the last; None for all.

        Returns:
            (B · views, 3, size, size), in channels-last order.
        """
        of_each = [
            self.apply(picture, self.sample(seed, step, progress, size, picture.device, part), progress, size)
            for picture, seed in zip(pictures, seeds, strict=True)
        ]
        return of_each[0] if len(of_each) == 1 else torch.cat(of_each)

    @property
    def capturable(self) -> bool:
        """Whether a CUDA graph can capture `apply`: not with turned views, whose gradient is sorted, which waits."""
        return not (self.rotation or self.perspective)

    def graph_key(self, progress: float) -> tuple[float, float, bool]:
        """The values in `apply` that depend on the progress and that a captured graph keeps fixed."""
        return self.low.at(progress), self.high.at(progress), self.noise.at(progress) > 0

    def sample(
        self,
        seed: int,
        step: int,
        progress: float,
        size: int,
        device: torch.device,
        part: tuple[int, int] | None = None,
    ) -> AugmentParams:
        """Draws the random numbers of one picture's views in a step; arguments as in `__call__`."""
        selected = slice(*(part or (0, self.count)))
        # On the CPU, so that a GPU run sees the same crops; for all views, so that a part equals its part of the whole.
        placements = torch.rand(4, self.count, generator=generator(_CPU, seed, step, "crops"))
        maps = matrices = offsets = None
        if self.rotation or self.perspective:
            maps = homographies(self.count, self.rotation, self.perspective, generator(_CPU, seed, step, "warp"))
        if self.jitter:
            matrices, offsets = self._tints(seed, step)
        deviation = self.noise.at(progress)
        noise = self._noise(device, seed, step, size, selected, deviation) if deviation else None
        maps, matrices, offsets = (
            None if whole is None else whole[selected].to(device, non_blocking=True)
            for whole in (maps, matrices, offsets)
        )
        return AugmentParams(placements[:, selected].to(device, non_blocking=True), maps, matrices, offsets, noise)

    def apply(self, picture: Tensor, params: AugmentParams, progress: float, size: int) -> Tensor:
        """(3, H, W) to (V, 3, size, size), in channels-last order.

        Uses no random numbers and nothing from the CPU, so that a graph can capture it; but see `capturable`.
        """
        views = self._cropped(picture, params.placements, progress, size)
        if params.maps is not None:
            views = warped(views, params.maps)
        if params.matrices is not None and params.offsets is not None:
            views = torch.baddbmm(params.offsets, views.flatten(1, 2), params.matrices.transpose(1, 2)).view_as(views)
        if params.noise is not None:
            views = views + params.noise
        return views.permute(0, 3, 1, 2)

    def _cropped(self, picture: Tensor, placements: Tensor, progress: float, size: int) -> Tensor:
        """(3, H, W) to (V, size, size, 3)."""
        _, height, width = picture.shape
        short = min(height, width)
        low, high = self.low.at(progress) * short, self.high.at(progress) * short
        side = low + (high - low) * placements[0]
        bounds = (low, high)
        mirrored = side * (1 - 2 * (placements[3] < self.flip).to(side.dtype))
        columns = crop_taps(
            _start(placements[2], side, width), mirrored, width, size, triangle, bounds=bounds, shared=True
        )
        rows = crop_taps(_start(placements[1], side, height), side, height, size, triangle, bounds=bounds, shared=False)
        # Columns first, from the one picture; then each view's own rows.
        narrow = columns(picture.permute(2, 1, 0).reshape(width, height * 3))
        turned = narrow.view(len(side), size, height, 3).transpose(1, 2).reshape(len(side) * height, size * 3)
        return rows(turned).view(len(side), size, size, 3)

    def _tints(self, seed: int, step: int) -> tuple[Tensor, Tensor]:
        """The matrices and offsets of colour jitter, (count, 3, 3) and (count, 1, 3), on the CPU."""
        samples = torch.rand(3, self.count, generator=generator(_CPU, seed, step, "jitter")) * 2 - 1
        contrast, saturation, brightness = self.jitter * samples * torch.tensor([[0.5], [1.0], [0.25]])
        contrast, saturation = (1 + contrast)[:, None, None], (1 + saturation)[:, None, None]
        grey = torch.tensor(LUMA).expand(3, 3)
        matrix = contrast * (saturation * torch.eye(3) + (1 - saturation) * grey)
        return matrix, (1 - contrast) * 0.5 + brightness[:, None, None]

    def _noise(
        self, device: torch.device, seed: int, step: int, size: int, selected: slice, deviation: float
    ) -> Tensor:
        first, last = selected.start // GROUP, -(-selected.stop // GROUP)
        halves = [
            torch.randn(
                min(GROUP // 2, -(-(self.count - index * GROUP) // 2)),
                size,
                size,
                3,
                generator=generator(device, seed, step, f"noise {index} of {size}"),
                device=device,
            ).mul_(deviation)
            for index in range(first, last)
        ]
        # Antithetic: each is also used with the opposite sign, which halves the draws and cancels in the mean.
        noise = torch.cat([signed for half in halves for signed in (half, -half)])
        return noise[selected.start - first * GROUP : selected.stop - first * GROUP]


def _start(draw: Tensor, side: Tensor, size: int) -> Tensor:
    """The first pixel of crops along an axis, for draws in [0, 1)."""
    room = size - side
    return torch.minimum((draw * (room + 2 * OVERHANG * side) - OVERHANG * side).clamp_min(0), room)
