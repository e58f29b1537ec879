"""Photographs for training, from outside the repository.

Either a pack (`photos.bin` with JPEG after JPEG and `offsets.npy` with where each begins and the last ends) or a folder
of JPEG and PNG files. They are decoded once, to squares of SIDE pixels in a cache.
"""

import io
import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image
from torch import Tensor

SIDE: Final = 144
FEWEST: Final = 1000

Pixels = npt.NDArray[np.uint8]


class PhotosError(RuntimeError):
    """No photographs to train on; the message says what is needed."""


def decoded(folder: Path, cache: Path) -> Pixels:
    """(N, SIDE, SIDE, 3), mapped from the cache; written there the first time.

    Raises:
        PhotosError: The folder has too few photographs.
    """
    stored = cache / "photos.npy"
    if not stored.exists():
        count = _count(folder)
        if count < FEWEST:
            raise PhotosError(
                f"{folder} has {count} photographs, but training needs at least {FEWEST}: "
                "set PHOTOS to a folder of JPEG or PNG files, or of photos.bin and offsets.npy"
            )
        cache.mkdir(parents=True, exist_ok=True)
        unfinished = cache / "photos.unfinished.npy"
        pixels = np.lib.format.open_memmap(unfinished, mode="w+", dtype=np.uint8, shape=(count, SIDE, SIDE, 3))
        for index, data in enumerate(encoded(folder)):
            pixels[index] = np.asarray(square(Image.open(io.BytesIO(data))))
        pixels.flush()
        unfinished.rename(stored)
    mapped: Pixels = np.load(stored, mmap_mode="r")
    return mapped


def _count(folder: Path) -> int:
    return len(np.load(folder / "offsets.npy")) - 1 if _is_pack(folder) else len(_files(folder))


def encoded(folder: Path) -> Iterator[bytes]:
    """The bytes of each photograph of a folder."""
    if _is_pack(folder):
        offsets = np.load(folder / "offsets.npy")
        data = np.memmap(folder / "photos.bin", dtype=np.uint8, mode="r")
        yield from (data[first:last].tobytes() for first, last in itertools.pairwise(offsets))
    else:
        yield from (path.read_bytes() for path in _files(folder))


def _is_pack(folder: Path) -> bool:
    return (folder / "photos.bin").exists() and (folder / "offsets.npy").exists()


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.suffix.lower() in {".jpg", ".jpeg", ".png"})


def square(image: Image.Image) -> Image.Image:
    """The middle square, in colour."""
    width, height = image.size
    side = min(width, height)
    left, top = (width - side) // 2, (height - side) // 2
    middle = image.convert("RGB").crop((left, top, left + side, top + side))
    return middle.resize((SIDE, SIDE), Image.Resampling.BICUBIC)


def as_tensor(pixels: Pixels) -> Tensor:
    """(N, H, W, 3) bytes to (N, 3, H, W) in [0, 1]."""
    return torch.from_numpy(np.array(pixels)).permute(0, 3, 1, 2).float() / 255
