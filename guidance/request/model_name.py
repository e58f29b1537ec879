"""How a model is named: one CLIP, or an ensemble with weights."""

import re
from typing import Final

from guidance.request.messages import Message, MessageError

DEFAULT_MODEL: Final = "pocket"
FOLDER: Final = "local-dir:"
"""Before the path of a folder with a model that open_clip saved."""
_WEIGHT: Final = re.compile(r"\d{1,3}(\.\d{0,6})?", re.ASCII)


class ModelNameError(MessageError, ValueError):
    """A name that is not that of a model or an ensemble."""


def parse_ensemble(model: str) -> tuple[tuple[str, float], ...]:
    """The models of an ensemble and their weights: "A::2 + B" is (("A", 2.0), ("B", 1.0)).

    Raises:
        ModelNameError: A name is missing or given twice, or a weight is not a number above 0, up to 100.
    """
    found: dict[str, float] = {}
    for entry in model.split(" + "):
        name, separator, weight = entry.strip().rpartition("::")
        if not separator:
            name, weight = entry.strip(), "1"
        if not name or name in found:
            raise ModelNameError(Message("model-twice" if name else "model-missing", model=model, entry=entry))
        if not _WEIGHT.fullmatch(weight) or not 0 < float(weight) <= 100:
            raise ModelNameError(Message("model-weight", model=name, weight=weight))
        found[name] = float(weight)
    return tuple(found.items())
