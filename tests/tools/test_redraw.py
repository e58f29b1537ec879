"""Making the network that draws pictures anew, on a network that is small and untrained."""

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor

import guidance.canvas.redraw
from guidance.canvas.redraw import SuperResolution, redrawn
from tools.pocket.building import redraw as building


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> SuperResolution:
    """The network of which some blocks are kept."""
    torch.manual_seed(0)
    monkeypatch.setattr(building, "KEPT", (0, 2))
    network = SuperResolution(3).requires_grad_(False)
    monkeypatch.setattr(building, "large_network", lambda: network)
    return network


def test_a_shortened_network_learns_the_answers_of_the_whole_one(
    large: SuperResolution, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(building, "RATE", 1e-3)
    monkeypatch.setattr(building, "HELD_OUT", 4)
    small = torch.rand(16, 3, building.PART, building.PART)
    answers = large(small).clamp(0, 1)
    lines: list[str] = []
    learnt = building.train((255 * small).byte(), (255 * answers).byte(), 12, lines.append)
    before, after = (distance(network, small, answers) for network in (building.shortened(large), learnt))
    assert after < 0.8 * before
    assert lines[0].startswith("before: ")


def test_what_is_stored_draws_as_what_was_learnt(
    large: SuperResolution, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("redraw") / "redraw.safetensors"
    save_file(building.stored(large), path)
    monkeypatch.setattr(guidance.canvas.redraw, "WEIGHTS", path)
    monkeypatch.setattr(guidance.canvas.redraw, "BLOCKS", 3)
    guidance.canvas.redraw._network.cache_clear()
    images = torch.rand(1, 3, 256, 256)
    small = torch.nn.functional.interpolate(images, (64, 64), mode="area")
    try:
        assert (redrawn(images) - large(small).clamp(0, 1)).abs().max() < 0.01
    finally:
        guidance.canvas.redraw._network.cache_clear()


def distance(network: SuperResolution, small: Tensor, answers: Tensor) -> float:
    """The mean difference of a network's answers from others."""
    with torch.no_grad():
        return float((network(small).clamp(0, 1) - answers).abs().mean())
