"""How many calls some work makes to torch's operators, which is what it costs a GPU that waits for the next one."""

from collections.abc import Callable
from typing import Any

from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves


def calls(work: Callable[[], object]) -> int:
    """Of one go. Views and empty memory, which ask the device for nothing, are left out."""
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
        made = bool(_places(answer) - _places((args, kwargs))) and "empty" not in func.name()
        self.number += made or func._schema.is_mutable  # noqa: SLF001 - torch tells it nowhere else
        return answer


def _places(values: object) -> set[int]:
    """Where the memory of tensors begins, however deep they lie."""
    return {leaf.untyped_storage().data_ptr() for leaf in tree_leaves(values) if isinstance(leaf, Tensor)}
