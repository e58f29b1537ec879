"""Making the network that draws pictures anew, on a network that is small and untrained."""

from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor
from torch.nn.functional import interpolate

from guidance.canvas import redraw as drawing
from guidance.canvas.redraw import SuperResolution
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
    large: SuperResolution, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    # All answers in [0, 1], and far apart.
    state = large.state_dict()
    state["last.1.weight"].mul_(30)
    state["last.1.bias"].fill_(0.5)
    save_file(building.stored(large), tmp_path / "redraw.safetensors")
    monkeypatch.setattr(drawing, "WEIGHTS", tmp_path / "redraw.safetensors")
    monkeypatch.setattr(drawing, "BLOCKS", 3)
    monkeypatch.setattr(drawing, "_network", drawing._network.__wrapped__)
    images = torch.rand(1, 3, 64, 64)
    answers = interpolate(large(images).clamp(0, 1), (64, 64), mode="area")
    assert answers.std() > 0.1
    assert (drawing.redrawn(images) - answers).abs().max() < 0.03


def distance(network: SuperResolution, small: Tensor, answers: Tensor) -> float:
    """The mean difference of a network's answers from others."""
    with torch.no_grad():
        return float((network(small) - answers).abs().mean())
