"""How the canvas moves along a gradient: torch's Adam, or one with a common step size for each layer.

Adam divides each number's gradient by that number's own size of late, so that a patch of background, which hardly
matters to the prompt, moves as far as the thing itself: in noise, for want of a direction. With one size for a whole
layer, each place moves by what it matters.
"""

from collections.abc import Callable, Iterable
from typing import Final

import torch
from torch import Tensor, nn

BETAS: Final = (0.9, 0.95)
"""Adam's; the short second memory lets a step shrink as soon as the views agree (trial for this project)."""
_TINY: Final = 1e-8


def make_optimizer(
    parameters: Iterable[nn.Parameter], rate: float, locality: float, device: torch.device, *, capturable: bool
) -> torch.optim.Optimizer:
    """What moves a canvas.

    Args:
        parameters: (B, C, …) each.
        rate: The learning rate.
        locality: 1 for Adam; see `LayerAdam`.
        device: Of the parameters.
        capturable: Whether a replay shall see a new rate: it lies on the device then, as does the count of steps (see
            `guidance.device.cuda_graphs`).
    """
    kept = torch.tensor(rate, device=device) if capturable else rate
    if locality < 1:
        return LayerAdam(parameters, kept, locality)
    if not capturable:
        return torch.optim.Adam(parameters, lr=kept, betas=BETAS, foreach=True)
    optimizer = torch.optim.Adam(parameters, lr=kept, betas=BETAS, fused=True, capturable=True)
    # Its first steps are not captured; torch would warn that they might have been faster otherwise.
    optimizer._warned_capturable_if_run_uncaptured = True  # noqa: SLF001
    return optimizer


def _shared(square: Tensor) -> Tensor:
    """(B, C, 1, …): the mean over a layer's places, without those behind a mask, whose gradient is 0."""
    flat = square.flatten(2)
    mean = flat.sum(dim=2) / (flat > 0).sum(dim=2).clamp_min(1)
    return mean.view(*square.shape[:2], *(1 for _ in square.shape[2:]))


class LayerAdam(torch.optim.Optimizer):
    """Adam, but what divides a gradient is a geometric mean of its own size of late and its layer's.

    Args:
        parameters: (B, C, …) each; a layer is a parameter, for each picture and channel.
        rate: The learning rate, a tensor where a replay shall see a new one.
        locality: How much the own size counts, 0 to 1.
    """

    def __init__(self, parameters: Iterable[nn.Parameter], rate: float | Tensor, locality: float) -> None:
        super().__init__(parameters, {"lr": rate, "capturable": True})  # so named, the steps stay on the device
        self._locality = locality

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> None:  # type: ignore[override]
        """Moves every parameter that has a gradient."""
        assert closure is None  # noqa: S101 - nothing here has one
        first, second = BETAS
        for group in self.param_groups:
            for parameter in group["params"]:
                if parameter.grad is None:
                    continue
                if not (state := self.state[parameter]):
                    state["step"] = torch.zeros((), device=parameter.device)
                    state["exp_avg"] = torch.zeros_like(parameter)
                    state["exp_avg_sq"] = torch.zeros_like(parameter)
                count, mean, square = state["step"].add_(1), state["exp_avg"], state["exp_avg_sq"]
                mean.lerp_(parameter.grad, 1 - first)
                square.mul_(second).addcmul_(parameter.grad, parameter.grad, value=1 - second)
                size = _shared(square).pow((1 - self._locality) / 2)
                if self._locality:
                    size = size * square.pow(self._locality / 2)
                # Young means are too small, by what stands in brackets.
                size = size / (1 - second**count).sqrt() + _TINY
                parameter.sub_(group["lr"] / (1 - first**count) * mean / size)
