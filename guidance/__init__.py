"""Text in, picture out: CLIP guidance as a library of its own.

    from guidance import ClipModel, Request, Result, Step, render

Importing this package loads no torch; `ClipModel`, `render`, `Result` and `Step` load it when they are first used.
"""

import importlib
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from guidance.clip.model import ClipModel
    from guidance.optimize.loop import Result, Step, render
    from guidance.request.request import Request

__all__ = ["ClipModel", "Request", "Result", "Step", "render"]

_MODULES: Final = {
    "ClipModel": "guidance.clip.model",
    "Request": "guidance.request.request",
    "Result": "guidance.optimize.loop",
    "Step": "guidance.optimize.loop",
    "render": "guidance.optimize.loop",
}

if not TYPE_CHECKING:  # so that mypy refuses a name that is not there

    def __getattr__(name: str) -> Any:
        """Imports a public name when it is first used (PEP 562)."""
        if name not in _MODULES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = globals()[name] = getattr(importlib.import_module(_MODULES[name]), name)
        return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
