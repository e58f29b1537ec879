"""The picture as a diffusion model's sample: noise that the model clears step by step, and CLIP steers.

After Disco Diffusion (Crowson et al., 2022) and Dhariwal and Nichol (2021): in each step CLIP looks at the picture that
the model expects at the end. Its gradient, with respect to the noisy sample, is added to the noise that the model
predicts. So nothing is optimised: the optimizer of this canvas makes a scheduler's step.
"""

import copy
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import torch
from torch import Tensor, nn

from guidance.canvas.bounded import bounded
from guidance.canvas.denoiser import Denoiser
from guidance.device.randomness import generator
from guidance.request.messages import Message
from guidance.request.request import Request, RequestError

_PREVIOUS: Final = "previous"
_LEAST_SIGNAL: Final = 1e-3
"""Schedules whose last timestep is pure noise have no signal there, by which the prediction is divided."""


class Diffusion(nn.Module):
    """B samples at one step of the schedule.

    Args:
        request: Its size, steps, tile and settings of guidance.
        seeds: B of them.
        denoiser: Predicts clean samples.

    Raises:
        RequestError: The denoiser's schedule has fewer steps.
    """

    def __init__(self, request: Request, seeds: Sequence[int], denoiser: Denoiser) -> None:
        super().__init__()
        if request.steps > denoiser.steps:
            message = Message(
                "steps-above-denoiser", steps=request.steps, model=request.canvas_model, most=denoiser.steps
            )
            raise RequestError(message)
        self._request, self._seeds, self._denoiser = request, tuple(seeds), denoiser
        self._scheduler = denoiser.scheduler(request.scheduler, request.steps)
        # 1 / signal², of each timestep of the schedule; the last is that of a clean sample.
        self._levels = 1 + self._scheduler.sigmas.double().square()
        block = denoiser.factor * denoiser.pixels
        height, width = (-(-side // block) * denoiser.factor for side in (request.height, request.width))
        cpu = torch.device("cpu")
        noise = [
            torch.randn(denoiser.channels, height, width, generator=generator(cpu, seed, 0, "canvas")) for seed in seeds
        ]
        self.register_buffer("noise", torch.stack(noise), persistent=False)
        self.sample = nn.Parameter(self.get_buffer("noise").clone())
        self._step = 0
        self._clean: Tensor | None = None
        self._kept: tuple[Tensor, Tensor] | None = None

    def go_to(self, step: int) -> None:
        """Sets the step of the schedule that the sample is at; after the last one it is clean."""
        self._step = step

    def forward(self) -> Tensor:
        """(B, 3, H, W) in [0, 1]: what the sample is expected to become."""
        clean: Tensor = self.sample
        if self._step < self._request.steps:
            signal, noise = self._shares(self._step)
            timestep = self._scheduler.timesteps[self._step].to(self.sample.device)
            clean = self._denoiser.clean(self.sample, timestep, signal, noise)
            self._clean = clean.detach() if torch.is_grad_enabled() else None
        shown = self._denoiser.picture(clean, self._request.tile)[:, :, : self._request.height, : self._request.width]
        # Disco's range loss is the mean of squares where black is -1 and white is 1.
        pull = 4 * self._request.out_of_range / shown[0].numel()
        return bounded(shown, shown.new_zeros(()), shown.new_ones(()), pull)

    @torch.no_grad()
    def from_image(self, images: Tensor) -> None:
        """Sets the samples to the pictures with the noise of the present step."""
        self.sample.copy_(self._noised(self._denoiser.sample(images), self._step))

    @torch.no_grad()
    def keep(self, images: Tensor, mask: Tensor) -> None:
        """From here on, samples follow the pictures where the mask is black.

        Args:
            images: (B, 3, H, W) in [0, 1].
            mask: (B, 1, H, W); 1 where the sample is free.
        """
        clean = self._denoiser.sample(images)
        self._kept = clean, self._free(mask, clean)

    @torch.no_grad()
    def advance(self, gradient: Tensor, previous: Tensor | None) -> Tensor:
        """Makes the present step; its picture must have been rendered. `go_to` ends it.

        Args:
            gradient: (B, channels, h, w), of the loss with respect to the sample.
            previous: What this returned in the step before; None in a run's first step.

        Returns:
            (B, channels, h, w), the clean sample towards which the step was made.
        """
        assert self._clean is not None  # noqa: S101 - the loop renders before each step
        signal, noise = self._shares(self._step)
        steering = gradient * self._request.guidance_scale
        size = steering.square().mean(dim=(1, 2, 3), keepdim=True).sqrt()
        steering = steering * (self._request.guidance_clamp / size.clamp_min(1e-20)).clamp_max(1)
        # The gradient, times the share of noise, is added to the predicted noise.
        clean = self._clean - noise * noise / signal * steering
        if self._denoiser.clips:
            clean = clean.clamp(-1, 1)
        # A step depends on nothing but this, so a resumed run makes the same.
        scheduler = copy.copy(self._scheduler)
        scheduler.set_begin_index(self._step)
        order = scheduler.config.solver_order
        scheduler.model_outputs = [None] * (order - 1) + [previous]
        scheduler.lower_order_nums = 0 if previous is None else 1
        random = [
            torch.randn(
                self.sample.shape[1:],
                generator=generator(self.sample.device, seed, self._step, "sampler"),
                device=self.sample.device,
            )
            for seed in self._seeds
        ]
        timestep = scheduler.timesteps[self._step]
        sample = scheduler.step(clean, timestep, self.sample, variance_noise=torch.stack(random)).prev_sample
        if self._kept is not None:
            kept, free = self._kept
            sample = free * sample + (1 - free) * self._noised(kept, self._step + 1)
        self.sample.copy_(sample)
        self._clean = None
        return clean

    def to(self, device: torch.device) -> "Diffusion":  # type: ignore[override]
        """Moves the samples and the denoiser to a device, in place."""
        self._denoiser.to(device)
        super().to(device)
        return self

    def _shares(self, step: int) -> tuple[float, float]:
        """The shares of the clean sample and of the noise in the sample at a step."""
        signal = max(float(self._levels[step]) ** -0.5, _LEAST_SIGNAL)
        return signal, (1 - signal**2) ** 0.5

    def _noised(self, clean: Tensor, step: int) -> Tensor:
        signal, noise = self._shares(step)
        return signal * clean + noise * self.get_buffer("noise")

    def _free(self, mask: Tensor, like: Tensor) -> Tensor:
        """The mask at the sample's size; a place is free if any of its pixels is."""
        pixels = self._denoiser.pixels
        padded = torch.nn.functional.pad(
            mask, (0, like.shape[3] * pixels - mask.shape[3], 0, like.shape[2] * pixels - mask.shape[2])
        )
        return torch.nn.functional.max_pool2d(padded, pixels)


class Sampler(torch.optim.Optimizer):
    """Moves a diffusion canvas on by one step of its scheduler."""

    def __init__(self, canvas: Diffusion) -> None:
        super().__init__([canvas.sample], {"lr": 0.0})
        self._canvas = canvas

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> None:  # type: ignore[override]
        """Makes the step; the canvas's gradient must be there."""
        assert closure is None  # noqa: S101 - no caller passes one
        sample = self._canvas.sample
        assert sample.grad is not None  # noqa: S101 - the loop differentiates before each step
        state: Mapping[str, Any] = self.state[sample]
        self.state[sample][_PREVIOUS] = self._canvas.advance(sample.grad, state.get(_PREVIOUS))
