"""The loss of batch statistics: low for photographs, high for other pictures."""

from typing import Any

import pytest
import torch
from torch import nn

from guidance.clip.batch_statistics import batch_statistics, module_outputs, statistics_loss
from guidance.clip.bn_fusion import fuse_batch_norms
from guidance.clip.model import ClipModel
from guidance.clip.perceptor import Perceptor
from guidance.io.tensor import to_tensor
from guidance.optimize.gradient import gradient_of
from guidance.optimize.run import Run
from tests.guidance.pictures import photograph
from tests.guidance.requests import PLAIN, first_gradient, small, views_of


def noise(count: int, side: int) -> torch.Tensor:
    """(count, 3, side, side), the same at every call."""
    return torch.rand(count, 3, side, side, generator=torch.Generator().manual_seed(0))


def trained_on(pictures: torch.Tensor) -> nn.Module:
    """A small network with the batch statistics of these pictures."""
    torch.manual_seed(0)
    network = nn.Sequential(nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8, momentum=None), nn.ReLU(), nn.Conv2d(8, 4, 1))
    network.append(nn.BatchNorm2d(4, momentum=None))
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.uniform_(module.weight, 0.5, 2.0)
            nn.init.normal_(module.bias)
    network.train()(pictures)
    return network.eval().requires_grad_(False)


def loss_of(network: nn.Module, pictures: torch.Tensor) -> torch.Tensor:
    statistics = batch_statistics(network)
    with module_outputs(network, statistics) as outputs:
        network(pictures)
    return statistics_loss(outputs, statistics)


def test_the_loss_is_low_for_the_training_pictures_and_high_for_others() -> None:
    picture = noise(1, 64)
    network = trained_on(picture)
    own, darker, flat = loss_of(network, torch.cat([picture, picture * 0.5, torch.full_like(picture, 0.5)])).tolist()
    assert own == pytest.approx(0, abs=1e-2)
    assert min(darker, flat) > 0.2


def test_a_view_has_the_same_loss_alone_and_among_others() -> None:
    pictures = noise(3, 32)
    network = trained_on(pictures)
    alone = torch.cat([loss_of(network, picture[None]) for picture in pictures])
    assert torch.allclose(loss_of(network, pictures), alone, rtol=1e-3, atol=1e-5)


def test_a_fused_network_has_the_same_loss() -> None:
    pictures = noise(2, 32)
    network = trained_on(pictures * 0.7)
    statistics = batch_statistics(network)
    fused = fuse_batch_norms(network, pictures)
    assert not batch_statistics(fused)
    with module_outputs(fused, statistics) as outputs:
        fused(pictures)
    assert torch.allclose(statistics_loss(outputs, statistics), loss_of(network, pictures), rtol=1e-2)


def statistics_loss_of(model: ClipModel, views: torch.Tensor) -> list[float]:
    """The loss of each view, as `Perceptor.gradient` passes it to the objective."""
    losses: list[torch.Tensor] = []

    def objective(embeddings: torch.Tensor, loss: torch.Tensor) -> torch.Tensor:
        losses.append(loss.detach())
        return loss.sum() + 0 * embeddings.sum()

    model.perceptors[0].gradient(views, objective, with_statistics=True)
    values: list[float] = losses[0].tolist()
    return values


def test_a_photograph_has_a_lower_loss_with_pocket_than_noise_or_a_wall(pocket: ClipModel) -> None:
    photo = to_tensor(photograph(224, 224), 224, 224)[None]
    shown, noisy, wall = statistics_loss_of(pocket, torch.cat([photo, noise(1, 224), torch.full_like(photo, 0.5)]))
    assert shown < 0.7 * min(noisy, wall)


def test_familiarity_makes_a_small_step_lower_the_loss(pocket: ClipModel) -> None:
    def before_and_after(weight: float) -> tuple[float, float]:
        size: dict[str, Any] = {"width": 128, "height": 128, "noise": 0.0, "noise_end": 0.0, "learning_rate": 0.003}
        run = Run(small(**PLAIN | {"familiarity": weight} | size), pocket)
        before = sum(statistics_loss_of(pocket, views_of(run, 224)))
        step = run.begin_step()
        step.apply(*gradient_of(step, pocket, 2))
        return before, sum(statistics_loss_of(pocket, views_of(run, 224)))

    before, after = before_and_after(1000.0)
    assert after < 0.97 * before  # measured: 0.92
    assert after < before_and_after(0.0)[1]


def test_without_batch_normalisations_the_weight_changes_nothing(tiny: Perceptor) -> None:
    model = ClipModel("tiny", [tiny], torch.device("cpu"))
    with_it, without = (first_gradient(small(model="tiny", familiarity=weight), model) for weight in (1.0, 0.0))
    assert torch.equal(with_it, without)
