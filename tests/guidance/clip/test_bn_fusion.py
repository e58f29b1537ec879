"""Fusing normalisations makes a network lighter and changes nothing that it says."""

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


def lively(network: nn.Module) -> nn.Module:
    """Frozen, with normalisations that do something."""
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.uniform_(module.weight, 0.5, 2.0)
            nn.init.normal_(module.bias)
            module.running_mean, module.running_var = torch.randn(len(module.bias)), torch.rand(len(module.bias)) + 0.5
    return network.eval().requires_grad_(False)


def normalisations(network: nn.Module) -> int:
    return sum(isinstance(module, nn.BatchNorm2d) for module in network.modules())


class Forked(nn.Module):
    """Its convolution's output goes two ways."""

    def __init__(self) -> None:
        super().__init__()
        self.convolution = nn.Conv2d(3, 4, 3)
        self.normalisation = nn.BatchNorm2d(4)

    def forward(self, batch: Tensor) -> Tensor:
        found: Tensor = self.convolution(batch)
        normal: Tensor = self.normalisation(found)
        return normal - found


@pytest.fixture
def batch() -> Tensor:
    torch.manual_seed(0)
    return torch.rand(2, 3, 32, 32)


def test_a_fused_network_says_the_same_and_has_no_normalisation_left(batch: Tensor) -> None:
    network = lively(
        nn.Sequential(
            Conv2dSame(3, 8, 3, stride=2, bias=False),
            BatchNormAct2d(8, act_layer=nn.ReLU6),
            nn.Conv2d(8, 8, 3, groups=8),
            nn.BatchNorm2d(8),
            nn.ReLU(),
        )
    )
    lighter = fuse_batch_norms(network, batch)
    assert normalisations(lighter) == 0
    assert normalisations(network) == 2
    torch.testing.assert_close(lighter(batch), network(batch), rtol=1e-4, atol=1e-5)


def test_a_normalisation_that_no_plain_convolution_feeds_alone_stays(batch: Tensor) -> None:
    forked = lively(Forked())
    assert fuse_batch_norms(forked, batch) is forked
    standardised = lively(nn.Sequential(StdConv2d(3, 4, 3), nn.BatchNorm2d(4)))
    assert normalisations(fuse_batch_norms(standardised, batch)) == 1
    convolution, normalisation = nn.Conv2d(3, 3, 3), nn.BatchNorm2d(3)
    twice = lively(nn.Sequential(convolution, normalisation, convolution, nn.BatchNorm2d(3)))
    assert normalisations(fuse_batch_norms(twice, batch)) == 2
    activated = lively(nn.Sequential(nn.Conv2d(3, 3, 3), nn.ReLU(), nn.BatchNorm2d(3)))
    assert normalisations(fuse_batch_norms(activated, batch)) == 1


def test_a_network_without_normalisations_is_itself(batch: Tensor) -> None:
    plain = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU())
    assert fuse_batch_norms(plain, batch) is plain


def gradient(perceptor: Perceptor) -> Tensor:
    """Towards a phrase, for one view of noise."""
    views = torch.rand(1, 3, perceptor.image_size, perceptor.image_size, generator=torch.Generator().manual_seed(0))
    target = perceptor.encode_text(["a rose"])[0]
    return perceptor.gradient(views, lambda embeddings: -(embeddings @ target).sum())[1].flatten()


def test_pocket_s_gradient_is_that_of_the_network_as_it_was_given(pocket: ClipModel) -> None:
    (bare,) = subjects.loaded(["pocket"], "cpu", bare=True).perceptors
    (light,) = pocket.perceptors
    assert normalisations(bare.network) > 0 == normalisations(light.network)
    # Noise is what crosses most kinks of the activations.
    assert torch.cosine_similarity(gradient(bare), gradient(light), dim=0) > 0.999


def test_a_residual_network_s_gradient_is_that_of_the_network_as_it_was_given(
    quick: ClipModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("guidance.clip.perceptor.fuse_batch_norms", lambda network, _: network)
    bare, (light,) = untrained("quick", QUICK), quick.perceptors
    assert normalisations(bare.network) > 0 == normalisations(light.network)
    assert torch.cosine_similarity(gradient(bare), gradient(light), dim=0) > 0.999
