"""Models that are loaded once: pocket, and two untrained ones that make a step in milliseconds."""

import os
from collections.abc import Iterator

import pytest
import torch

from guidance.clip.model import ClipModel
from guidance.clip.perceptor import Perceptor
from tests.guidance.untrained import CPU, QUICK, TINY, untrained

set_num_threads = torch.set_num_threads
THREADS = int(os.environ["OMP_NUM_THREADS"])


@pytest.fixture(scope="session", autouse=True)
def threads() -> Iterator[None]:
    """torch uses OMP_NUM_THREADS threads instead of one for each core, as `prepare` would set."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(torch, "set_num_threads", lambda _: set_num_threads(THREADS))
        set_num_threads(THREADS)
        yield


@pytest.fixture
def threads_as_shipped(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """torch uses the number of threads that `prepare` sets, as outside the tests."""
    with monkeypatch.context() as patch:
        patch.setattr(torch, "set_num_threads", set_num_threads)
        yield
    set_num_threads(THREADS)


@pytest.fixture(scope="session")
def pocket() -> ClipModel:
    """The real one, on the CPU: for what needs a network that knows something."""
    model = ClipModel.load("pocket", "cpu")
    assert torch.get_num_threads() == THREADS
    return model


@pytest.fixture(scope="session")
def quick() -> ClipModel:
    """For what holds for any network: a residual network with batch normalisations that sees 64 pixels.

    It has the name "pocket", so that requests have pocket's defaults.
    """
    return ClipModel("pocket", [untrained("quick", QUICK)], CPU)


@pytest.fixture(scope="session")
def tiny() -> Perceptor:
    """A vision transformer of two blocks that sees 32 pixels."""
    return untrained("tiny", TINY)


@pytest.fixture(scope="session")
def pair(quick: ClipModel, tiny: Perceptor) -> ClipModel:
    """The two untrained ones together."""
    return ClipModel("pocket + tiny", [*quick.perceptors, tiny], CPU)
