"""What a text-conditional denoiser is given where its pipeline would encode an empty prompt.

The text encoders of such pipelines are those of CLIP in the format of transformers. One text is encoded once in a run,
so torch's own layers take their weights, and that package is not needed.
"""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import torch
from safetensors.torch import load_file
from torch import Tensor, nn

ENCODER: Final = "text_encoder"
TOKENIZER: Final = "tokenizer"
_WEIGHTS: Final = f"{ENCODER}/model.safetensors"
_CONFIG: Final = f"{ENCODER}/config.json"
_VOCABULARY: Final = f"{TOKENIZER}/vocab.json"
_TOKENIZER_CONFIG: Final = f"{TOKENIZER}/tokenizer_config.json"
_SPECIAL: Final = f"{TOKENIZER}/special_tokens_map.json"
FILES: Final = (_WEIGHTS, _CONFIG, _VOCABULARY, _TOKENIZER_CONFIG, _SPECIAL)
"""The files of a pipeline that are read."""
KINDS: Final = ("CLIPTextModel", "CLIPTextModelWithProjection")


def _quick_gelu(x: Tensor) -> Tensor:
    return x * torch.sigmoid(1.702 * x)


_ACTIVATIONS: Final[Mapping[str, Callable[[Tensor], Tensor]]] = {"quick_gelu": _quick_gelu, "gelu": nn.functional.gelu}


@torch.no_grad()
def encoded_empty_text(pipeline: Path) -> Tensor:
    """(1, tokens, width): the last hidden state of a pipeline's text encoder for the empty text, padded.

    Raises:
        OSError: A file is missing.
        Exception: The encoder is not CLIP's, or its files do not fit together; of any kind, as anybody wrote them.
    """
    config = _read(pipeline / _CONFIG)
    if (kind := (config.get("architectures") or ["?"])[0]) not in KINDS:
        raise ValueError(f"its text encoder is a {kind}, but must be one of {', '.join(KINDS)}")
    weights = {
        name.removeprefix("text_model."): value.float() for name, value in load_file(pipeline / _WEIGHTS).items()
    }
    length = int(config["max_position_embeddings"])
    x = weights["embeddings.token_embedding.weight"][_tokens(pipeline, length)]
    x = (x + weights["embeddings.position_embedding.weight"][:length])[None]
    before_only = nn.Transformer.generate_square_subsequent_mask(length)
    for number in range(int(config["num_hidden_layers"])):
        x = _layer(config, weights, f"encoder.layers.{number}.")(x, before_only)
    scale, shift = weights["final_layer_norm.weight"], weights["final_layer_norm.bias"]
    return nn.functional.layer_norm(x, x.shape[-1:], scale, shift, config.get("layer_norm_eps", 1e-5))


def _layer(config: Mapping[str, Any], weights: Mapping[str, Tensor], prefix: str) -> nn.Module:
    layer = nn.TransformerEncoderLayer(
        config["hidden_size"],
        config["num_attention_heads"],
        config["intermediate_size"],
        dropout=0.0,
        activation=_ACTIVATIONS[config.get("hidden_act", "quick_gelu")],
        layer_norm_eps=config.get("layer_norm_eps", 1e-5),
        batch_first=True,
        norm_first=True,
    )
    ours: dict[str, Tensor] = {}
    for kind in ("weight", "bias"):
        parts = [weights[f"{prefix}self_attn.{part}_proj.{kind}"] for part in "qkv"]
        ours[f"self_attn.in_proj_{kind}"] = torch.cat(parts)
        for name, theirs in (
            ("self_attn.out_proj", "self_attn.out_proj"),
            ("norm1", "layer_norm1"),
            ("norm2", "layer_norm2"),
            ("linear1", "mlp.fc1"),
            ("linear2", "mlp.fc2"),
        ):
            ours[f"{name}.{kind}"] = weights[f"{prefix}{theirs}.{kind}"]
    layer.load_state_dict(ours)
    return layer.eval()


def _tokens(pipeline: Path, length: int) -> list[int]:
    """The ids of the empty text: begin, end, and padding; models differ in what they are padded with."""
    vocabulary = _read(pipeline / _VOCABULARY)
    special = _read(pipeline / _SPECIAL) if (pipeline / _SPECIAL).is_file() else {}
    special |= {name: token for name, token in _read(pipeline / _TOKENIZER_CONFIG).items() if name.endswith("_token")}
    names = [special.get(name) or special["eos_token"] for name in ("bos_token", "eos_token", "pad_token")]
    begin, end, padding = (vocabulary[name["content"] if isinstance(name, dict) else name] for name in names)
    return [begin, end, *[padding] * (length - 2)]


def _read(path: Path) -> dict[str, Any]:
    data = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(data, dict):
        raise ValueError(f"{path.name} is not a JSON object")  # noqa: TRY004 - as every other wrong file
    return data
