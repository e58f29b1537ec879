"""What CUDA's graphs do, on a CPU: the calls of some work, done again on the same memory and with nothing else.

As there, a number that Python or the CPU has put into a call stays as it was, and work that is random, or that waits
for an answer, cannot be captured. So what replays here to the right bits is fit to be captured there.
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
"""Parts of names: random, waiting for an answer (some only on CUDA), or a constant that comes from Python's memory."""
Call = tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any], list[Tensor]]


class Tape:
    """A GraphCapture for the CPU. replays: how often captures were."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.replays = 0

    def capture(self, work: Work) -> tuple[Callable[[], object], Tensor]:
        """The work is done once while it is captured."""
        began = time.perf_counter()
        with _Listener() as listener:
            answer = work()
        self.seconds += time.perf_counter() - began

        @torch.no_grad()
        def replay() -> None:
            self.replays += 1
            for call, arguments, named, results in listener.calls:
                for kept, new in zip(results, tensors_of(call(*arguments, **named)), strict=True):
                    if kept.data_ptr() != new.data_ptr():  # else a view, or changed in its place
                        kept.copy_(new)

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
    """However deep in lists and tuples."""
    return [leaf for leaf in tree_leaves(answer) if isinstance(leaf, Tensor)]
