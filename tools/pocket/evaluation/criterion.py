"""A line of the evaluation's table: a measurement and the value it must reach."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True)
class Criterion:
    """What was asked and what was found.

    Attributes:
        name: Of what.
        found, wanted: In words; `wanted` is "" where nothing was promised.
        met: Whether it is what was wanted.
    """

    name: str
    found: str
    wanted: str = ""
    met: bool = True

    @classmethod
    def share(cls, name: str, hits: Sequence[bool], least: float | None = None) -> Self:
        """How many of some are right."""
        if not hits:
            return cls(name, "0 of 0")
        found = f"{sum(hits) / len(hits):.0%} ({sum(hits)} of {len(hits)})"
        if least is None:
            return cls(name, found)
        return cls(name, found, f"at least {least:.0%}", sum(hits) >= least * len(hits))

    @classmethod
    def limit(cls, name: str, value: float, most: float, unit: str) -> Self:
        """A number that must not be above another."""
        return cls(name, f"{value:.3g} {unit}", f"at most {most:g} {unit}", value <= most)

    def row(self) -> str:
        """As a line of a Markdown table."""
        status = ("met" if self.met else "MISSED") if self.wanted else ""
        return f"| {self.name} | {self.found} | {self.wanted} | {status} |"
