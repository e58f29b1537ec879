"""How a model is named: one CLIP, or an ensemble with weights."""

import re
from typing import Final

DEFAULT_MODEL: Final = "pocket"
_WEIGHT: Final = re.compile(r"\d{1,3}(\.\d{0,6})?", re.ASCII)


def parse_ensemble(model: str) -> tuple[tuple[str, float], ...]:
    """The models of an ensemble and their weights: "A::2 + B" is (("A", 2.0), ("B", 1.0)).

    Raises:
        ValueError: A name is missing or given twice, or a weight is not a number above 0, up to 100.
    """
    found: dict[str, float] = {}
    for entry in model.split(" + "):
        name, separator, weight = entry.strip().rpartition("::")
        if not separator:
            name, weight = entry.strip(), "1"
        if not name or name in found:
            raise ValueError(f"model {model!r} names {'a model twice' if name else 'no model'} at {entry!r}")
        if not _WEIGHT.fullmatch(weight) or not 0 < float(weight) <= 100:
            raise ValueError(f"model {name!r} has the weight {weight!r}, but must have a number above 0, up to 100")
        found[name] = float(weight)
    return tuple(found.items())
