"""ClipModel: one or several open_clip models, loaded by name."""

import contextlib
import ctypes
import logging
import os
from collections.abc import Iterator, Sequence
from typing import Final

import open_clip
import torch

from guidance.clip.open_clip_source import check_tokenizer, layouts_of, not_loaded, open_clip_source
from guidance.clip.perceptor import PRECISIONS, Perceptor
from guidance.device.cuda_graphs import GraphCapture, graph_capture_for
from guidance.io.model_error import ModelError
from guidance.request.messages import Message
from guidance.request.model_name import DEFAULT_MODEL, ModelNameError, parse_ensemble

_KEEP_MEMORY: Final = {-4: 0, -1: 2**31 - 1, -2: 256 * 2**20}
"""Parameters of glibc's mallopt: M_MMAP_MAX, M_TRIM_THRESHOLD and M_TOP_PAD, the last two in bytes."""


def prepare(device: torch.device, threads: int = 0) -> None:
    """Sets the process up for reproducible results: the number of CPU threads, and on a GPU deterministic algorithms.

    With `threads` = 0 there is one for each core.

    On a CPU with glibc it also makes the allocator keep freed memory. Otherwise each step returns its memory to the
    system and gets it back zeroed, which takes half of the time of a convolutional model (docs/performance.md).
    """
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    torch.set_num_threads(threads or cores)
    if device.type == "cpu":
        with contextlib.suppress(OSError, AttributeError):  # not glibc
            library = ctypes.CDLL(None)
            for parameter, value in _KEEP_MEMORY.items():
                library.mallopt(parameter, value)
    if device.type == "cuda":
        # cuBLAS reads this at its first product; without it, some of its algorithms sum in varying order.
        os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
        torch.use_deterministic_algorithms(mode=True, warn_only=True)
        # Filling new tensors costs time and is not needed: nothing here reads memory that it did not write.
        torch.utils.deterministic.fill_uninitialized_memory = False  # type: ignore[attr-defined]
        torch.backends.cudnn.benchmark = False
        torch.backends.cudnn.allow_tf32 = False
        torch.backends.cuda.matmul.allow_tf32 = False


def pick_device(name: str) -> torch.device:
    """The device of that name; "auto" is a GPU if there is one, else the CPU.

    Raises:
        ModelError: The device does not exist on this machine.
    """
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        device = torch.device(name)
        torch.empty(1, device=device)
    except (RuntimeError, AssertionError) as error:
        raise ModelError(Message("device-missing", device=name)) from error
    return device


class ClipModel:
    """One or several perceptors on one device.

    Attributes:
        name: As in a Request.
        device: Where the perceptors run.
        perceptors: In the order of the name.
        shares: The perceptors' weights, divided by their sum.
        graph_capture: Captures the steps of runs; None if steps are made call by call.
    """

    def __init__(
        self,
        name: str,
        perceptors: Sequence[Perceptor],
        device: torch.device,
        graph_capture: GraphCapture | None = None,
    ) -> None:
        self.name = name
        self.device = device
        self.perceptors = tuple(perceptors)
        weights = [perceptor.weight for perceptor in perceptors]
        self.shares = torch.tensor(weights, device=device) / sum(weights)
        self.graph_capture = graph_capture

    @classmethod
    def load(
        cls,
        name: str | Sequence[str] = DEFAULT_MODEL,
        device: str = "auto",
        precision: str = "auto",
        *,
        graphs: bool = True,
        threads: int = 0,
    ) -> "ClipModel":
        """Loads one or several open_clip models.

        Args:
            name: As in a Request: "A", "A::2 + B", where A and B are `pocket`, `ARCH/PRETRAINED` as open_clip lists
                them, or open_clip's `hf-hub:…` and `local-dir:…`; or a list of such names.
            device: A torch device; "auto" is a GPU if there is one, else the CPU.
            precision: Of the image towers, one of PRECISIONS; see `Perceptor.set_precision`.
            graphs: Whether steps may be captured on a GPU; see `guidance.device.cuda_graphs`.
            threads: CPU threads of the process, on which the last bits depend; 0 for one on each core.

        Raises:
            ModelError: A name, device or precision is unknown, or weights cannot be downloaded.
        """
        whole = name if isinstance(name, str) else " + ".join(name)
        if precision not in PRECISIONS:
            raise ModelError(Message("precision-unknown", precision=precision, known=", ".join(PRECISIONS)))
        try:
            parts = parse_ensemble(whole)
        except ModelNameError as error:
            raise ModelError(error.message) from error
        torch_device = pick_device(device)
        prepare(torch_device, threads)
        perceptors = [_load(part, weight, torch_device) for part, weight in parts]
        for perceptor in perceptors:
            perceptor.set_precision(precision)
        return cls(whole, perceptors, torch_device, graph_capture_for(torch_device) if graphs else None)


def _load(name: str, weight: float, torch_device: torch.device) -> Perceptor:
    source = open_clip_source(name)
    with quiet():
        try:
            check_tokenizer(name, source.architecture, source.config())
            network = open_clip.create_model(
                source.architecture, source.pretrained, require_pretrained=True, force_quick_gelu=source.quick_gelu
            )
            tokenizer = open_clip.get_tokenizer(source.architecture)
        except ModelError:
            raise
        except Exception as error:  # open_clip passes on any error of its download libraries
            raise not_loaded(name, error) from error
    return Perceptor(name, weight, network, tokenizer, torch_device, layouts_of(source.architecture, torch_device))


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Suppresses logging up to ERROR: open_clip logs each stage of loading on the root logger."""
    before = logging.root.manager.disable
    logging.disable(logging.ERROR)
    try:
        yield
    finally:
        logging.disable(before)
