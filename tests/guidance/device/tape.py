"""A stand-in for CUDA graphs on a CPU: records the calls of some work and repeats them on the same memory.

As with CUDA graphs, a number that Python put into a call stays as it was, and work that is random or waits for a result
cannot be captured. So work that replays correctly here can be captured by CUDA.
"""

import time
from collections.abc import Callable
from typing import Any, Final

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from guidance.device.cuda_graphs import Work

REFUSED: Final = ("rand", "normal", "bernoulli", "uniform", "local_scalar", "lift_fresh", "nonzero", "dense_backward")
"""Parts of the names of operations that are random, wait (some only on CUDA) or read a constant from Python."""
Call = tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any], list[Tensor]]


class Tape:
    """A GraphCapture for the CPU. replays: the number of replays of all captures."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.replays = 0

    def capture(self, work: Work) -> tuple[Callable[[], object], Tensor]:
        """Runs the work once and records its calls."""
        began = time.perf_counter()
        with _Listener() as listener:
            answer = work()
        self.seconds += time.perf_counter() - began

        @torch.no_grad()
        def replay() -> None:
            self.replays += 1
            for call, arguments, named, results in listener.calls:
                for old, new in zip(results, tensors_of(call(*arguments, **named)), strict=True):
                    if old.data_ptr() != new.data_ptr():  # otherwise a view, or changed in place
                        old.copy_(new)

        return replay, answer


class _Listener(TorchDispatchMode):  # type: ignore[no-untyped-call]
    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.calls: list[Call] = []

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        named = kwargs or {}
        if any(part in str(func) for part in REFUSED):
            raise RuntimeError(f"{func} cannot be captured")
        answer = func(*args, **named)
        self.calls.append((func, args, named, tensors_of(answer)))
        return answer


def tensors_of(answer: Any) -> list[Tensor]:
    """All tensors in a nested structure of lists and tuples."""
    return [leaf for leaf in tree_leaves(answer) if isinstance(leaf, Tensor)]
