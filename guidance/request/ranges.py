"""The values that a number may take, in one place: requests, flags, the command line and the bot all read them here."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Range:
    """Both ends included."""

    low: float
    high: float
    unit: str

    def __str__(self) -> str:
        return f"{self.low:.10g} to {self.high:.10g} {self.unit}".rstrip()

    def holds(self, value: float) -> bool:
        """False for what is outside, and for what is not a number."""
        return self.low <= value <= self.high


RANGES: Final[Mapping[str, Range]] = {
    "width": Range(64, 2048, "pixels"),
    "height": Range(64, 2048, "pixels"),
    "steps": Range(1, 2000, "steps"),
    "stop": Range(0.0005, 1, "of the schedule"),  # the first of the most steps
    "seed": Range(0, 2**32 - 1, ""),
    "level_decay": Range(0, 2, ""),
    "colours": Range(2, 64, "colours"),
    "pixel": Range(1, 32, "pixels"),
    "strength": Range(0, 1, "of the schedule"),
    "perturbation": Range(0, 1, "of the picture"),
    "views": Range(1, 256, "views"),
    "view_low": Range(0.05, 1, "of the short side"),
    "view_high": Range(0.05, 1, "of the short side"),
    "view_low_end": Range(0.05, 1, "of the short side"),
    "view_high_end": Range(0.05, 1, "of the short side"),
    "flip": Range(0, 1, "of the views"),
    "rotation": Range(0, 45, "degrees"),
    "perspective": Range(0, 0.5, "of a view's side"),
    "jitter": Range(0, 1, ""),
    "noise": Range(0, 1, "where white is 1"),
    "noise_end": Range(0, 1, "where white is 1"),
    "learning_rate": Range(0.0001, 10, ""),
    "locality": Range(0, 1, ""),
    "smoothness": Range(0, 1000, ""),
    "saturation": Range(0, 1000, ""),
    "clipping": Range(0, 1000, ""),
    "high_frequency": Range(0, 1000, ""),
    "repetition": Range(0, 1000, ""),
    "familiarity": Range(0, 1000, ""),
    "early_stop": Range(0, 1, "of similarity"),
}
"""By the name of the Request's field."""
