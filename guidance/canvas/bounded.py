"""Values kept within bounds without losing the gradient that leads back into them."""

from typing import Any

import torch
from torch import Tensor


def bounded(values: Tensor, low: Tensor, high: Tensor, pull: float = 0.0) -> Tensor:
    """Clamps; the gradient passes where a value is inside, and outside where a step against it leads back inside.

    After VQGAN+CLIP's `ClampWithGrad`; torch's clamp would leave a value outside for ever.

    Args:
        values: Of any shape.
        low: A tensor that broadcasts to the values.
        high: The same.
        pull: Adds to the gradient that of `pull` times the squared distance of the values to the bounds.
    """
    result: Tensor = _Bounded.apply(values, values.detach().clamp(low, high), pull)
    return result


class _Bounded(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, values: Tensor, clamped: Tensor, pull: float) -> Tensor:
        ctx.save_for_backward(values - clamped)
        ctx.pull = pull
        return clamped.clone()

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None, None]:
        (outside,) = ctx.saved_tensors
        (gradient,) = gradients
        kept = gradient * (gradient * outside >= 0)
        return (kept + 2 * ctx.pull * outside if ctx.pull else kept), None, None
