"""ClipModel: an open_clip model, frozen, behind `encode_text` and `encode_image`."""

import contextlib
import logging
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import open_clip
import torch
from torch import Tensor

from guidance.request import DEFAULT_MODEL

POCKET: Final = Path(__file__).parent / "pocket"


class ModelError(RuntimeError):
    """A model that cannot be had; the message is one sentence that says what to do."""


def set_threads() -> None:
    """Fixes the number of CPU threads, on which the last bits of a result depend, in code."""
    torch.set_num_threads(
        max(1, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)
    )


def pick_device(name: str) -> torch.device:
    """The device of that name; "auto" takes a GPU if there is one.

    Raises:
        ModelError: No such device here.
    """
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        device = torch.device(name)
        torch.empty(1, device=device)
    except (RuntimeError, AssertionError) as error:
        raise ModelError(f"device {name!r} is not to be had here; use auto or cpu") from error
    return device


class ClipModel:
    """A frozen CLIP on one device.

    Attributes:
        name: As in a Request.
        device: Where it runs.
        image_size: Side of a view in pixels.
    """

    def __init__(
        self, name: str, network: open_clip.CLIP, tokenizer: open_clip.SimpleTokenizer, device: torch.device
    ) -> None:
        preprocessing = open_clip.get_model_preprocess_cfg(network)
        size = preprocessing["size"]
        self.name = name
        self.device = device
        self.image_size: int = size if isinstance(size, int) else min(size)
        self._network = network.to(device).to(memory_format=torch.channels_last).eval().requires_grad_(False)
        self._tokenizer = tokenizer
        self._mean = torch.tensor(preprocessing["mean"], device=device).view(1, 3, 1, 1)
        self._std = torch.tensor(preprocessing["std"], device=device).view(1, 3, 1, 1)

    @classmethod
    def load(cls, name: str = DEFAULT_MODEL, device: str = "auto") -> "ClipModel":
        """Loads `pocket`, an open_clip pair `ARCH/PRETRAINED`, or one of open_clip's schemas, verbatim.

        Raises:
            ModelError: The name is unknown, the weights cannot be fetched, or there is no such device.
        """
        place = pick_device(device)
        set_threads()
        architecture, pretrained = _open_clip_name(name)
        with _quiet():
            try:
                network = open_clip.create_model(architecture, pretrained, require_pretrained=True)
                tokenizer = open_clip.get_tokenizer(architecture)
            except Exception as error:  # open_clip and its hub raise whatever their transport raises
                raise ModelError(
                    f"model {name!r} could not be loaded ({_first_line(error)}); its weights come from the network "
                    f"at the first use, so connect once or name {DEFAULT_MODEL!r}, which needs no download"
                ) from error
        return cls(name, network, tokenizer, place)

    @torch.no_grad()
    def encode_text(self, texts: Sequence[str]) -> Tensor:
        """N texts to (N, D), float32, unit length. What is too long for the model is cut at its end."""
        tokens = self._tokenizer(list(texts)).to(self.device)
        return _unit(self._network.encode_text(tokens))

    def encode_image(self, views: Tensor) -> Tensor:
        """(V, 3, image_size, image_size) with white at 1 to (V, D), float32, unit length; differentiable."""
        normal = (views - self._mean) / self._std
        return _unit(self._network.encode_image(normal.contiguous(memory_format=torch.channels_last)))


def _unit(vectors: Tensor) -> Tensor:
    return torch.nn.functional.normalize(vectors.float(), dim=-1)


def _open_clip_name(name: str) -> tuple[str, str | None]:
    """A Request's model as open_clip's (architecture, pretrained).

    Raises:
        ModelError: Not a name of any form.
    """
    if name == DEFAULT_MODEL:
        return f"local-dir:{POCKET}", None
    if name.startswith(("hf-hub:", "local-dir:")):
        return name, None
    architecture, _, pretrained = name.partition("/")
    if not pretrained or (architecture, pretrained) not in open_clip.list_pretrained():
        raise ModelError(
            f"model {name!r} is unknown; name {DEFAULT_MODEL!r} or ARCH/PRETRAINED as open_clip lists them, "
            "such as ViT-B-32/laion2b_s34b_b79k"
        )
    return architecture, pretrained


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return (lines[0] if lines else type(error).__name__)[:160].rstrip(". ")


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """open_clip logs each stage of loading on the root logger; a caller gets the outcome instead."""
    before = logging.root.manager.disable
    logging.disable(logging.ERROR)
    try:
        yield
    finally:
        logging.disable(before)
