"""Counts calls of torch operators: on a GPU, a loop of many small calls is limited by their number."""

from collections.abc import Callable
from typing import Any

from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves


def calls(work: Callable[[], object]) -> int:
    """The number of calls in one execution of `work`, without views and empty tensors, which run no kernel."""
    counter = _Counter()
    with counter:
        work()
    return counter.number


class _Counter(TorchDispatchMode):  # type: ignore[no-untyped-call]
    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.number = 0

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        answer = func(*args, **(kwargs or {}))
        new = bool(_addresses(answer) - _addresses((args, kwargs))) and "empty" not in func.name()
        self.number += new or func._schema.is_mutable  # noqa: SLF001 - no public attribute has it
        return answer


def _addresses(values: object) -> set[int]:
    """The addresses of the storages of all tensors in nested lists, tuples and dictionaries."""
    return {leaf.untyped_storage().data_ptr() for leaf in tree_leaves(values) if isinstance(leaf, Tensor)}
