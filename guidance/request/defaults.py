"""What each model takes where nothing was chosen."""

import math
from typing import Any, Final

from guidance.request.model_name import DEFAULT_MODEL
from guidance.request.parameters import PARAMETERS

_LONG: Final = 64
"""From this number of steps on, the learning rate no longer falls; see `scale_learning_rate`."""
_DOUBLINGS: Final = 2
"""Doublings of the default steps after which the noise ends at 0; see `for_steps`."""


def defaults_for(model: str) -> dict[str, Any]:
    """The defaults of a model by the name of the Request's field; the seed has none."""
    values = {name: known.default_for(pocket=model == DEFAULT_MODEL) for name, known in PARAMETERS.items()}
    return {name: value for name, value in values.items() if value is not None}


def for_steps(model: str, steps: int) -> dict[str, Any]:
    """The defaults that change with the number of steps: the learning rate and, for `pocket`, the noise.

    A long run has the time for shapes first: strong noise on the views hides fine detail from CLIP. At the end there is
    no noise, and CLIP sees what people see. With the noise of 64 steps, 256 were judged no better
    (docs/performance.md). For other models nothing was measured, and their noise stays.
    """
    own = defaults_for(model)
    settings = {"learning_rate": scale_learning_rate(own["learning_rate"], own["steps"], steps)}
    if model == DEFAULT_MODEL:
        doublings = min(max(math.log2(steps / own["steps"]), 0.0), _DOUBLINGS)
        settings["noise"] = round(own["noise"] * (1 + doublings), 4)
        settings["noise_end"] = round(own["noise_end"] * (1 - doublings / _DOUBLINGS), 4)
    return settings


def scale_learning_rate(rate: float, steps: int, new_steps: int) -> float:
    """The learning rate for another number of steps.

    A step moves the canvas by about the rate, so with the same rate few steps stay pale: on prompts for development, 20
    steps were best judged at 2 to 3 times the rate of 64. Runs longer than that keep the rate: with less, they were
    judged worse than shorter ones (docs/performance.md).
    """
    longer: float = (min(steps, _LONG) / min(new_steps, _LONG)) ** 0.75
    return round(rate * longer, 4)
