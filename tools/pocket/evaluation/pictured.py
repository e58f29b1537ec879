"""The parts of the evaluation that render pictures: objects, colours and styles."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from PIL import Image

from guidance.io.picture import contact_sheet
from tools.pocket import measures
from tools.pocket.evaluation.criterion import Criterion
from tools.pocket.judge import Judge
from tools.pocket.picture_cache import PictureCache

Entry = Mapping[str, Any]
Report = Callable[[str], None]

CELL: Final = 128
CHANGES: Final[Mapping[str, tuple[Callable[[Image.Image], float], float]]] = {
    "at night": (measures.lightness, 0.95),
    "in the snow": (measures.lightness, 1.05),
    "watercolour": (measures.edge_density, 0.95),
    "pencil drawing": (measures.saturation, 0.9),
    "pixel art": (measures.palette_size, 0.9),
}
"""For each style a measurement, and the limit of its ratio to the plain picture's: an upper limit below 1, a lower one
above. The limits were fixed before any picture was measured."""


def objects(
    entries: Sequence[Entry], cache: PictureCache, judge: Judge, sheet: Path, report: Report
) -> list[Criterion]:
    """Whether a classifier recognises the object of the prompt."""
    images, ranks = [], []
    for entry in entries:
        images.append(cache.picture(entry["prompt"]))
        ranks.append(judge.rank(images[-1], *entry["classes"]))
        report(f"{entry['prompt']:<26} rank {ranks[-1]:>4}")
    contact_sheet(images, columns=10, cell=CELL).save(sheet, quality=85)
    return [
        Criterion.share("objects, in the first five", [rank <= 5 for rank in ranks], 0.75),
        Criterion.share("objects, first", [rank == 1 for rank in ranks], 0.55),
    ]


def colours(entries: Sequence[Entry], cache: PictureCache, sheet: Path, report: Report) -> list[Criterion]:
    """Whether the colour of the prompt covers most of the picture."""
    images, right = [], []
    for entry in entries:
        images.append(cache.picture(entry["prompt"]))
        found = measures.dominant(images[-1], entry["colour"])
        right.append(found == entry["colour"])
        report(f"{entry['prompt']:<26} {found}")
    contact_sheet(images, columns=len(measures.NAMES), cell=CELL).save(sheet, quality=85)
    return [Criterion.share("the colour that was asked for covers most", right, 0.85)]


def styles(entries: Sequence[Entry], cache: PictureCache, sheet: Path, report: Report) -> list[Criterion]:
    """Whether words for light and style change the picture as required, compared with the plain subject."""
    images: list[Image.Image] = []
    changed: dict[str, list[bool]] = {style: [] for style in CHANGES}
    for entry in entries:
        plain = cache.picture(entry["object"])
        if entry["style"] == next(iter(CHANGES)):
            images.append(plain)
        images.append(cache.picture(entry["prompt"]))
        measure, factor = CHANGES[entry["style"]]
        ratio = measure(images[-1]) / max(measure(plain), 1e-9)
        changed[entry["style"]].append(ratio <= factor if factor < 1 else ratio >= factor)
        report(f"{entry['prompt']:<40} {measure.__name__} × {ratio:.2f}")
    contact_sheet(images, columns=1 + len(CHANGES), cell=CELL).save(sheet, quality=85)
    return [
        Criterion.share(f"“{style}” changes {CHANGES[style][0].__name__.replace('_', ' ')}", hits, 0.8)
        for style, hits in changed.items()
    ]
