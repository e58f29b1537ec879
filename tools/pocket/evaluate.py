"""Evaluates the pocket CLIP by the pictures that it guides: `python -m tools.pocket.evaluate`.

Prints the outcome of each prompt, then a table of the measurements and the required values. The exit status is 1 if a
requirement is missed. Pictures are rendered at the default settings and kept in --out, in a folder for each version of
the weights, so an interrupted evaluation continues where it stopped. It takes about an hour on two cores.
"""

import argparse
import json
import statistics
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from guidance.clip.model import ClipModel
from guidance.clip.open_clip_source import POCKET
from tools.pocket.evaluation import pictured
from tools.pocket.evaluation.cost import cost
from tools.pocket.evaluation.criterion import Criterion
from tools.pocket.evaluation.entries import DEVELOPMENT_COLOURS, DEVELOPMENT_STYLES
from tools.pocket.judge import Judge
from tools.pocket.picture_cache import PictureCache, of_these_weights

PROMPTS: Final = Path(__file__).parent / "prompts.json"
"""Chosen by a rule before anything was rendered: objects, then those of styles, are names of classes in the order of
the sha256 of "pocket report NAME", development objects of "pocket development NAME"; none had been looked at before."""
MAX_SECONDS: Final = 12
"""The longest median time of a picture, on two cores."""


def main() -> int:
    """Runs the evaluation; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tools.pocket.evaluate", description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("build/evaluation"), help="default: %(default)s")
    parser.add_argument("--part", action="append", choices=PARTS, help="evaluate only this part; may be repeated")
    parser.add_argument("--prompts", type=int, metavar="N", help="evaluate only the first N prompts of each part")
    parser.add_argument("--development", action="store_true", help="use other prompts and another judge, for tuning")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    found = [] if options.part or options.development else cost(POCKET)
    prompts = json.loads(PROMPTS.read_text(encoding="utf-8"))
    entries = {part: listed[: options.prompts] for part, listed in prompts.items()}
    evaluator = Evaluator(
        entries, PictureCache(ClipModel.load("pocket", "cpu"), of_these_weights(options.out)), options.out
    )
    if options.development:
        found += evaluator.development()
    else:
        for part in options.part or PARTS:
            _report(f"\n{part}")
            found += PARTS[part](evaluator)
    found += evaluator.time()
    _report("\n| | found | wanted | |\n|---|---|---|---|")
    for criterion in found:
        _report(criterion.row())
    return 0 if all(criterion.met for criterion in found) else 1


class Evaluator:
    """The parts of the evaluation of one model.

    Args:
        entries: The prompts of each part.
        cache: Renders and keeps their pictures.
        out: The folder for contact sheets.
    """

    def __init__(self, entries: Mapping[str, list[pictured.Entry]], cache: PictureCache, out: Path) -> None:
        self._entries = entries
        self._cache = cache
        self._out = out

    def objects(self, part: str = "objects", judge: Judge | None = None) -> list[Criterion]:
        """See `pictured.objects`."""
        return pictured.objects(self._entries[part], self._cache, judge or Judge(), self._sheet(part), _report)

    def development(self) -> list[Criterion]:
        """Objects, colours and styles by prompts and a judge that the report does not use."""
        return [
            *self.objects("development", Judge("lite2")),
            *pictured.colours(DEVELOPMENT_COLOURS, self._cache, self._sheet("development-colours"), _report),
            *pictured.styles(DEVELOPMENT_STYLES, self._cache, self._sheet("development-styles"), _report),
        ]

    def colours(self) -> list[Criterion]:
        """See `pictured.colours`."""
        return pictured.colours(self._entries["colours"], self._cache, self._sheet("colours"), _report)

    def styles(self) -> list[Criterion]:
        """See `pictured.styles`."""
        return pictured.styles(self._entries["styles"], self._cache, self._sheet("styles"), _report)

    def time(self) -> list[Criterion]:
        """The time that the pictures took."""
        if not self._cache.seconds:
            return []
        taken = Criterion.limit("a picture (median)", statistics.median(self._cache.seconds), MAX_SECONDS, "s")
        return [taken, Criterion("the slowest picture", f"{max(self._cache.seconds):.3g} s")]

    def _sheet(self, part: str) -> Path:
        return self._out / f"{part}.jpg"


PARTS: Final[Mapping[str, Callable[[Evaluator], list[Criterion]]]] = {
    "objects": Evaluator.objects,
    "colours": Evaluator.colours,
    "styles": Evaluator.styles,
}


def _report(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
