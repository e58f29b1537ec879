"""The defaults of each model."""

from typing import Any, Final

from guidance.request.model_name import DEFAULT_MODEL
from guidance.request.parameters import PARAMETERS

_LONG: Final = 64
"""From this number of steps on, the learning rate no longer falls; see `scale_learning_rate`."""


def defaults_for(model: str, canvas: str = "") -> dict[str, Any]:
    """The defaults of a model, and of a canvas if one is named, by the Request's field; the seed has none."""
    pocket = model == DEFAULT_MODEL
    values = {name: known.default_for(pocket=pocket, canvas=canvas) for name, known in PARAMETERS.items()}
    values |= {"canvas": canvas} if canvas else {}
    return {name: value for name, value in values.items() if value is not None}


def for_steps(model: str, steps: int) -> dict[str, Any]:
    """The defaults that change with the number of steps: the learning rate."""
    own = defaults_for(model)
    return {"learning_rate": scale_learning_rate(own["learning_rate"], own["steps"], steps)}


def scale_learning_rate(rate: float, steps: int, new_steps: int) -> float:
    """The learning rate for another number of steps.

    A step moves the canvas by about the rate, so with the same rate few steps stay pale: on prompts for development, 20
    steps were best judged at 2 to 3 times the rate of 64. Longer runs keep the rate.
    """
    longer: float = (min(steps, _LONG) / min(new_steps, _LONG)) ** 0.75
    return round(rate * longer, 4)
