"""The optimizers: Adam, and Adam with one step size for each layer."""

import pytest
import torch
from torch import Tensor, nn

from guidance.optimize.optimizer import LayerAdam, make_optimizer

CPU = torch.device("cpu")


def moved(locality: float, gradients: list[Tensor], rate: float = 0.1, *, capturable: bool = False) -> Tensor:
    """The value of a parameter that starts at 0, after these gradients."""
    parameter = nn.Parameter(torch.zeros_like(gradients[0]))
    optimizer = make_optimizer([parameter], rate, locality, CPU, capturable=capturable)
    for gradient in gradients:
        parameter.grad = gradient.clone()
        optimizer.step()
    return parameter.detach()


def random_gradients(*shape: int) -> list[Tensor]:
    """Gradients of six steps, of very different sizes."""
    source = torch.Generator().manual_seed(0)
    sizes = 10 ** torch.randn(shape, generator=source)
    return [sizes * torch.randn(shape, generator=source) for _ in range(6)]


@pytest.mark.parametrize("capturable", [False, True])
def test_with_a_locality_of_1_it_is_adam(capturable: bool) -> None:
    gradients = random_gradients(1, 3, 8, 8)
    parameter = nn.Parameter(torch.zeros(1, 3, 8, 8))
    ours = LayerAdam([parameter], 0.1, 1.0)
    for gradient in gradients:
        parameter.grad = gradient
        ours.step()
    assert torch.allclose(parameter.detach(), moved(1.0, gradients, capturable=capturable), atol=1e-5)


def test_with_a_locality_of_0_each_place_moves_in_proportion_to_its_gradient() -> None:
    gradient = torch.tensor([4.0, 3.0, 0.0, 0.04]).view(1, 1, 2, 2)
    places = moved(0.0, [gradient] * 4).flatten()
    assert torch.allclose(places / places[0], torch.tensor([1.0, 0.75, 0.0, 0.01]), atol=1e-4)
    adam = moved(1.0, [gradient] * 4).flatten()
    assert float(adam[3] / adam[0]) == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize("locality", [0.0, 0.3, 1.0])
def test_a_layer_moves_by_about_the_rate_whatever_the_size_of_its_gradients(locality: float) -> None:
    gradients = [torch.randn(1, 1, 16, 16, generator=torch.Generator().manual_seed(1))] * 5
    for size in (1e-4, 1.0, 1e4):
        places = moved(locality, [size * gradient for gradient in gradients])
        assert float(places.square().mean().sqrt()) == pytest.approx(0.5, rel=0.1)


@pytest.mark.parametrize("locality", [0.0, 0.5])
def test_pictures_and_channels_of_a_batch_move_as_if_alone(locality: float) -> None:
    gradients = random_gradients(2, 3, 4, 4)
    together = moved(locality, gradients)
    for item in range(2):
        for channel in range(3):
            alone = [gradient[item : item + 1, channel : channel + 1] for gradient in gradients]
            assert torch.allclose(together[item, channel], moved(locality, alone)[0, 0], atol=1e-6)


@pytest.mark.parametrize("locality", [0.0, 0.5])
def test_a_masked_part_does_not_change_how_the_rest_moves(locality: float) -> None:
    gradients = random_gradients(1, 3, 4, 4)
    masked = [torch.cat([gradient, torch.zeros(1, 3, 60, 4)], dim=2) for gradient in gradients]
    places = moved(locality, masked)
    assert torch.allclose(places[:, :, :4], moved(locality, gradients), atol=1e-6)
    assert not places[:, :, 4:].any()
