"""A diffusion model of diffusers without classes: what it sees in noisy samples, and its noise schedule.

A text-conditional one is given the empty text: what the picture shows is CLIP's concern.
"""

import functools
import importlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import torch
from torch import Tensor

from guidance.canvas import diffusers_source as source
from guidance.canvas import empty_text
from guidance.canvas.autoencoder import KINDS as AUTOENCODERS
from guidance.canvas.autoencoder import Autoencoder
from guidance.io.model_error import first_line

WITH_TEXTS: Final = "UNet2DConditionModel"
KINDS: Final = ("UNet2DModel", WITH_TEXTS)
PREDICTIONS: Final = ("epsilon", "v_prediction", "sample")
_KEPT: Final = (
    "num_train_timesteps", "beta_start", "beta_end", "beta_schedule", "trained_betas", "rescale_betas_zero_snr",
)  # fmt: skip
"""What of a scheduler's configuration belongs to the model; the rest is how its authors sampled."""
_SOLVERS: Final[Mapping[str, tuple[str, int]]] = {
    "ddim": ("dpmsolver++", 1),
    "ddpm": ("sde-dpmsolver++", 1),
    "dpm++": ("dpmsolver++", 2),
    "dpm++-sde": ("sde-dpmsolver++", 2),
}
"""The algorithm and the order of diffusers' DPM-Solver for each of SCHEDULERS. The first order is DDIM, and with noise
DDPM's ancestral sampling (Lu et al., 2022). Unlike diffusers' DDIMScheduler, it knows the noise level at each timestep
it goes to, so that any number of steps ends without noise."""


class Denoiser:
    """A frozen denoiser, with an autoencoder if it works on latents.

    Args:
        name: As in `Request.canvas_model`, for messages.
        network: A model of one of KINDS.
        config: Of its scheduler.
        autoencoder: Of its latents; None for a model of pixels.
        text: (1, tokens, width), the empty text of a text-conditional model; else None.

    Raises:
        ModelError: Its channels, sizes, prediction or schedule cannot be used.

    Attributes:
        name: As given.
        channels: Of a sample.
        factor: A sample's sides are multiples of this.
        pixels: Pixels per sample, along each axis.
        steps: The most steps that its schedule has.
        clips: Whether predicted clean samples are clipped to [-1, 1].
    """

    def __init__(
        self,
        name: str,
        network: Any,
        config: Mapping[str, Any],
        autoencoder: Autoencoder | None,
        text: Tensor | None = None,
    ) -> None:
        self.name = name
        self.network = network
        self._autoencoder = autoencoder
        self._text = text
        self.channels = 3 if autoencoder is None else autoencoder.channels
        self.pixels = 1 if autoencoder is None else autoencoder.factor
        _check_network(name, dict(network.config), self.channels)
        self.factor = 2 ** (len(network.config.block_out_channels) - 1)
        self._prediction = config.get("prediction_type", "epsilon")
        if self._prediction not in PREDICTIONS:
            problem = {"value": str(self._prediction), "known": ", ".join(PREDICTIONS)}
            raise source.unusable(name, "diffusion", "problem-prediction", **problem)
        self.clips = autoencoder is None and config.get("clip_sample", True) is not False
        self._config = {key: config[key] for key in _KEPT if config.get(key) is not None}
        self.steps = int(self._config.get("num_train_timesteps", 1000)) - 1
        self.scheduler("ddim", 2)  # raises now for a schedule that is not known
        sample = torch.zeros(1, self.channels, self.factor * 2, self.factor * 2)
        try:
            output = self._output(sample.to(self._device()), 0)
        except RuntimeError as error:
            raise source.not_loaded(name, error) from error
        if output.shape != sample.shape or not bool(torch.isfinite(output).all()):
            raise source.unusable(name, "diffusion", "problem-not-finite")

    def to(self, device: torch.device) -> None:
        """Moves the weights to a device."""
        self.network.to(device)
        if self._autoencoder is not None:
            self._autoencoder.to(device)
        if self._text is not None:
            self._text = self._text.to(device)

    def scheduler(self, name: str, steps: int) -> Any:
        """A scheduler of diffusers that is told the clean samples and makes `steps` steps.

        Raises:
            ModelError: The model's schedule is not known to diffusers.
        """
        algorithm, order = _SOLVERS[name]
        try:
            made = importlib.import_module(source.PACKAGE).DPMSolverMultistepScheduler(
                **self._config,
                algorithm_type=algorithm,
                solver_order=order,
                prediction_type="sample",
                timestep_spacing="linspace",
            )
            made.set_timesteps(steps)
        except (ValueError, TypeError, NotImplementedError, KeyError) as error:
            reason = first_line(error)
            raise source.unusable(self.name, "diffusion", "problem-schedule", reason=reason) from error
        return made

    def clean(self, sample: Tensor, timestep: Tensor, signal: float, noise: float) -> Tensor:
        """The clean sample that the model sees in a noisy one, (B, channels, h, w); differentiable.

        Args:
            sample: signal · clean + noise · normal noise.
            timestep: Of the model's training, a scalar.
            signal: The share of the clean sample, at most 1.
            noise: The share of the noise; the squares of both add up to 1.
        """
        output = self._output(sample, timestep)
        if self._prediction == "sample":
            return output
        if self._prediction == "v_prediction":
            return signal * sample - noise * output
        return (sample - noise * output) / signal

    def picture(self, clean: Tensor, tile: int) -> Tensor:
        """(B, channels, h, w) to (B, 3, h · pixels, w · pixels), in [0, 1] where the sample is in its range."""
        return (clean + 1) / 2 if self._autoencoder is None else self._autoencoder.decode(clean, tile)

    def sample(self, pictures: Tensor) -> Tensor:
        """The clean sample of pictures, (B, 3, H, W) in [0, 1]; their last pixels are repeated up to whole blocks."""
        block = self.factor * self.pixels
        right, below = (-pictures.shape[3] % block, -pictures.shape[2] % block)
        padded = torch.nn.functional.pad(pictures, (0, right, 0, below), mode="replicate")
        return 2 * padded - 1 if self._autoencoder is None else self._autoencoder.encode(padded)

    def _output(self, sample: Tensor, timestep: Tensor | int) -> Tensor:
        texts = () if self._text is None else (self._text.expand(len(sample), -1, -1),)
        output: Tensor = self.network(sample, timestep, *texts).sample
        return output

    def _device(self) -> torch.device:
        device: torch.device = next(self.network.parameters()).device
        return device


