"""What may be chosen for a picture beside its words, and what each model takes where nothing was chosen."""

import math
import re
from typing import Final, TypedDict

DEFAULT_MODEL: Final = "pocket"
CANVASES: Final = ("pyramid", "fourier", "pixels", "palette")
DISTANCES: Final = ("cosine", "spherical")
_WEIGHT: Final = re.compile(r"\d{1,3}(\.\d{0,6})?", re.ASCII)

_LONG: Final = 64
"""Steps from which on the rate no longer falls; see `scale_learning_rate`."""
_DOUBLINGS: Final = 2
"""Of the steps, until the noise has fallen to nothing at the end of a run; see `for_steps`."""


class Settings(TypedDict, total=False):
    """Fields of a Request, which explains them."""

    negative: str
    width: int
    height: int
    steps: int
    stop: float
    canvas: str
    level_decay: float
    colours: int
    pixel: int
    strength: float
    perturbation: float
    views: int
    view_low: float
    view_high: float
    view_low_end: float
    view_high_end: float
    flip: float
    rotation: float
    perspective: float
    jitter: float
    noise: float
    noise_end: float
    distance: str
    learning_rate: float
    locality: float
    smoothness: float
    saturation: float
    clipping: float
    high_frequency: float
    repetition: float
    familiarity: float
    early_stop: float


COMMON: Final[Settings] = {
    "negative": "",
    "stop": 1.0,
    "canvas": "pyramid",
    "level_decay": 0.25,
    "colours": 16,
    "pixel": 1,
    "strength": 0.6,
    "perturbation": 0.0,
    "flip": 0.5,
    "rotation": 0.0,
    "perspective": 0.0,
    "jitter": 0.0,
    "distance": "cosine",
    "locality": 1.0,
    "saturation": 0.0,
    "clipping": 0.0,
    "high_frequency": 0.0,
    "repetition": 0.0,
    "familiarity": 0.0,
    "early_stop": 0.0,
}
POCKET: Final[Settings] = COMMON | {
    "width": 256,
    "height": 256,
    "steps": 64,
    "level_decay": 0.0,
    "views": 6,
    "view_low": 0.7,
    "view_high": 1.0,
    "view_low_end": 0.7,
    "view_high_end": 1.0,
    "noise": 0.1,  # for its 64 steps; see `for_steps`
    "noise_end": 0.1,
    "learning_rate": 0.13,  # for its 64 steps; see `scale_learning_rate`
    "locality": 0.0,
    "smoothness": 2.0,
    "clipping": 1.0,
    "familiarity": 1.0,
}
OPEN_CLIP: Final[Settings] = COMMON | {
    "width": 448,
    "height": 448,
    "steps": 150,
    "views": 16,
    "view_low": 0.4,
    "view_high": 1.0,
    "view_low_end": 0.4,
    "view_high_end": 1.0,
    "noise": 0.2,
    "noise_end": 0.2,
    "learning_rate": 0.1,  # for its 150 steps
    "smoothness": 1.0,
}
"""For every model but `pocket`; after DAS-AG (2025): 448 px, 8 views. Not tuned: no such weights were at hand."""


def defaults_for(model: str) -> Settings:
    """The defaults of a model, named as in a Request."""
    return POCKET if model == DEFAULT_MODEL else OPEN_CLIP


def for_steps(model: str, steps: int) -> Settings:
    """What of a model's defaults changes with the number of steps: the learning rate and, for `pocket`, the noise.

    A long run has the time for shapes first: loud noise on the views hides from CLIP all that is fine. At the end there
    is none, and CLIP sees what people see. With the noise of 64 steps, 256 were judged no better (docs/performance.md).
    For other models nothing was measured, and theirs stays.
    """
    own = defaults_for(model)
    settings: Settings = {"learning_rate": scale_learning_rate(own["learning_rate"], own["steps"], steps)}
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


def parse_ensemble(model: str) -> tuple[tuple[str, float], ...]:
    """The models of an ensemble and their weights: "A::2 + B" is (("A", 2.0), ("B", 1.0)).

    Raises:
        ValueError: A name is missing or given twice, or a weight is none.
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
