"""Tiny models of diffusers with random weights, saved into a folder as their authors would."""

import json
from pathlib import Path
from typing import Any, Final

import diffusers
import torch

AUTOENCODERS: Final = ("VQModel", "AutoencoderKL", "AutoencoderTiny")
_BLOCKS: Final[dict[str, Any]] = {
    "block_out_channels": (8, 16),
    "down_block_types": ("DownEncoderBlock2D",) * 2,
    "up_block_types": ("UpDecoderBlock2D",) * 2,
    "norm_num_groups": 4,
    "latent_channels": 4,
}
_SHAPES: Final[dict[str, dict[str, Any]]] = {
    "VQModel": _BLOCKS | {"num_vq_embeddings": 64},
    "AutoencoderKL": _BLOCKS,
    "AutoencoderTiny": {
        "encoder_block_out_channels": (8, 8),
        "decoder_block_out_channels": (8, 8),
        "num_encoder_blocks": (1, 1),
        "num_decoder_blocks": (1, 1),
    },
    "UNet2DModel": {
        "block_out_channels": (8, 8),
        "down_block_types": ("DownBlock2D", "DownBlock2D"),
        "up_block_types": ("UpBlock2D", "UpBlock2D"),
        "layers_per_block": 1,
        "norm_num_groups": 4,
        "sample_size": 32,
        "add_attention": False,
    },
}


def autoencoder(folder: Path, kind: str = "AutoencoderTiny", **changes: Any) -> str:
    """Saves an autoencoder; returns its name as a canvas model."""
    _made(kind, changes).save_pretrained(folder)
    return f"local-dir:{folder}"


def denoiser(folder: Path, schedule: dict[str, Any] | None = None, latent: str = "", **changes: Any) -> str:
    """Saves a denoiser of pixels, or a pipeline with an autoencoder of the kind `latent`; returns its name."""
    if latent:
        autoencoder(folder / "vae", latent)
        changes |= {"in_channels": 4, "out_channels": 4}
    _made("UNet2DModel", changes).save_pretrained(folder / "unet" if latent else folder)
    place = folder / "scheduler" if latent else folder
    schedulers: Any = diffusers
    schedulers.DDPMScheduler(**schedule or {}).save_pretrained(place)
    return f"local-dir:{folder}"


def changed(name: str, **values: Any) -> str:
    """Changes a saved model's configuration, as another author might have written it."""
    path = Path(name.removeprefix("local-dir:")) / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | values), encoding="utf-8")
    return name


def _made(kind: str, changes: dict[str, Any]) -> Any:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return getattr(diffusers, kind)(**_SHAPES[kind] | changes)
