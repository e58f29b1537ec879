"""Fusing batch normalisations does not change a network's output."""

import pytest
import torch
from timm.layers.conv2d_same import Conv2dSame
from timm.layers.norm_act import BatchNormAct2d
from timm.layers.std_conv import StdConv2d
from torch import Tensor, nn

from guidance.clip.bn_fusion import fuse_batch_norms
from guidance.clip.model import ClipModel
from guidance.clip.perceptor import Perceptor
from tests.guidance.untrained import QUICK, untrained
from tools.bench import subjects


def randomized(network: nn.Module) -> nn.Module:
    """Frozen, with random parameters in every normalisation."""
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.uniform_(module.weight, 0.5, 2.0)
            nn.init.normal_(module.bias)
            module.running_mean, module.running_var = torch.randn(len(module.bias)), torch.rand(len(module.bias)) + 0.5
    return network.eval().requires_grad_(False)


def normalisations(network: nn.Module) -> int:
    return sum(isinstance(module, nn.BatchNorm2d) for module in network.modules())


class Forked(nn.Module):
    """Uses its convolution's output twice."""

    def __init__(self) -> None:
        super().__init__()
        self.convolution = nn.Conv2d(3, 4, 3)
        self.normalisation = nn.BatchNorm2d(4)

    def forward(self, batch: Tensor) -> Tensor:
        features: Tensor = self.convolution(batch)
        normal: Tensor = self.normalisation(features)
        return normal - features


@pytest.fixture
def batch() -> Tensor:
    torch.manual_seed(0)
    return torch.rand(2, 3, 32, 32)


def test_a_fused_network_has_the_same_output_and_no_normalisation(batch: Tensor) -> None:
    network = randomized(
        nn.Sequential(
            Conv2dSame(3, 8, 3, stride=2, bias=False),
            BatchNormAct2d(8, act_layer=nn.ReLU6),
            nn.Conv2d(8, 8, 3, groups=8),
            nn.BatchNorm2d(8),
            nn.ReLU(),
        )
    )
    fused = fuse_batch_norms(network, batch)
    assert normalisations(fused) == 0
    assert normalisations(network) == 2
    torch.testing.assert_close(fused(batch), network(batch), rtol=1e-4, atol=1e-5)


def test_only_a_normalisation_with_its_own_plain_convolution_is_fused(batch: Tensor) -> None:
    forked = randomized(Forked())
    assert fuse_batch_norms(forked, batch) is forked
    standardised = randomized(nn.Sequential(StdConv2d(3, 4, 3), nn.BatchNorm2d(4)))
    assert normalisations(fuse_batch_norms(standardised, batch)) == 1
    convolution, normalisation = nn.Conv2d(3, 3, 3), nn.BatchNorm2d(3)
    twice = randomized(nn.Sequential(convolution, normalisation, convolution, nn.BatchNorm2d(3)))
    assert normalisations(fuse_batch_norms(twice, batch)) == 2
    activated = randomized(nn.Sequential(nn.Conv2d(3, 3, 3), nn.ReLU(), nn.BatchNorm2d(3)))
    assert normalisations(fuse_batch_norms(activated, batch)) == 1


def test_a_network_without_normalisations_is_returned_as_it_is(batch: Tensor) -> None:
    plain = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU())
    assert fuse_batch_norms(plain, batch) is plain


def gradient(perceptor: Perceptor) -> Tensor:
    """The gradient towards a phrase, for one view of noise."""
    views = torch.rand(1, 3, perceptor.image_size, perceptor.image_size, generator=torch.Generator().manual_seed(0))
    target = perceptor.encode_text(["a rose"])[0]
    return perceptor.gradient(views, lambda embeddings: -(embeddings @ target).sum())[1].flatten()


def test_pocket_s_gradient_is_that_of_the_unfused_network(pocket: ClipModel) -> None:
    (bare,) = subjects.loaded(["pocket"], "cpu", bare=True).perceptors
    (ours,) = pocket.perceptors
    assert normalisations(bare.network) > 0 == normalisations(ours.network)
    # Noise crosses the most kinks of the activations.
    assert torch.cosine_similarity(gradient(bare), gradient(ours), dim=0) > 0.999


def test_a_residual_network_s_gradient_is_that_of_the_unfused_network(
    quick: ClipModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("guidance.clip.perceptor.fuse_batch_norms", lambda network, _: network)
    bare, (ours,) = untrained("quick", QUICK), quick.perceptors
    assert normalisations(bare.network) > 0 == normalisations(ours.network)
    assert torch.cosine_similarity(gradient(bare), gradient(ours), dim=0) > 0.999
