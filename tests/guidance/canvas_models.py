"""Tiny models of diffusers with random weights, saved into a folder as their authors would."""

import json
from pathlib import Path
from typing import Any, Final

import diffusers
import torch
from safetensors.torch import save_file

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
    "UNet2DConditionModel": {
        "block_out_channels": (8, 8),
        "down_block_types": ("CrossAttnDownBlock2D", "DownBlock2D"),
        "up_block_types": ("UpBlock2D", "CrossAttnUpBlock2D"),
        "layers_per_block": 1,
        "norm_num_groups": 4,
        "sample_size": 32,
        "attention_head_dim": 4,
        "cross_attention_dim": 8,
    },
}
_TOKENS: Final = ("!", "<|startoftext|>", "<|endoftext|>")


def autoencoder(folder: Path, kind: str = "AutoencoderTiny", **changes: Any) -> str:
    """Saves an autoencoder; returns its name as a canvas model."""
    _made(kind, changes).save_pretrained(folder)
    return f"local-dir:{folder}"


def denoiser(
    folder: Path,
    schedule: dict[str, Any] | None = None,
    latent: str = "",
    kind: str = "UNet2DModel",
    **changes: Any,
) -> str:
    """Saves a denoiser of pixels, or a pipeline with an autoencoder of the kind `latent`; returns its name."""
    if latent:
        autoencoder(folder / "vae", latent)
        changes |= {"in_channels": 4, "out_channels": 4}
    _made(kind, changes).save_pretrained(folder / "unet" if latent else folder)
    place = folder / "scheduler" if latent else folder
    schedulers: Any = diffusers
    schedulers.DDPMScheduler(**schedule or {}).save_pretrained(place)
    return f"local-dir:{folder}"


def text_encoder(pipeline: Path, **changes: Any) -> dict[str, torch.Tensor]:
    """Saves a text encoder of CLIP and its tokenizer into a pipeline, as transformers would; returns its weights."""
    width, length = 8, 7
    config = {
        "architectures": ["CLIPTextModel"],
        "hidden_size": width,
        "intermediate_size": 16,
        "num_attention_heads": 2,
        "num_hidden_layers": 2,
        "max_position_embeddings": length,
        "hidden_act": "quick_gelu",
    }
    norm: dict[str, tuple[int, ...]] = {"weight": (width,), "bias": (width,)}
    square: dict[str, tuple[int, ...]] = {"weight": (width, width), "bias": (width,)}
    layer: dict[str, dict[str, tuple[int, ...]]] = {
        "layer_norm1": norm,
        "layer_norm2": norm,
        "mlp.fc1": {"weight": (16, width), "bias": (16,)},
        "mlp.fc2": {"weight": (width, 16), "bias": (width,)},
        **{f"self_attn.{part}_proj": square for part in ("q", "k", "v", "out")},
    }
    parts = {f"encoder.layers.{number}.{name}": shapes for number in range(2) for name, shapes in layer.items()}
    parts |= {
        "embeddings.token_embedding": {"weight": (len(_TOKENS), width)},
        "embeddings.position_embedding": {"weight": (length, width)},
        "final_layer_norm": norm,
    }
    source = torch.Generator().manual_seed(0)
    weights = {
        f"text_model.{name}.{kind}": torch.randn(shape, generator=source)
        for name, shapes in parts.items()
        for kind, shape in shapes.items()
    }
    for folder in ("text_encoder", "tokenizer"):
        (pipeline / folder).mkdir(parents=True)
    save_file(weights, pipeline / "text_encoder" / "model.safetensors")
    (pipeline / "text_encoder" / "config.json").write_text(json.dumps(config | changes))
    (pipeline / "tokenizer" / "vocab.json").write_text(json.dumps({token: n for n, token in enumerate(_TOKENS)}))
    special = {"bos_token": {"content": _TOKENS[1]}, "eos_token": _TOKENS[2], "pad_token": _TOKENS[0]}
    (pipeline / "tokenizer" / "tokenizer_config.json").write_text(json.dumps(special | {"add_prefix_space": False}))
    return weights


def changed(name: str, **values: Any) -> str:
    """Changes a saved model's configuration, as another author might have written it."""
    path = Path(name.removeprefix("local-dir:")) / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | values), encoding="utf-8")
    return name


def _made(kind: str, changes: dict[str, Any]) -> Any:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return getattr(diffusers, kind)(**_SHAPES[kind] | changes)
