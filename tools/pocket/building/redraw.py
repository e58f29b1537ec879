"""Makes the network that draws pictures anew: `python -m tools.pocket.building.redraw --photos DIR --cache DIR`.

Real-ESRGAN's large network takes 33 MB. Of its 23 blocks, each of which adds a little to the same features, the 12 stay
that are missed the most; which they are was found by leaving out, again and again, the one whose absence changed the
features of six pictures least. Then these learn the whole network's answers (distillation) to parts of photographs and,
if there are any in `--pictures`, of pictures that guidance made. Weights are stored as integers of eight bits.
"""

import argparse
import copy
import math
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image
from safetensors.torch import save_file
from torch import Tensor
from torch.nn.functional import avg_pool2d, interpolate, l1_loss

from guidance.canvas.redraw import SCALE, STEP_SIZES, WEIGHTS, SuperResolution
from guidance.clip.model import pick_device, prepare
from tools.pocket.building.photos import decoded
from tools.pocket.building.real_esrgan import large_network

Pixels = npt.NDArray[np.uint8]

KEPT: Final = (0, 1, 2, 4, 6, 12, 15, 16, 17, 19, 21, 22)
"""Blocks of the large network."""

PAIRS: Final = 1024
HELD_OUT: Final = 32
"""Pairs that are not trained on."""
SHARD: Final = 64
"""Pairs in each file of the cache."""
PART: Final = 48
"""Side of what the teacher enlarges, in pixels."""
SIDES: Final = (56, 64, 72, 80, 96)
"""Sides to which a picture is reduced before a part is cut out."""
PICTURES: Final = 0.4
"""The share of parts from pictures that guidance made."""
NOISE: Final = 0.04
"""Largest standard deviation of the noise that half of the parts get, where white is 1."""

PASSES: Final = 800
BATCH: Final = 8
CROP: Final = 32
"""Side of what the student sees of a part."""
RATE: Final = 1e-4
DETAIL: Final = 1.0
"""Weight of the difference in what is finer than four pixels."""
AVERAGE: Final = 0.995


def main() -> None:
    """Makes the pairs that the cache lacks, trains, and writes the weights."""
    parser = argparse.ArgumentParser(prog="python -m tools.pocket.building.redraw", description=__doc__)
    parser.add_argument("--photos", type=Path, required=True, help="a folder of photographs, or of a pack of them")
    parser.add_argument("--pictures", type=Path, help="a folder of PNGs that guidance made without redrawing")
    parser.add_argument("--cache", type=Path, required=True, help="keeps decoded photographs and pairs")
    parser.add_argument("--pairs", type=int, default=PAIRS, help="default: %(default)s")
    parser.add_argument("--passes", type=int, default=PASSES, help="default: %(default)s")
    parser.add_argument("--out", type=Path, default=WEIGHTS, help="default: %(default)s")
    options = parser.parse_args()
    torch.manual_seed(0)
    prepare(pick_device("cpu"))
    cache = options.cache / "redraw"
    cache.mkdir(parents=True, exist_ok=True)
    if len(list(cache.glob("*.npz"))) * SHARD < options.pairs:
        guided = [] if options.pictures is None else [_pixels(path) for path in sorted(options.pictures.rglob("*.png"))]
        _make_pairs(decoded(options.photos, options.cache), guided, options.pairs, cache)
    network = train(*_load(cache), options.passes, _report)
    save_file(stored(network), options.out)
    _report(f"{options.out}: {options.out.stat().st_size} bytes")


def train(small: Tensor, large: Tensor, passes: int, report: Callable[[str], None]) -> SuperResolution:
    """The student, with the mean of its last weights.

    Args:
        small: (n, 3, PART, PART), bytes.
        large: (n, 3, SCALE · PART, SCALE · PART), the whole network's answers; HELD_OUT are not trained on.
        passes: Batches.
        report: Called with a line now and then.
    """
    student = shortened(large_network())
    mean = copy.deepcopy(student)
    optimizer = torch.optim.Adam(student.parameters(), lr=RATE, betas=(0.9, 0.99))
    random = np.random.default_rng(0)
    held_out = _floats(small[-HELD_OUT:]), _floats(large[-HELD_OUT:])
    report(f"before: {_difference(student, *held_out):.4f}")
    for number in range(passes):
        for group in optimizer.param_groups:
            group["lr"] = RATE * min(1, (number + 1) / 50) * (0.02 + 0.49 * (1 + math.cos(math.pi * number / passes)))
        images, answers = _batch(small[:-HELD_OUT], large[:-HELD_OUT], random)
        given = student(images)
        loss = l1_loss(given, answers) + DETAIL * l1_loss(_detail(given), _detail(answers))
        optimizer.zero_grad()
        torch.autograd.backward(loss)
        optimizer.step()
        with torch.no_grad():
            share = 1 - min(AVERAGE, (number + 1) / (number + 10))
            torch._foreach_lerp_(list(mean.parameters()), list(student.parameters()), share)
        if number % 100 == 99:
            report(f"{number + 1} passes: {loss.item():.4f}, held out {_difference(mean, *held_out):.4f}")
    return mean


