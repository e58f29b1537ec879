"""Timing on a shared machine: alternating measurements, medians, and ratios of adjacent measurements."""

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
    """The duration of one call, until the device is idle."""
    _wait(device)
    began = time.perf_counter()
    work()
    _wait(device)
    return time.perf_counter() - began


@dataclass(frozen=True, slots=True)
class Pair:
    """Two kinds of work, measured alternately.

    Attributes:
        first, second: Medians, in seconds.
        ratio: Median of second / first over the pairs; other load on the machine hardly changes it.
    """

    first: float
    second: float
    ratio: float


def pairs(first: Callable[[], object], second: Callable[[], object], count: int, device: torch.device) -> Pair:
    """Measures both alternately, `count` times each, after two warm-up calls of each."""
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
    """Yields a function that returns the peak memory since the start, in MiB above the memory in use at the start."""
    gc.collect()
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats(device)
        before = torch.cuda.memory_allocated(device)
        yield lambda: (torch.cuda.max_memory_allocated(device) - before) / 2**20
        return
    with suppress(OSError):
        _RESET.write_text("5")  # Linux: resets the peak to the current use
    before = _resident("VmRSS")
    yield lambda: (_resident("VmHWM") - before) / 2**10


def _resident(name: str) -> int:
    """A field of /proc/self/status in KiB; 0 on systems without that file."""
    with suppress(OSError):
        for line in _STATUS.read_text().splitlines():
            if line.startswith(f"{name}:"):
                return int(line.split()[1])
    return 0


def _wait(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)
