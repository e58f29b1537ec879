"""Builds the pocket CLIP: `python -m guidance.pocket.building [--steps N] [--out DIR]`.

The same packages give the same model up to the last bits of the arithmetic. Without --steps it takes about an hour on
two cores, most of it for the text tower.
"""

import argparse
import hashlib
import json
import pickle
import sys
from pathlib import Path
from typing import Any, Final

import open_clip
import torch
from safetensors.torch import save_file

from guidance.pocket.building import sources, space, targets
from guidance.pocket.building.distil import distil

CONFIG: Final = {
    "model_cfg": {
        "embed_dim": space.EMBED_DIM,
        "vision_cfg": {
            "timm_model_name": "tf_efficientnet_lite0",
            "timm_model_pretrained": False,
            "timm_pool": "",
            "timm_proj": "linear",
            "timm_proj_bias": True,
            "image_size": 224,
        },
        "text_cfg": {"context_length": 32, "vocab_size": 49408, "width": 192, "heads": 4, "layers": 4},
    },
    "preprocess_cfg": {"mean": [0.5, 0.5, 0.5], "std": [0.5, 0.5, 0.5], "interpolation": "bicubic"},
}
STEPS: Final = 1000


def main() -> None:
    """Reads the sources, places the texts, teaches the tower, writes the files."""
    options = argparse.ArgumentParser(prog="python -m guidance.pocket.building", description=__doc__)
    options.add_argument("--steps", type=int, default=STEPS, help="of the text tower (default: %(default)s)")
    options.add_argument("--out", type=Path, default=Path(__file__).parent.parent, help="where the model goes")
    options.add_argument("--cache", type=Path, help="keeps the placed texts between builds")
    chosen = options.parse_args()
    torch.manual_seed(0)
    torch.set_num_threads(2)
    weights = sources.lite0_weights()
    directions = space.class_directions(weights)
    columns = space.basis(directions)
    chosen.out.mkdir(parents=True, exist_ok=True)
    (chosen.out / "open_clip_config.json").write_text(json.dumps(CONFIG, indent=2) + "\n", encoding="utf-8")
    network = open_clip.create_model(f"local-dir:{chosen.out}", load_weights=False)
    _set_image_tower(network, weights, columns)
    corpus = _corpus((directions @ columns).float(), chosen.cache)
    tokenizer = open_clip.get_tokenizer(f"local-dir:{chosen.out}")
    _say(f"{len(corpus.nouns)} nouns ({corpus.named} named), {len(corpus.glosses)} definitions")
    distil(network, tokenizer, corpus, chosen.steps, _say)
    path = chosen.out / "open_clip_model.safetensors"
    save_file({name: _stored(tensor) for name, tensor in network.state_dict().items()}, path)
    _say(f"{path}: {path.stat().st_size} bytes, sha256 {hashlib.sha256(path.read_bytes()).hexdigest()}")


def _set_image_tower(network: Any, weights: dict[str, torch.Tensor], columns: torch.Tensor) -> None:
    trunk = network.visual.trunk
    ours = [name for name in weights if not name.startswith("_fc.")]
    trunk.load_state_dict(dict(zip(trunk.state_dict(), (weights[name] for name in ours), strict=True)))
    weight, bias = space.projection(weights, columns)
    head = network.visual.head.proj
    with torch.no_grad():
        head.weight.copy_(weight)
        head.bias.copy_(bias)
    network.visual.requires_grad_(False)
    network.visual.eval()


def _corpus(directions: torch.Tensor, cache: Path | None) -> targets.Corpus:
    if cache is not None and cache.exists():
        corpus: targets.Corpus = pickle.loads(cache.read_bytes())  # noqa: S301 - this script wrote it
        return corpus
    unit = torch.nn.functional.normalize(directions, dim=1).numpy()
    corpus = targets.corpus(sources.synsets(), sources.classes(), unit)
    if cache is not None:
        cache.write_bytes(pickle.dumps(corpus))
    return corpus


def _stored(tensor: torch.Tensor) -> torch.Tensor:
    return tensor.detach().half().contiguous() if tensor.is_floating_point() else tensor.contiguous()


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
