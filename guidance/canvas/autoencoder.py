"""An autoencoder of diffusers: pictures to latents and back, whichever of three classes it is."""

import functools
import math
from typing import Any, Final

import torch
from torch import Tensor

from guidance.canvas import diffusers_source as source
from guidance.canvas.tiles import decode_in_parts

KINDS: Final = ("VQModel", "AutoencoderKL", "AutoencoderTiny")
_PROBE: Final = 4
"""Side in latents of what is decoded to learn an autoencoder's shape."""


class Autoencoder:
    """A frozen autoencoder. Latents are scaled as diffusion models of its family want them.

    Args:
        name: As in `Request.canvas_model`, for messages.
        canvas: That needs it, for messages.
        network: A model of one of KINDS.

    Raises:
        ModelError: Its channels, its scaling or its shapes are not those of an autoencoder of pictures.

    Attributes:
        network: The model.
        channels: Of a latent.
        factor: Pixels per latent, along each axis.
        unit: About the standard deviation of latents: that of the codebook's entries, 1 without a codebook.
        codebook: (N, channels), scaled, or None. Decoding takes the nearest entry at each place.
    """

    def __init__(self, name: str, canvas: str, network: Any) -> None:
        config = dict(network.config)
        given, made = config.get("in_channels"), config.get("out_channels")
        if (given, made) != (3, 3):
            raise source.unusable(name, canvas, "problem-colours", given=str(given), made=str(made))
        self.network = network
        self._scale = _scaling(name, canvas, config, "scaling_factor", 1.0, nonzero=True)
        self._shift = _scaling(name, canvas, config, "shift_factor", 0.0, nonzero=False)
        self.codebook: Tensor | None = None
        self.unit = 1.0
        if hasattr(network, "quantize"):
            self.codebook = (network.quantize.embedding.weight.detach() - self._shift) * self._scale
            self.unit = float(self.codebook.std()) or 1.0
            self.channels = self.codebook.shape[1]
        else:
            self.channels = int(config["latent_channels"])
        self.factor = self._probed(name, canvas)

    def to(self, device: torch.device) -> None:
        """Moves the weights to a device."""
        self.network.to(device)
        if self.codebook is not None:
            self.codebook = self.codebook.to(device)

    def decode(self, latents: Tensor, tile: int = 0) -> Tensor:
        """(B, channels, h, w) to (B, 3, h · factor, w · factor), about in [0, 1]; differentiable.

        With a codebook, each place shows its nearest entry, and the gradient passes as if it were shown itself
        (straight-through; van den Oord et al., 2017).

        Args:
            latents: The latents.
            tile: Side in pixels of the parts that are decoded one at a time; 0 decodes all at once.
        """
        side = max(2, tile // self.factor)
        if not tile or max(latents.shape[2:]) <= side:
            return self._decode(latents)
        return decode_in_parts(self._decode, latents, side, self.factor)

    @torch.no_grad()
    def encode(self, pictures: Tensor) -> Tensor:
        """(B, 3, H, W) in [0, 1] to (B, channels, ⌈H / factor⌉, ⌈W / factor⌉); the mean of an encoder with a variance.

        The latents of a picture whose sides are no multiples of the factor hold more than the picture, at the right and
        at the bottom: its last pixels again.
        """
        right, below = (-pictures.shape[3] % self.factor, -pictures.shape[2] % self.factor)
        padded = torch.nn.functional.pad(pictures, (0, right, 0, below), mode="replicate")
        encoded = self.network.encode(2 * padded - 1)
        latents = encoded.latents if hasattr(encoded, "latents") else encoded.latent_dist.mode()
        scaled: Tensor = (latents - self._shift) * self._scale
        return scaled

    @torch.no_grad()
    def nearest(self, latents: Tensor) -> Tensor:
        """The entry of the codebook that is decoded at each place; the latents themselves without a codebook."""
        if self.codebook is None:
            return latents
        entries = torch.cdist(latents.permute(0, 2, 3, 1).flatten(0, 2), self.codebook).argmin(dim=1)
        batch, _, height, width = latents.shape
        return self.codebook[entries].view(batch, height, width, -1).permute(0, 3, 1, 2)

    def _decode(self, latents: Tensor) -> Tensor:
        shown: Tensor = self.network.decode(latents / self._scale + self._shift).sample
        return (shown + 1) / 2

    @torch.no_grad()
    def _probed(self, name: str, canvas: str) -> int:
        """Decodes and encodes once to learn the factor, and whether both fit together."""
        latents = torch.zeros(1, self.channels, _PROBE, _PROBE, device=next(self.network.parameters()).device)
        try:
            shown = self._decode(latents)
        except RuntimeError as error:
            raise source.not_loaded(name, error) from error
        _, made, height, width = shown.shape
        if made != 3:
            raise source.unusable(name, canvas, "problem-colours", given="3", made=made)
        if height != width or height % _PROBE or height < _PROBE:
            sizes = {"made": f"{width}x{height} pixels", "given": f"{_PROBE}x{_PROBE}"}
            raise source.unusable(name, canvas, "problem-shrinks", **sizes)
        self.factor = height // _PROBE
        back = self.encode(torch.zeros(1, 3, height, width, device=shown.device))
        if back.shape != latents.shape:
            raise source.unusable(name, canvas, "problem-encoder", made=_size(back), given=_size(latents))
        if not bool(torch.isfinite(shown).all() and torch.isfinite(back).all()):
            raise source.unusable(name, canvas, "problem-not-finite")
        return self.factor


def load_autoencoder(name: str) -> Autoencoder:
    """The autoencoder of the latent canvas; the last one that was loaded is kept.

    Args:
        name: "hf-hub:OWNER/NAME" or "local-dir:PATH", of an autoencoder or of a pipeline with one.

    Raises:
        ModelError: diffusers is not installed, or the model cannot be loaded or used.
    """
    source.check_package("latent")
    return _loaded(name)


@functools.lru_cache(maxsize=1)
def _loaded(name: str) -> Autoencoder:
    path = source.folder_of(name, source.AUTOENCODER_FOLDERS)
    return Autoencoder(name, "latent", source.load(name, "latent", path, source.AUTOENCODER_FOLDERS, KINDS))


def _scaling(name: str, canvas: str, config: dict[str, Any], key: str, default: float, *, nonzero: bool) -> float:
    value = source.number(config, key, default)
    if value is None or not math.isfinite(value) or (nonzero and value == 0):
        shown = str(config.get(key))
        but = " other than 0" if nonzero else ""
        raise source.unusable(name, canvas, "problem-scaling", key=key, value=shown, range=but)
    return value


def _size(latents: Tensor) -> str:
    return "x".join(map(str, latents.shape[1:]))