def shortened(network: SuperResolution) -> SuperResolution:
    """A copy with the blocks KEPT."""
    copied = copy.deepcopy(network).requires_grad_()
    copied.body = torch.nn.Sequential(*(copied.body[index] for index in KEPT))
    return copied


def stored(network: SuperResolution) -> dict[str, Tensor]:
    """The state dict with weights as int8 and, for each of their output channels, the value of 1; biases in float16."""
    found = {}
    for name, values in network.state_dict().items():
        if values.ndim == 1:
            found[name] = values.half()
            continue
        sizes = (values.abs().amax(dim=(1, 2, 3), keepdim=True).clamp_min(1e-4) / 127).half()
        found[name] = (values / sizes.float()).round().clamp(-127, 127).to(torch.int8).contiguous()
        found[name + STEP_SIZES] = sizes
    return found


@torch.no_grad()
def _make_pairs(photos: Pixels, guided: list[Pixels], count: int, cache: Path) -> None:
    teacher = large_network()
    parts = _parts(photos, guided)
    for number in range(len(list(cache.glob("*.npz"))), -(-count // SHARD)):
        small = torch.stack([next(parts) for _ in range(SHARD)])
        large = torch.cat(
            [teacher(batch.contiguous(memory_format=torch.channels_last)) for batch in torch.chunk(small, SHARD // 8)]
        )
        np.savez(cache / f"{number:04}.npz", x=_bytes(small), y=_bytes(large))
        _report(f"{(number + 1) * SHARD} pairs")


def _parts(photos: Pixels, guided: list[Pixels]) -> Iterator[Tensor]:
    """Parts of reduced pictures, (3, PART, PART) in [0, 1]."""
    random = np.random.default_rng()
    while True:
        source: Pixels | list[Pixels] = guided if guided and random.random() < PICTURES else photos
        image = _floats(torch.from_numpy(source[random.integers(len(source))].copy()).permute(2, 0, 1)[None])
        side = int(random.choice(SIDES))
        reduced = interpolate(image, (side, side), mode="area")[0]
        top, left = random.integers(0, side - PART + 1, 2)
        part = reduced[:, top : top + PART, left : left + PART]
        deviation = float(random.random()) * NOISE * float(random.random() < 0.5)
        yield (part + torch.randn_like(part) * deviation).clamp(0, 1)


def _load(cache: Path) -> tuple[Tensor, Tensor]:
    shards = [np.load(path) for path in sorted(cache.glob("*.npz"))]
    return tuple(torch.from_numpy(np.concatenate([shard[name] for shard in shards])) for name in ("x", "y"))  # type: ignore[return-value]


def _batch(small: Tensor, large: Tensor, random: np.random.Generator) -> tuple[Tensor, Tensor]:
    """The same random crops, mirrored and turned, of BATCH pairs."""
    images: list[Tensor] = []
    answers: list[Tensor] = []
    for index in random.choice(len(small), BATCH, replace=False):
        top, left = random.integers(0, PART - CROP + 1, 2)
        turns, mirrored = int(random.integers(4)), bool(random.integers(2))
        for found, pixels, scale in ((images, small, 1), (answers, large, SCALE)):
            y, x, side = top * scale, left * scale, CROP * scale
            crop = torch.rot90(pixels[index, :, y : y + side, x : x + side], turns, (1, 2))
            found.append(crop.flip(2) if mirrored else crop)
    return _floats(torch.stack(images)), _floats(torch.stack(answers))


def _detail(images: Tensor) -> Tensor:
    return images - interpolate(avg_pool2d(images, SCALE), scale_factor=SCALE, mode="nearest")


@torch.no_grad()
def _difference(network: torch.nn.Module, images: Tensor, answers: Tensor) -> float:
    return float(l1_loss(network(images), answers))


def _pixels(path: Path) -> Pixels:
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB"))


def _floats(pixels: Tensor) -> Tensor:
    return (pixels.float() / 255).contiguous(memory_format=torch.channels_last)


def _bytes(images: Tensor) -> Pixels:
    return (images.clamp(0, 1) * 255).round().byte().numpy()


def _report(line: str) -> None:
    sys.stderr.write(f"{line}\n")


if __name__ == "__main__":
    main()
