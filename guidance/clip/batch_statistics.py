"""The distance between a picture's batch statistics in a network and those of the training pictures.

A batch normalisation stores the mean and the standard deviation of each of its channels over the training pictures. A
picture with the same values has the contrast, colours and outlines of a photograph; guidance without this loss gives
oversaturated texture (Yin et al., "Dreaming to Distill: Data-free Knowledge Transfer via DeepInversion", 2020). The
paper compares a whole batch; here each view is compared alone, so that views can be processed in microbatches.

Networks without batch normalisation, such as transformers, have no such statistics.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor, nn

_SMALL = 1e-3
"""Least deviation. A channel with a smaller one is constant, and dividing by its deviation would blow up the loss."""


@dataclass(frozen=True, slots=True)
class BatchStatistics:
    """The statistics of one batch normalisation's output.

    Attributes:
        name: The module's name in the network.
        mean, deviation: (C) over the training pictures, float32.
    """

    name: str
    mean: Tensor
    deviation: Tensor


@torch.no_grad()
def batch_statistics(network: nn.Module) -> tuple[BatchStatistics, ...]:
    """The statistics of all batch normalisations without an activation, in the order of `named_modules`.

    In a mobile network these are the narrow layers at the end of each block.
    """
    found = []
    for name, module in network.named_modules():
        if not isinstance(module, nn.BatchNorm2d) or module.running_mean is None or module.running_var is None:
            continue
        if isinstance(getattr(module, "act", nn.Identity()), nn.Identity):
            deviation = module.weight.abs() * (module.running_var / (module.running_var + module.eps)).sqrt()
            found.append(BatchStatistics(name, module.bias.detach().clone(), deviation.clamp_min(_SMALL)))
    return tuple(found)


@contextmanager
def module_outputs(network: nn.Module, statistics: Sequence[BatchStatistics]) -> Iterator[list[Tensor]]:
    """A list to which each forward pass adds the outputs, (V, C, H, W), of the modules that `statistics` name."""
    outputs: list[Tensor] = []

    def keep(_: nn.Module, __: tuple[Tensor, ...], output: Tensor) -> None:
        outputs.append(output)

    hooks = [network.get_submodule(statistic.name).register_forward_hook(keep) for statistic in statistics]
    try:
        yield outputs
    finally:
        for hook in hooks:
            hook.remove()


def statistics_loss(outputs: Sequence[Tensor], statistics: Sequence[BatchStatistics]) -> Tensor:
    """(V): the mean squared error of each channel's mean and deviation, in units of the training deviation.

    Args:
        outputs: (V, C, H, W) each, in the order of `statistics`.
        statistics: At least one.
    """
    losses = []
    for output, statistic in zip(outputs, statistics, strict=True):
        variance, mean = torch.var_mean(output.float(), dim=(2, 3), correction=0)
        mean_error = (mean - statistic.mean) / statistic.deviation
        deviation_error = (variance + _SMALL**2).sqrt() / statistic.deviation - 1
        losses.append((mean_error.square() + deviation_error.square()).mean(dim=1))
    return torch.stack(losses).mean(dim=0)
