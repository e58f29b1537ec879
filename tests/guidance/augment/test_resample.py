"""Resampling by a sparse matrix equals the dense product, forwards and backwards."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from guidance.augment.resample import Kernel, Resize, crop_taps, cubic, triangle
from tests.guidance.pictures import photograph, tensor_of


def dense(start: Tensor, length: Tensor, size_in: int, size_out: int, kernel: Kernel) -> Tensor:
    """The matrix by its definition, (N, size_out, size_in)."""
    centres = torch.where(length >= 0, start, start - length)[:, None]
    centres = centres + length[:, None] * (torch.arange(size_out) + 0.5) / size_out
    scale = (length.abs() / size_out).clamp_min(1)[:, None, None]
    weights = kernel((torch.arange(size_in) + 0.5 - centres[:, :, None]) / scale)
    return weights / weights.sum(dim=2, keepdim=True)


@settings(max_examples=60)
@given(
    kernel=st.sampled_from([triangle, cubic]),
    sizes=st.tuples(st.integers(4, 90), st.integers(4, 90)),
    low=st.floats(0.1, 1),
    shared=st.booleans(),
    seed=st.integers(0, 99),
)
def test_gathering_taps_is_the_matrix_product_and_its_adjoint(
    kernel: Kernel, sizes: tuple[int, int], low: float, shared: bool, seed: int
) -> None:
    source = torch.Generator().manual_seed(seed)
    size_in, size_out = sizes
    count, bounds = 4, (low * size_in, float(size_in))
    length = bounds[0] + (bounds[1] - bounds[0]) * torch.rand(count, generator=source)
    start = (size_in - length) * torch.rand(count, generator=source)
    length = length * torch.tensor([1, -1, 1, -1])
    taps = crop_taps(start, length, size_in, size_out, kernel, bounds=bounds, shared=shared)
    rows = torch.rand(size_in if shared else count * size_in, 3, generator=source).requires_grad_()
    expected = dense(start, length, size_in, size_out, kernel) @ (rows if shared else rows.view(count, size_in, 3))
    actual = taps(rows)
    assert torch.allclose(actual, expected.reshape(-1, 3), atol=1e-4)
    pull = torch.rand(actual.shape, generator=source)
    (actual_gradient,) = torch.autograd.grad(actual, rows, pull)
    (expected_gradient,) = torch.autograd.grad(expected.reshape(-1, 3), rows, pull)
    assert torch.allclose(actual_gradient, expected_gradient, atol=2e-4, rtol=1e-4)


@pytest.mark.parametrize("side", [32, 48])
def test_shrinking_agrees_with_torch_s_antialiased_resize(side: int) -> None:
    pixels = tensor_of(photograph(96, 96))
    expected = torch.nn.functional.interpolate(pixels, size=(side, side), mode="bilinear", antialias=True)
    assert torch.allclose(Resize(3, (96, 96), (side, side), triangle)(pixels), expected, atol=1e-5)


@pytest.mark.parametrize("kernel", [triangle, cubic])
def test_resizing_keeps_flat_areas_flat_and_pictures_apart(kernel: Kernel) -> None:
    flat = torch.tensor([[0.2, 0.4, 0.9], [0.1, 0.0, 1.0]])[:, :, None, None].expand(-1, -1, 20, 12)
    large = Resize(6, (20, 12), (50, 31), kernel)(flat)
    assert large.shape == (2, 3, 50, 31)
    assert torch.allclose(large, flat[:, :, :1, :1].expand_as(large), atol=1e-5)