@functools.lru_cache(maxsize=1)
def _loaded(name: str) -> Denoiser:
    folders = (*source.DENOISER_FOLDERS, *source.SCHEDULER_FOLDERS[1:], *source.AUTOENCODER_FOLDERS[1:])
    path = source.folder_of(name, folders, empty_text.FILES)
    network: Any = source.load(name, "diffusion", path, source.DENOISER_FOLDERS, KINDS)
    try:
        scheduler = source.found(path, source.SCHEDULER_FOLDERS, "scheduler_config.json")
        place = source.found(path, source.AUTOENCODER_FOLDERS[1:])
    except (OSError, ValueError) as error:
        raise source.not_loaded(name, error) from error
    if scheduler is None:
        raise source.unusable(name, "diffusion", "problem-schedule", reason="there is no scheduler_config.json")
    autoencoder = None
    if place is not None:
        loaded = source.load(name, "diffusion", path, source.AUTOENCODER_FOLDERS[1:], AUTOENCODERS)
        autoencoder = Autoencoder(name, "diffusion", loaded)
    text = _empty_text(name, path, network.config) if network.config["_class_name"] == WITH_TEXTS else None
    return Denoiser(name, network, scheduler[1], autoencoder, text)


def load_denoiser(name: str) -> Denoiser:
    """The denoiser of the diffusion canvas; the last one that was loaded is kept.

    Args:
        name: "hf-hub:OWNER/NAME" or "local-dir:PATH", of a denoiser or of a pipeline with one.

    Raises:
        ModelError: diffusers is not installed, or the model cannot be loaded or used.
    """
    source.check_package("diffusion")
    return _loaded(name)


def _empty_text(name: str, path: Path, config: Mapping[str, Any]) -> Tensor:
    for key in ("addition_embed_type", "encoder_hid_dim_type"):
        if (added := config.get(key)) is not None:
            raise source.unusable(name, "diffusion", "problem-conditions", key=key, value=str(added))
    try:
        return empty_text.encoded_empty_text(path)
    except Exception as error:
        reason = first_line(error)
        raise source.unusable(name, "diffusion", "problem-text-encoder", reason=reason) from error


def _check_network(name: str, config: Mapping[str, Any], channels: int) -> None:
    given, made = config.get("in_channels"), config.get("out_channels")
    if (given, made) != (channels, channels):
        problem = {"given": str(given), "made": str(made), "needed": str(channels)}
        raise source.unusable(name, "diffusion", "problem-channels", **problem)
    if config.get("class_embed_type") is not None or config.get("num_class_embeds") is not None:
        raise source.unusable(name, "diffusion", "problem-classes")
    size, factor = config.get("sample_size"), 2 ** (len(config["block_out_channels"]) - 1)
    sides = list(size) if isinstance(size, (list, tuple)) else [size, size]
    if len(sides) != 2 or not all(type(side) is int and side > 0 and side % factor == 0 for side in sides):
        raise source.unusable(name, "diffusion", "problem-sample-size", value=str(size), factor=factor)
