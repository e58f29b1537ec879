"""How far a picture's batch statistics in a network are from those of the training pictures.

A batch normalisation stores the mean and the deviation of each of its channels over the training pictures. A picture
whose channels have the same ones has the contrast, the colours and the outlines of a photograph, where guidance
alone ends in burnt texture (Yin et al., "Dreaming to Distill: Data-free Knowledge Transfer via DeepInversion", 2020).
There a batch of pictures is compared; here it is each view alone, so that views can be processed a few at a time.

Networks without batch normalisation, such as transformers, have no such statistics.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor, nn

_SMALL = 1e-3
"""A deviation below it is that of a dead channel, in units of which nothing should be measured."""


@dataclass(frozen=True, slots=True)
class BatchStatistics:
    """What one normalisation has stored of its output.

    Attributes:
        name: Of the module.
        mean, deviation: (C) over the training pictures, float32.
    """

    name: str
    mean: Tensor
    deviation: Tensor


@torch.no_grad()
def batch_statistics(network: nn.Module) -> tuple[BatchStatistics, ...]:
    """Of all normalisations that do not also activate; in a mobile network, those where it is narrow."""
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
    """The outputs, (V, C, H, W), of the modules that the statistics are of, as the network is used."""
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
    """(V): the mean square of how far each channel's mean and deviation are off, in units of the training deviation.

    Args:
        outputs: (V, C, H, W) each, in the order of the statistics, which is that of the network's use.
        statistics: At least one.
    """
    losses = []
    for output, statistic in zip(outputs, statistics, strict=True):
        variance, mean = torch.var_mean(output.float(), dim=(2, 3), correction=0)
        off = (mean - statistic.mean) / statistic.deviation
        wide = (variance + _SMALL**2).sqrt() / statistic.deviation - 1
        losses.append((off.square() + wide.square()).mean(dim=1))
    return torch.stack(losses).mean(dim=0)
