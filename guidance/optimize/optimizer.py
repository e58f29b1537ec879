"""The optimizer of the canvas: torch's Adam, or a variant with one step size for each layer; and its learning rate.

Adam divides the gradient of each parameter by that parameter's own recent gradient size. A patch of background, whose
gradient is small and mostly noise, then moves as far as the subject does. With one size for a whole layer, each place
moves in proportion to its gradient.
"""

import math
from collections.abc import Callable, Iterable
from typing import Final

import torch
from torch import Tensor, nn

BETAS: Final = (0.9, 0.95)
"""Adam's decay rates. With a second one below the usual 0.999, steps shrink sooner once the views agree."""
FINAL_RATE: Final = 0.1
"""The learning rate at the end of the schedule, as a share of that at the start."""
_TINY: Final = 1e-8


def make_optimizer(
    parameters: Iterable[nn.Parameter], rate: float, locality: float, device: torch.device, *, capturable: bool
) -> torch.optim.Optimizer:
    """The optimizer of a canvas.

    Args:
        parameters: (B, C, …) each.
        rate: The learning rate.
        locality: 1 for Adam; see `LayerAdam`.
        device: Of the parameters.
        capturable: Whether steps are to be captured (see `guidance.device.cuda_graphs`). The learning rate and the
            number of steps then lie on the device, so that a replay reads their current values.
    """
    lr = torch.tensor(rate, device=device) if capturable else rate
    if locality < 1:
        return LayerAdam(parameters, lr, locality)
    if not capturable:
        return torch.optim.Adam(parameters, lr=lr, betas=BETAS, foreach=True)
    optimizer = torch.optim.Adam(parameters, lr=lr, betas=BETAS, fused=True, capturable=True)
    # The first steps are not captured. Without this, torch warns that they could be faster.
    optimizer._warned_capturable_if_run_uncaptured = True  # noqa: SLF001
    return optimizer


def cosine_schedule(progress: float) -> float:
    """The learning rate at `progress` in [0, 1), as a share of that at the start: a cosine from 1 to FINAL_RATE."""
    return FINAL_RATE + (1 - FINAL_RATE) * 0.5 * (1 + math.cos(math.pi * progress))


def _layer_mean(square: Tensor) -> Tensor:
    """(B, C, 1, …): the mean over a layer's places, without masked places, whose gradient is 0."""
    flat = square.flatten(2)
    mean = flat.sum(dim=2) / (flat > 0).sum(dim=2).clamp_min(1)
    return mean.view(*square.shape[:2], *(1 for _ in square.shape[2:]))


class LayerAdam(torch.optim.Optimizer):
    """Adam that divides a gradient by a weighted geometric mean of two sizes: the parameter's own and its layer's.

    Args:
        parameters: (B, C, …) each; every picture and channel of a tensor is one layer.
        rate: The learning rate; a tensor if steps are captured.
        locality: Weight of the parameter's own size, 0 to 1; 1 is Adam.
    """

    def __init__(self, parameters: Iterable[nn.Parameter], rate: float | Tensor, locality: float) -> None:
        super().__init__(parameters, {"lr": rate, "capturable": True})  # keeps "step" on the device
        self._locality = locality

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> None:  # type: ignore[override]
        """Updates every parameter that has a gradient."""
        assert closure is None  # noqa: S101 - no caller passes one
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
                size = _layer_mean(square).pow((1 - self._locality) / 2)
                if self._locality:
                    size = size * square.pow(self._locality / 2)
                # The running means start at 0; the brackets correct for that, as in Adam.
                size = size / (1 - second**count).sqrt() + _TINY
                parameter.sub_(group["lr"] / (1 - first**count) * mean / size)
