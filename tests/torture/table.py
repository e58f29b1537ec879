"""One row for each kind of fault, and the table of all rows."""

import json
import statistics
import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Final, Self

from tests.torture.judge import Rules, Verdict

MOST_INVALID: Final = 20
"""Fewer requests than this with status 401, 403 or 429 are permitted for a fault."""
HEADER: Final = ("fault", "times", "jobs", "in words", "lost", "doubled", "orphans", "invalid", "recovery s")


@dataclass(slots=True)
class Row:
    """What one kind of fault did.

    Attributes:
        fault: Its name.
        times: How often it was injected.
        jobs: Jobs that the bot accepted meanwhile.
        in_words: Those of them that ended without a picture, as their messages say.
        lost, doubled: A sentence for each.
        orphans: Processes that outlived the bot by more than 10 s.
        invalid: Requests with status 401, 403 or 429 beyond those that the fault itself answered so.
        recovery_s: Seconds from each fault, or from the end of one that lasts, until all jobs had ended and were shown.
        errors: What else went wrong, as sentences.
        notes: Measurements, as sentences.
    """

    fault: str
    times: int = 0
    jobs: int = 0
    in_words: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    orphans: int = 0
    invalid: int = 0
    recovery_s: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def problems(self) -> list[str]:
        """What makes the suite fail, as sentences."""
        found = [*(f"lost: {text}" for text in self.lost), *(f"doubled: {text}" for text in self.doubled), *self.errors]
        if self.orphans:
            found.append(f"{self.orphans} processes outlived the bot")
        if self.invalid >= MOST_INVALID:
            found.append(f"{self.invalid} invalid requests")
        if not self.times:
            found.append("the fault was not injected")
        return [f"{self.fault}: {text}" for text in found]

    def to_json(self) -> str:
        """The row as JSON."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Self:
        """The row of `to_json`."""
        return cls(**json.loads(text))


@dataclass(slots=True)
class Trial:
    """A kind of fault while it is tried: its row, and which jobs belong to it: first < id <= last.

    `asked` has the number of pictures and the id of the answer, or "", of each request by its prompt.
    """

    row: Row
    rules: Rules
    first: int
    invalid_before: int
    last: int = 2**62
    asked: dict[str, tuple[int, str]] = field(default_factory=dict)
    caused: int = 0
    hit_at: float = field(default_factory=time.monotonic)
    settled: bool = False

    def hit(self, *, caused: int = 0) -> None:
        """The fault was injected now, and `caused` requests of the bot were answered with 401, 403 or 429 by it."""
        self.row.times += 1
        self.caused += caused
        self.lifted()

    def lifted(self) -> None:
        """The fault has just ended; what recovers from it recovers from now on."""
        self.hit_at = time.monotonic()
        self.settled = False

    def recovered(self) -> None:
        """Everything is as it should be again, for the first time since the fault."""
        if not self.settled:
            self.settled = True
            self.row.recovery_s.append(time.monotonic() - self.hit_at)

    def close(self, verdict: Verdict) -> None:
        """Takes over the final verdict."""
        self.row.jobs, self.row.in_words = verdict.accepted, verdict.in_words
        self.row.lost += verdict.lost
        self.row.doubled += verdict.doubled


def render(rows: Iterable[Row]) -> str:
    """The table as Markdown."""
    lines = [HEADER, tuple("---" if index == 0 else "--:" for index in range(len(HEADER)))]
    lines += [_cells(row) for row in rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def report(rows: Sequence[Row]) -> str:
    """The table, then notes and problems as lists."""
    notes = [f"- {row.fault}: {note}" for row in rows for note in row.notes]
    problems = [f"- {problem}" for row in rows for problem in row.problems]
    parts = [render(rows), *(["", *notes] if notes else []), *(["", "Problems:", *problems] if problems else [])]
    return "\n".join(parts)


def _cells(row: Row) -> tuple[str, ...]:
    counts = (row.times, row.jobs, row.in_words, len(row.lost), len(row.doubled), row.orphans, row.invalid)
    return (row.fault, *map(str, counts), _recovery(row.recovery_s))


def _recovery(seconds: Sequence[float]) -> str:
    if not seconds:
        return "–"
    median, most = statistics.median(seconds), max(seconds)
    return f"{median:.1f}" if len(seconds) == 1 else f"{median:.1f}, at most {most:.1f}"
