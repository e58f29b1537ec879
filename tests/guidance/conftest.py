"""The real pocket model, loaded once, and a second one, untrained and of another size."""

from collections.abc import Iterator

import open_clip
import pytest
import torch

from guidance.model import ClipModel
from guidance.perceptor import Perceptor


@pytest.fixture(scope="session")
def pocket() -> Iterator[ClipModel]:
    """On the CPU."""
    yield ClipModel.load("pocket", "cpu")
    torch.set_num_threads(2)


@pytest.fixture(scope="session")
def tiny() -> Perceptor:
    """A vision transformer of two blocks that sees 32 pixels, as open_clip builds it, with weights from a seed."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        network = open_clip.CLIP(
            embed_dim=48,
            vision_cfg={"layers": 2, "width": 64, "head_width": 16, "patch_size": 8, "image_size": 32},
            text_cfg={"layers": 1, "width": 32, "heads": 2},
        )
    preprocessing = {"size": (32, 32), "mean": (0.5, 0.5, 0.5), "std": (0.25, 0.25, 0.25)}
    open_clip.set_model_preprocess_cfg(network, preprocessing)
    return Perceptor("tiny", 1.0, network, open_clip.get_tokenizer("ViT-B-32"), torch.device("cpu"))


@pytest.fixture(scope="session")
def pair(pocket: ClipModel, tiny: Perceptor) -> ClipModel:
    """Both together."""
    return ClipModel("pocket + tiny", [*pocket.perceptors, tiny], pocket.device)
