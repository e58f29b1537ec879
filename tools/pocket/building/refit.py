"""Refits a rewired network: block by block, the last linear layer is fitted to what the original network wrote.

Ridge regression from the block's own hidden units, on pictures, so that each block also corrects what reaches it wrong
from those before. What is carried stays exactly as it is. Afterwards the normalisations get their statistics of
photographs back, which `rewire` folded away and `guidance.clip.batch_statistics` needs.
"""

from collections.abc import Sequence
from typing import Any, Final

import torch
from torch import Tensor, nn

from guidance.clip.batch_statistics import batch_statistics, module_outputs
from tools.pocket.building.rewire import Room, pointwise, put

PLACES: Final = 30_000
"""That each regression looks at."""
RIDGE: Final = 1e-2
PART: Final = 32


@torch.no_grad()
def refit(trunk: Any, untouched: Any, rooms: Sequence[Room], pictures: Tensor) -> None:
    """Changes the rewired network in place.

    Args:
        trunk: As `rewire` left it.
        untouched: The same network before.
        rooms: Of `rewire`, one for each stage.
        pictures: (N, 3, 224, 224) in [-1, 1].
    """
    ours, theirs = (_through(_stem(network), pictures) for network in (trunk, untouched))
    for stage, before, room in zip(trunk.blocks, untouched.blocks, rooms, strict=True):
        for block, old in zip(stage, before, strict=True):
            # The first block is one of depthwise and pointwise only; its names differ.
            last, shift = (block.conv_pwl, block.bn3) if hasattr(block, "conv_pwl") else (block.conv_pw, block.bn2)
            hidden = _hidden(block, last, ours)
            theirs = _through(old, theirs)
            wanted = _places(theirs, len(theirs)) @ room.keep.T
            if block.has_skip:
                passed = _places(ours, len(ours))
                wanted -= passed - passed @ room.basis @ room.basis.T
            _fit(last, shift.bias, hidden, wanted, room.basis)
            ours = _through(block, ours)


@torch.no_grad()
def restore_statistics(trunk: Any, untouched: Any, pictures: Tensor) -> None:
    """Sets a network's batch statistics to what they would be had it been trained as it is now.

    These are the untouched network's, moved by as much as the outputs for the pictures differ. The network's output
    stays as it is.
    """
    statistics = batch_statistics(untouched)
    (mean, deviation), (old_mean, old_deviation) = (_moments(network, pictures) for network in (trunk, untouched))
    for index, statistic in enumerate(statistics):
        normalisation = trunk.get_submodule(statistic.name)
        ratio = deviation[index] / old_deviation[index].clamp_min(1e-6)
        normalisation.running_var.copy_((statistic.deviation * ratio).clamp(1e-2, 1e2).square())
        normalisation.weight.copy_((normalisation.running_var + normalisation.eps).sqrt())
        expected = statistic.mean + mean[index] - old_mean[index]
        normalisation.running_mean.copy_(expected - normalisation.bias)
        normalisation.bias.copy_(expected)


def _moments(network: Any, pictures: Tensor) -> tuple[list[Tensor], list[Tensor]]:
    """Means and deviations, (C) each, of the outputs of the modules of `batch_statistics` over the pictures."""
    parts = torch.split(pictures, PART)
    statistics = batch_statistics(network)
    sums: list[list[Tensor]] = [[] for _ in statistics]
    for part in parts:
        with module_outputs(network, statistics) as outputs:
            network(part)
        for found, output in zip(sums, outputs, strict=True):
            places = output.permute(1, 0, 2, 3).flatten(1).double()
            found.append(torch.stack([places.mean(1), places.square().mean(1)]))
    moments = [torch.stack(found).mean(0) for found in sums]  # all parts are alike, but for the last's length
    return [first for first, _ in moments], [(second - first.square()).clamp_min(0).sqrt() for first, second in moments]


def _fit(last: nn.Conv2d, shift: Tensor, hidden: Tensor, wanted: Tensor, basis: Tensor) -> None:
    """Brings what a convolution writes beside the room nearest to what is wanted, from (places, units)."""
    weights, constant = pointwise(last), shift.double()
    own, own_constant = weights - basis @ basis.T @ weights, constant - basis @ basis.T @ constant
    lacking = wanted - hidden @ own.T - own_constant
    known = hidden - hidden.mean(0)
    gram = known.T @ known
    gram += RIDGE * gram.trace() / len(gram) * torch.eye(len(gram))
    more = torch.linalg.solve(gram, known.T @ (lacking - lacking.mean(0)))
    put(last, weights + more.T)
    shift.copy_(constant + lacking.mean(0) - hidden.mean(0) @ more)


def _stem(network: Any) -> nn.Module:
    return nn.Sequential(network.conv_stem, network.bn1)


def _through(module: nn.Module, inputs: Tensor) -> Tensor:
    """(N, ...) all inputs through a module, some at a time."""
    return torch.cat([module(part) for part in torch.split(inputs, PART)])


def _hidden(block: nn.Module, last: nn.Module, inputs: Tensor) -> Tensor:
    """(places, channels) of what goes into a block's last convolution."""
    found: list[Tensor] = []

    def keep(_: nn.Module, given: tuple[Tensor, ...]) -> None:
        found.append(_places(given[0], len(inputs)))

    hook = last.register_forward_pre_hook(keep)
    _through(block, inputs)
    hook.remove()
    return torch.cat(found)


def _places(grid: Tensor, count: int) -> Tensor:
    """(places, channels) of some of `count` pictures: as many of each as make PLACES of all."""
    places = grid.permute(0, 2, 3, 1).flatten(1, 2)
    return places[:, :: max(1, places.shape[1] * count // PLACES)].flatten(0, 1).double()
