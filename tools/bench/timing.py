"""Measuring on a machine that others use too: pairs taken in turn, medians, ratios within one run."""

import gc
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import torch

_STATUS: Final = Path("/proc/self/status")
_RESET: Final = Path("/proc/self/clear_refs")


def seconds(work: Callable[[], object], device: torch.device) -> float:
    """Of one call, until the device is done."""
    _wait(device)
    began = time.perf_counter()
    work()
    _wait(device)
    return time.perf_counter() - began


@dataclass(frozen=True, slots=True)
class Pair:
    """Medians of two kinds of work that were measured in turn. ratio: of the pairs, which a busy neighbour spares."""

    first: float
    second: float
    ratio: float


def pairs(first: Callable[[], object], second: Callable[[], object], count: int, device: torch.device) -> Pair:
    """Measures both in turn, after a warm-up of two each; ratio is second / first."""
    for _ in range(2):
        first()
        second()
    taken = [(seconds(first, device), seconds(second, device)) for _ in range(count)]
    return Pair(
        statistics.median(one for one, _ in taken),
        statistics.median(other for _, other in taken),
        statistics.median(other / one for one, other in taken),
    )


@contextmanager
def peak_memory(device: torch.device) -> Iterator[Callable[[], float]]:
    """Yields a function that says how many MiB more than at the start were in use at the highest point since."""
    gc.collect()
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats(device)
        before = torch.cuda.memory_allocated(device)
        yield lambda: (torch.cuda.max_memory_allocated(device) - before) / 2**20
        return
    with suppress(OSError):
        _RESET.write_text("5")  # Linux: the peak is now what is in use
    before = _resident("VmRSS")
    yield lambda: (_resident("VmHWM") - before) / 2**10


def _resident(name: str) -> int:
    """KiB, or 0 where the system does not say."""
    with suppress(OSError):
        for line in _STATUS.read_text().splitlines():
            if line.startswith(f"{name}:"):
                return int(line.split()[1])
    return 0


def _wait(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)
