"""Familiarity: photographs are less strange to a network than what photographs never are."""

from dataclasses import replace

import pytest
import torch
from torch import nn

from guidance.familiarity import heard, noted, strangeness
from guidance.folding import folded
from guidance.loop import Result, render
from guidance.model import ClipModel
from guidance.perceptor import Perceptor
from guidance.request import Request
from guidance.tensor import to_tensor
from tests.guidance.pictures import photograph
from tests.guidance.requests import small


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
    picture = torch.rand(1, 3, 64, 64)
    network = taught(picture)
    own, darker, flat = strange(network, torch.cat([picture, picture * 0.5, torch.full_like(picture, 0.5)])).tolist()
    assert own == pytest.approx(0, abs=1e-2)
    assert min(darker, flat) > 0.2


def test_each_view_is_as_strange_alone_as_among_others() -> None:
    pictures = torch.rand(3, 3, 32, 32)
    network = taught(pictures)
    alone = torch.cat([strange(network, picture[None]) for picture in pictures])
    assert torch.allclose(strange(network, pictures), alone, atol=1e-5)


def test_a_folded_network_finds_the_same_strange() -> None:
    pictures = torch.rand(2, 3, 32, 32)
    network = taught(pictures * 0.7)
    notes = noted(network)
    lighter = folded(network, pictures)
    assert not noted(lighter)
    with heard(lighter, notes) as outputs:
        lighter(pictures)
    assert torch.allclose(strangeness(outputs, notes), strange(network, pictures), rtol=1e-3)


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
    noise = torch.rand(1, 3, 224, 224, generator=torch.Generator().manual_seed(0))
    photo = to_tensor(photograph(224, 224), 224, 224)[None]
    shown, noisy, wall = strange_to(pocket, torch.cat([photo, noise, torch.full_like(noise, 0.5)]))
    assert shown < 0.7 * min(noisy, wall)


def test_its_weight_makes_pictures_less_strange(pocket: ClipModel) -> None:
    def of(weight: float) -> float:
        request = small("volcano", steps=24, width=128, height=128, noise=0.0, noise_end=0.0, familiarity=weight)
        *_, result = render(request, pocket)
        assert isinstance(result, Result)
        return strange_to(pocket, to_tensor(result.image, 224, 224)[None])[0]

    assert of(10.0) < 0.8 * of(0.0)


def test_nothing_is_strange_to_a_network_without_normalisations(tiny: Perceptor) -> None:
    model = ClipModel("tiny", [tiny], torch.device("cpu"))
    request = Request.resolve("a cat", seed=1, model="pocket", steps=2, width=64, height=64, views=2)
    with_it, without = (
        list(render(replace(request, model="tiny", familiarity=weight), model))[-1] for weight in (1.0, 0.0)
    )
    assert isinstance(with_it, Result)
    assert isinstance(without, Result)
    assert with_it.image.tobytes() == without.image.tobytes()
