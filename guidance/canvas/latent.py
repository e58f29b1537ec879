"""The picture as the latent of an autoencoder: what is optimised is its code, what is seen is its decoder's output.

After VQGAN+CLIP (Crowson et al., 2021). The decoder has learnt what pictures look like, so that every latent is a
plausible picture at small scale. Latents start from noise: random entries of the codebook, or normal numbers.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from guidance.canvas.autoencoder import Autoencoder
from guidance.canvas.bounded import bounded
from guidance.device.randomness import generator


class Latent(nn.Module):
    """B latents, in units of their usual standard deviation.

    Args:
        height, width: Of the picture, in pixels; any. The decoder's output is cut to it.
        seeds: B of them.
        autoencoder: Decodes.
        tile: Side in pixels of the parts that are decoded one at a time; 0 for none.
    """

    def __init__(self, height: int, width: int, seeds: Sequence[int], autoencoder: Autoencoder, tile: int) -> None:
        super().__init__()
        self._size, self._tile = (height, width), tile
        # Not an nn.Module, so its weights are neither optimised nor stored in checkpoints.
        self._autoencoder = autoencoder
        shape = (-(-height // autoencoder.factor), -(-width // autoencoder.factor))
        self.latents = nn.Parameter(torch.stack([_start(autoencoder, shape, seed) for seed in seeds]))
        codebook = autoencoder.codebook
        low, high = (None, None) if codebook is None else (codebook.amin(dim=0).cpu(), codebook.amax(dim=0).cpu())
        for name, bound in (("low", low), ("high", high)):
            scaled = None if bound is None else bound[:, None, None] / autoencoder.unit
            self.register_buffer(name, scaled, persistent=False)

    def forward(self) -> Tensor:
        """(B, 3, H, W) in [0, 1]."""
        latents: Tensor = self.latents
        if self.low is not None:
            # No entry of the codebook is farther out; what lies beyond could not come back.
            latents = bounded(latents, self.get_buffer("low"), self.get_buffer("high"))
        shown = self._autoencoder.decode(latents * self._autoencoder.unit, self._tile)
        return bounded(shown[:, :, : self._size[0], : self._size[1]], shown.new_zeros(()), shown.new_ones(()))

    @torch.no_grad()
    def from_image(self, images: Tensor) -> None:
        """Sets the latents to those that the encoder gives for the pictures, or to their nearest entries."""
        self.latents.copy_(self._autoencoder.nearest(self._autoencoder.encode(images)) / self._autoencoder.unit)

    def to(self, device: torch.device) -> "Latent":  # type: ignore[override]
        """Moves the latents and the autoencoder to a device, in place."""
        self._autoencoder.to(device)
        super().to(device)
        return self


def _start(autoencoder: Autoencoder, shape: tuple[int, int], seed: int) -> Tensor:
    """(channels, h, w), in units of the autoencoder."""
    source = generator(torch.device("cpu"), seed, 0, "canvas")
    if autoencoder.codebook is None:
        return torch.randn(autoencoder.channels, *shape, generator=source)
    codebook = autoencoder.codebook.cpu()
    entries = torch.randint(len(codebook), shape, generator=source)
    return codebook[entries].permute(2, 0, 1) / autoencoder.unit
