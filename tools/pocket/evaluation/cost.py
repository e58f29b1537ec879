"""The cost of the pocket CLIP: size on disk, and time."""

import statistics
import time
from pathlib import Path
from typing import Final

import torch

from guidance.clip.model import ClipModel
from tools.pocket.evaluation.criterion import Criterion

VIEWS: Final = 8
ROUNDS: Final = 15


def cost(folder: Path) -> list[Criterion]:
    """Size in megabytes of 10⁶ bytes, seconds to load, and seconds for one forward and backward pass."""
    size = sum(path.stat().st_size for path in folder.iterdir()) / 1e6
    began = time.monotonic()
    perceptor = ClipModel.load("pocket", "cpu").perceptors[0]
    loaded = time.monotonic() - began
    views = torch.rand(VIEWS, 3, perceptor.image_size, perceptor.image_size, generator=torch.Generator().manual_seed(0))
    target = perceptor.encode_text(["a lighthouse"])[0]
    taken = []
    for _ in range(ROUNDS):
        began = time.monotonic()
        perceptor.gradient(views, lambda embeddings: -(embeddings @ target).mean())
        taken.append(time.monotonic() - began)
    return [
        Criterion.limit("on disk", size, 40, "MB"),
        Criterion.limit("to load, after imports", loaded, 2, "s"),
        Criterion.limit(f"{VIEWS} views, forward and backward (median)", statistics.median(taken), 0.45, "s"),
    ]
