"""The picture as its spectrum: every parameter is the amplitude of a wave over the whole picture.

After lucid's `fft_image` (Olah et al., "Feature Visualization", 2017) and aphantasia: each frequency is scaled so that
a step of the same size changes low ones more, as their share in natural pictures is larger.
"""

from collections.abc import Sequence
from typing import Final

import torch
from torch import Tensor, nn

from guidance.canvas import colour
from guidance.device.randomness import generator

DECAY: Final = 1.0
"""Amplitude falls with frequency to this power; 1 in natural pictures (Field, 1987) and in lucid."""
GAIN: Final = 0.35
"""Logits per unit of a coefficient of the lowest frequency, times the square root of the coefficients' number."""
START: Final = 0.1


class Fourier(nn.Module):
    """Real and imaginary parts of the waves."""

    def __init__(self, height: int, width: int, seeds: Sequence[int]) -> None:
        super().__init__()
        self._size = (height, width)
        frequency = torch.hypot(torch.fft.fftfreq(height)[:, None], torch.fft.rfftfreq(width)[None])
        lowest = 1 / max(height, width)
        scale = GAIN * (lowest / frequency.clamp_min(lowest)) ** DECAY * (height * width) ** 0.5
        self.register_buffer("scale", scale[..., None], persistent=False)
        self.register_buffer("basis", colour.basis(), persistent=False)
        cpu = torch.device("cpu")
        samples = [torch.randn(3, *frequency.shape, 2, generator=generator(cpu, seed, 0, "canvas")) for seed in seeds]
        self.spectrum = nn.Parameter(torch.stack(samples) * START)

    def forward(self) -> Tensor:
        """(B, 3, H, W) in (0, 1)."""
        waves = torch.view_as_complex((self.spectrum * self.get_buffer("scale")).contiguous())
        return colour.to_rgb(torch.fft.irfft2(waves, s=self._size, norm="ortho"), self.get_buffer("basis"))

    @torch.no_grad()
    def from_image(self, images: Tensor) -> None:
        """Sets the spectrum to that of the pictures."""
        waves = torch.fft.rfft2(colour.from_rgb(images, self.get_buffer("basis")), norm="ortho")
        self.spectrum.copy_(torch.view_as_real(waves) / self.get_buffer("scale"))
