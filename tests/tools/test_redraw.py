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


def test_a_shortened_network_learns_the_answers(large: SuperResolution, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"RATE": 1e-2, "HELD_OUT": 4, "BATCH": 4, "PART": 16, "CROP": 16}.items():
        monkeypatch.setattr(building, name, value)
    small = torch.rand(12, 3, 16, 16)
    answers = large(small) + 0.3
    lines: list[str] = []
    learnt = building.train((255 * small).byte(), (255 * answers).byte(), 20, lines.append)
    before, after = (distance(network, small, answers) for network in (building.shortened(large), learnt))
    assert after < 0.5 * before
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
        return float((network(small) - answers).abs().mean())
