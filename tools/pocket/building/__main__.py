"""Builds the pocket CLIP: `python -m tools.pocket.building --photos DIR --cache DIR`.

The same packages and photographs give the same model up to rounding. The image tower takes hours on two cores, and goes
on from its checkpoint in the cache; the text tower takes 25 minutes on two cores with fast bfloat16 products, and about
an hour on others.
"""

import argparse
import hashlib
import json
import pickle
import sys
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any, Final, TypeVar

import open_clip
import torch
from safetensors.torch import save_file

from guidance.clip.layout import FILE as LAYOUT_FILE
from guidance.clip.model import pick_device, prepare
from guidance.clip.open_clip_source import POCKET
from tools.pocket.building import sources, space, targets
from tools.pocket.building.definitions import definitions
from tools.pocket.building.distil import distil
from tools.pocket.building.finetune import Teacher, finetune, student_of, teacher_features
from tools.pocket.building.layout import layouts
from tools.pocket.building.photos import Pixels, decoded

Made = TypeVar("Made")

CONFIG: Final = {
    "model_cfg": {
        "embed_dim": space.EMBED_DIM,
        "vision_cfg": {
            "timm_model_name": "tf_efficientnet_lite0",
            "timm_model_pretrained": False,
            "timm_pool": "",
            "timm_proj": "linear",
            "timm_proj_bias": True,
            "image_size": 160,
        },
        "text_cfg": {"context_length": 32, "vocab_size": 49408, "width": 320, "heads": 5, "layers": 2},
    },
    "preprocess_cfg": {"mean": [0.5, 0.5, 0.5], "std": [0.5, 0.5, 0.5], "interpolation": "bicubic"},
}
STEPS: Final = 1600
PASSES: Final = 8000
COARSE: Final = ("token_embedding.weight", "visual.head.proj.weight", "directions", "components")


def main() -> None:
    """Learns layouts, fine-tunes the image tower, places the texts, teaches the text tower, writes the files."""
    parser = argparse.ArgumentParser(prog="python -m tools.pocket.building", description=__doc__)
    parser.add_argument("--steps", type=int, default=STEPS, help="of the text tower (default: %(default)s)")
    parser.add_argument("--out", type=Path, default=POCKET, help="where the model goes")
    parser.add_argument("--passes", type=int, default=PASSES, help="of the image tower (default: %(default)s)")
    parser.add_argument("--photos", type=Path, required=True, help="a folder of photographs, or of a pack of them")
    parser.add_argument("--cache", type=Path, required=True, help="keeps decoded photographs, checkpoints and texts")
    options = parser.parse_args()
    torch.manual_seed(0)
    prepare(pick_device("cpu"))
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "open_clip_config.json").write_text(json.dumps(CONFIG, indent=2) + "\n", encoding="utf-8")
    network = open_clip.create_model(f"local-dir:{options.out}", load_weights=False)
    tokenizer = open_clip.get_tokenizer(f"local-dir:{options.out}")
    weights = sources.lite0_weights()
    directions = space.class_directions(weights)
    columns = space.basis(directions)
    tower = network.visual.trunk
    pixels = decoded(options.photos, options.cache)
    _report(f"{len(pixels)} photographs")
    teacher = _teacher(tower, weights, columns, pixels, options.cache)
    rows = space.objects(directions)
    learnt = layouts(tower, teacher, rows, pixels)
    tensors = {one.name: getattr(learnt, one.name) for one in fields(learnt) if one.name != "looks"}
    save_file({name: _stored(name, tensor) for name, tensor in tensors.items()}, options.out / LAYOUT_FILE)
    trunk, head = _image_tower(tower, teacher, pixels, options.cache, options.passes)
    network.visual.trunk.load_state_dict(trunk)
    network.visual.head.proj.load_state_dict(head)
    network.visual.requires_grad_(False).eval()
    corpus = _cached(options.cache, "corpus", lambda: _corpus(rows))
    _report(f"{len(corpus.nouns)} nouns ({corpus.named} named), {len(corpus.glosses)} definitions")
    distil(network, tokenizer, corpus, options.steps, _report)
    path = options.out / "open_clip_model.safetensors"
    save_file({name: _stored(name, tensor) for name, tensor in network.state_dict().items()}, path)
    _report(f"{path}: {path.stat().st_size} bytes, sha256 {hashlib.sha256(path.read_bytes()).hexdigest()}")


def _cached(folder: Path | None, name: str, make: Callable[[], Made]) -> Made:
    """The result of `make`, or that of an earlier build from the folder."""
    if folder is None:
        return make()
    path = folder / f"{name}.pickle"
    if path.exists():
        result: Made = pickle.loads(path.read_bytes())  # noqa: S301 - this script wrote it
        return result
    result = make()
    folder.mkdir(parents=True, exist_ok=True)
    path.write_bytes(pickle.dumps(result))
    return result


def _teacher(
    trunk: Any, weights: dict[str, torch.Tensor], columns: torch.Tensor, pixels: Pixels, cache: Path
) -> Teacher:
    """What the untouched network, whose weights the trunk gets, says of the photographs."""
    ours = [name for name in weights if not name.startswith("_fc.")]
    trunk.load_state_dict(dict(zip(trunk.state_dict(), (weights[name] for name in ours), strict=True)))
    trunk.requires_grad_(False).eval().to(memory_format=torch.channels_last)
    features = _cached(cache, "features", lambda: teacher_features(trunk, pixels))
    classifier = weights["_fc.weight"].float(), weights["_fc.bias"].float()
    return Teacher(features, classifier, columns.float(), features.float().mean(dim=0))


def _image_tower(
    trunk: Any, teacher: Teacher, pixels: Pixels, cache: Path, passes: int
) -> tuple[dict[str, torch.Tensor], dict[str, torch.Tensor]]:
    """The state dicts of the fine-tuned image network and of the projection after it."""
    student = student_of(trunk, pixels, teacher)
    finetune(student, teacher, pixels, passes, cache / "finetune.pt", _report)
    weight, bias = space.projection(teacher.columns, teacher.centre, *student.readout_projection())
    # It is stored in float8. What that does to the mean photograph is undone.
    rounded = weight.to(torch.float8_e4m3fn).float()
    return trunk.state_dict(), {"weight": rounded, "bias": bias + (weight - rounded) @ teacher.centre}


def _corpus(directions: torch.Tensor) -> targets.Corpus:
    classes = sources.classes()
    return targets.corpus(sources.synsets(), classes, directions.numpy(), definitions(classes))


def _stored(name: str, tensor: torch.Tensor) -> torch.Tensor:
    """The tensor in float16; those in COARSE and the text tower in float8, which changes their rows by at most 4 %."""
    if not tensor.is_floating_point():
        return tensor.contiguous()
    coarse = name in COARSE or (name.startswith("transformer.") and tensor.dim() > 1)
    precision = torch.float8_e4m3fn if coarse else torch.float16
    return tensor.detach().to(precision).contiguous()


def _report(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
