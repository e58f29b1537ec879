"""The real pocket model, loaded once."""

from collections.abc import Iterator

import pytest
import torch

from guidance.model import ClipModel


@pytest.fixture(scope="session")
def pocket() -> Iterator[ClipModel]:
    """On the CPU."""
    yield ClipModel.load("pocket", "cpu")
    torch.set_num_threads(2)
