"""Untrained networks that run a step in milliseconds, for tests that hold for any network."""

from collections.abc import Mapping
from typing import Any, Final

import open_clip
import torch

from guidance.clip.perceptor import Perceptor

CPU: Final = torch.device("cpu")
QUICK: Final[Mapping[str, Any]] = {"layers": (1, 1, 1, 1), "width": 8, "head_width": 16, "image_size": 64}
"""A residual network with batch normalisations."""
TINY: Final[Mapping[str, Any]] = {"layers": 2, "width": 64, "head_width": 16, "patch_size": 8, "image_size": 32}
"""A vision transformer."""


def untrained(
    name: str,
    vision: Mapping[str, Any],
    mean: float | tuple[float, ...] = (0.5, 0.5, 0.5),
    std: float | tuple[float, ...] = (0.25, 0.25, 0.25),
) -> Perceptor:
    """A network built by open_clip with weights from a fixed seed."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        text = {"layers": 1, "width": 32, "heads": 2}
        network = open_clip.CLIP(embed_dim=48, vision_cfg=dict(vision), text_cfg=text)
    size = vision["image_size"]
    preprocessing = {"size": (size, size) if isinstance(size, int) else size, "mean": mean, "std": std}
    open_clip.set_model_preprocess_cfg(network, preprocessing)
    return Perceptor(name, 1.0, network, open_clip.get_tokenizer("ViT-B-32"), CPU)
