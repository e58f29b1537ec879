"""Fuses the batch normalisations of a frozen network with the convolutions before them.

A frozen batch normalisation is a scale and a shift of each channel, so the convolution can do it at no cost (Jacob et
al., "Quantization and Training of Neural Networks for Efficient Integer-Arithmetic-Only Inference", 2018, section 3.2).
In a small network it is a fifth of the time of a forward and a backward pass, and the largest part of its memory.
"""

import copy
from collections.abc import Iterator
from typing import Final

import torch
from timm.layers.conv2d_same import Conv2dSame
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_weights

PLAIN: Final = (nn.Conv2d, Conv2dSame)
"""Convolutions that use their weights as they are; others standardise them first."""
SAME: Final = 0.9999
"""Cosine of what a network says before and after; float32 keeps some more nines than these."""


@torch.no_grad()
def fuse_batch_norms(network: nn.Module, example: Tensor) -> nn.Module:
    """The network without the normalisations that could be fused; itself where there are none.

    Args:
        network: In evaluation mode, frozen, in float32.
        example: A batch that it takes; one forward pass shows which normalisation follows which convolution.
    """
    if not any(isinstance(module, nn.BatchNorm2d) for module in network.modules()):
        return network
    lighter = copy.deepcopy(network)
    _fuse(lighter, example)
    # A convolution whose output is also used elsewhere cannot be told from outside; then the answers differ.
    cosine = torch.cosine_similarity(network(example).flatten(), lighter(example).flatten(), dim=0)
    return lighter if cosine > SAME else network


def _fuse(network: nn.Module, example: Tensor) -> None:
    names = {module: name for name, module in network.named_modules()}
    for convolution, normalisation in _pairs(network, example):
        mean, variance = normalisation.running_mean, normalisation.running_var
        if mean is None or variance is None:  # it takes those of each batch
            continue
        weight, bias = fuse_conv_bn_weights(
            convolution.weight,
            convolution.bias,
            mean,
            variance,
            normalisation.eps,
            normalisation.weight,
            normalisation.bias,
        )
        convolution.weight, convolution.bias = weight.requires_grad_(False), bias.requires_grad_(False)
        owner, _, attribute = names[normalisation].rpartition(".")
        setattr(network.get_submodule(owner), attribute, _rest(normalisation))


def _pairs(network: nn.Module, example: Tensor) -> Iterator[tuple[nn.Conv2d, nn.BatchNorm2d]]:
    """Convolutions whose output goes into a normalisation, each used once in the pass and nowhere else."""
    outputs: dict[int, nn.Conv2d] = {}
    kept: list[Tensor] = []  # an address is not given away again while its tensor lives
    calls: dict[nn.Module, int] = {}
    found: list[tuple[nn.Conv2d, nn.BatchNorm2d]] = []

    def watch(module: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> None:
        calls[module] = calls.get(module, 0) + 1
        if isinstance(module, nn.Conv2d):
            outputs[id(output)] = module
            kept.append(output)
        elif isinstance(module, nn.BatchNorm2d) and id(inputs[0]) in outputs:
            found.append((outputs[id(inputs[0])], module))

    wanted = [module for module in network.modules() if type(module) in PLAIN or isinstance(module, nn.BatchNorm2d)]
    hooks = [module.register_forward_hook(watch) for module in wanted]
    try:
        network(example)
    finally:
        for hook in hooks:
            hook.remove()
    yield from (pair for pair in found if all(calls[module] == 1 for module in pair))


def _rest(normalisation: nn.BatchNorm2d) -> nn.Module:
    """What such a module does besides: timm's also drops and activates."""
    rest = [part for name in ("drop", "act") if isinstance(part := getattr(normalisation, name, None), nn.Module)]
    return nn.Sequential(*rest) if rest else nn.Identity()
