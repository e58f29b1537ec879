"""A line of the evaluation's table: a measurement and the value it must reach."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True)
class Criterion:
    """A measurement and its requirement.

    Attributes:
        name: What is measured.
        found: The measured value as text.
        wanted: The required value as text; "" if there is no requirement.
        met: True if the requirement is met, or there is none.
    """

    name: str
    found: str
    wanted: str = ""
    met: bool = True

    @classmethod
    def share(cls, name: str, hits: Sequence[bool], least: float | None = None) -> Self:
        """A share of hits, which must be at least `least`, in [0, 1], if that is given."""
        if not hits:
            return cls(name, "0 of 0")
        found = f"{sum(hits) / len(hits):.0%} ({sum(hits)} of {len(hits)})"
        if least is None:
            return cls(name, found)
        return cls(name, found, f"at least {least:.0%}", sum(hits) >= least * len(hits))

    @classmethod
    def limit(cls, name: str, value: float, most: float, unit: str) -> Self:
        """A value that must be at most `most`."""
        return cls(name, f"{value:.3g} {unit}", f"at most {most:g} {unit}", value <= most)

    def row(self) -> str:
        """The row of a Markdown table."""
        status = ("met" if self.met else "MISSED") if self.wanted else ""
        return f"| {self.name} | {self.found} | {self.wanted} | {status} |"
