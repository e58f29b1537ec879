"""Familiarity: photographs are less strange to a network than what photographs never are."""

from typing import Any

import pytest
import torch
from torch import nn

from guidance.familiarity import heard, noted, strangeness
from guidance.folding import folded
from guidance.model import ClipModel
from guidance.perceptor import Perceptor
from guidance.run import Run
from guidance.stepper import gradient_of
from guidance.tensor import to_tensor
from tests.guidance.pictures import photograph
from tests.guidance.requests import PLAIN, first_gradient, small, views_of


def noise(count: int, side: int) -> torch.Tensor:
    """(count, 3, side, side), the same every time."""
    return torch.rand(count, 3, side, side, generator=torch.Generator().manual_seed(0))


def taught(pictures: torch.Tensor) -> nn.Module:
    """A small network that has noted how its channels behave for these pictures."""
    torch.manual_seed(0)
    network = nn.Sequential(nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8, momentum=None), nn.ReLU(), nn.Conv2d(8, 4, 1))
    network.append(nn.BatchNorm2d(4, momentum=None))
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.uniform_(module.weight, 0.5, 2.0)
            nn.init.normal_(module.bias)
    network.train()(pictures)
    return network.eval().requires_grad_(False)


def strange(network: nn.Module, pictures: torch.Tensor) -> torch.Tensor:
    notes = noted(network)
    with heard(network, notes) as outputs:
        network(pictures)
    return strangeness(outputs, notes)


def test_what_a_network_was_taught_with_is_not_strange_to_it_and_anything_else_is() -> None:
    picture = noise(1, 64)
    network = taught(picture)
    own, darker, flat = strange(network, torch.cat([picture, picture * 0.5, torch.full_like(picture, 0.5)])).tolist()
    assert own == pytest.approx(0, abs=1e-2)
    assert min(darker, flat) > 0.2


def test_each_view_is_as_strange_alone_as_among_others() -> None:
    pictures = noise(3, 32)
    network = taught(pictures)
    alone = torch.cat([strange(network, picture[None]) for picture in pictures])
    assert torch.allclose(strange(network, pictures), alone, rtol=1e-3, atol=1e-5)


def test_a_folded_network_finds_the_same_strange() -> None:
    pictures = noise(2, 32)
    network = taught(pictures * 0.7)
    notes = noted(network)
    lighter = folded(network, pictures)
    assert not noted(lighter)
    with heard(lighter, notes) as outputs:
        lighter(pictures)
    assert torch.allclose(strangeness(outputs, notes), strange(network, pictures), rtol=1e-2)


def strange_to(model: ClipModel, views: torch.Tensor) -> list[float]:
    """How strange each view is to a model, as a run is told."""
    found: list[torch.Tensor] = []

    def objective(embeddings: torch.Tensor, strange: torch.Tensor) -> torch.Tensor:
        found.append(strange.detach())
        return strange.sum() + 0 * embeddings.sum()

    model.perceptors[0].gradient(views, objective, familiar=True)
    told: list[float] = found[0].tolist()
    return told


def test_a_photograph_is_less_strange_to_pocket_than_noise_or_a_wall(pocket: ClipModel) -> None:
    photo = to_tensor(photograph(224, 224), 224, 224)[None]
    shown, noisy, wall = strange_to(pocket, torch.cat([photo, noise(1, 224), torch.full_like(photo, 0.5)]))
    assert shown < 0.7 * min(noisy, wall)


def test_its_weight_makes_a_small_step_lead_to_what_is_less_strange(pocket: ClipModel) -> None:
    def before_and_after(weight: float) -> tuple[float, float]:
        size: dict[str, Any] = {"width": 128, "height": 128, "noise": 0.0, "noise_end": 0.0, "learning_rate": 0.003}
        run = Run(small(**PLAIN | {"familiarity": weight} | size), pocket)
        before = sum(strange_to(pocket, views_of(run, 224)))
        run.apply(*gradient_of(run, pocket, 2))
        return before, sum(strange_to(pocket, views_of(run, 224)))

    before, after = before_and_after(1000.0)
    assert after < 0.97 * before  # measured: 0.92
    assert after < before_and_after(0.0)[1]


def test_nothing_is_strange_to_a_network_without_normalisations(tiny: Perceptor) -> None:
    model = ClipModel("tiny", [tiny], torch.device("cpu"))
    with_it, without = (first_gradient(small(model="tiny", familiarity=weight), model) for weight in (1.0, 0.0))
    assert torch.equal(with_it, without)
