"""The parts that look at pictures: objects, words, colours, styles, and scenes."""

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
Say = Callable[[str], None]

CELL: Final = 128
MOVES: Final[Mapping[str, tuple[Callable[[Image.Image], float], float]]] = {
    "at night": (measures.lightness, 0.95),
    "in the snow": (measures.lightness, 1.05),
    "watercolour": (measures.edge_density, 0.95),
    "pencil drawing": (measures.saturation, 0.9),
    "pixel art": (measures.palette_size, 0.9),
}
"""What a style must change, and the factor, of the plain picture's, that it must reach: at most, or at least, if above
1. Fixed before any picture was judged by it."""


def objects(entries: Sequence[Entry], cache: PictureCache, judge: Judge, sheet: Path, say: Say) -> list[Criterion]:
    """Whether a classifier recognises what was asked for."""
    ranks = _ranks(entries, cache, judge, sheet, say)
    return [
        Criterion.share("objects, in the first five", [rank <= 5 for rank in ranks], 0.75),
        Criterion.share("objects, first", [rank == 1 for rank in ranks], 0.55),
    ]


def words(entries: Sequence[Entry], cache: PictureCache, judge: Judge, sheet: Path, say: Say) -> list[Criterion]:
    """The same for words that name no class; any class that such a thing can be is right."""
    ranks = _ranks(entries, cache, judge, sheet, say)
    return [
        Criterion.share("words that name no class, in the first five", [rank <= 5 for rank in ranks], 0.5),
        Criterion.share("words that name no class, first", [rank == 1 for rank in ranks]),
    ]


def colours(entries: Sequence[Entry], cache: PictureCache, sheet: Path, say: Say) -> list[Criterion]:
    """Whether the colour asked for is the one that covers most."""
    images, right = [], []
    for entry in entries:
        images.append(cache.picture(entry["prompt"]))
        found = measures.dominant(images[-1], entry["colour"])
        right.append(found == entry["colour"])
        say(f"{entry['prompt']:<26} {found}")
    contact_sheet(images, columns=len(measures.NAMES), cell=CELL).save(sheet, quality=85)
    return [Criterion.share("the colour that was asked for covers most", right, 0.85)]


def styles(entries: Sequence[Entry], cache: PictureCache, sheet: Path, say: Say) -> list[Criterion]:
    """Whether words of light and style move what they should, beside the same subject without them."""
    images: list[Image.Image] = []
    moved: dict[str, list[bool]] = {style: [] for style in MOVES}
    for entry in entries:
        plain = cache.picture(entry["object"])
        if entry["style"] == next(iter(MOVES)):
            images.append(plain)
        images.append(cache.picture(entry["prompt"]))
        measure, factor = MOVES[entry["style"]]
        ratio = measure(images[-1]) / max(measure(plain), 1e-9)
        moved[entry["style"]].append(ratio <= factor if factor < 1 else ratio >= factor)
        say(f"{entry['prompt']:<40} {measure.__name__} × {ratio:.2f}")
    contact_sheet(images, columns=1 + len(MOVES), cell=CELL).save(sheet, quality=85)
    return [
        Criterion.share(f"“{style}” changes {MOVES[style][0].__name__.replace('_', ' ')}", hits, 0.8)
        for style, hits in moved.items()
    ]


def scenes(entries: Sequence[Entry], cache: PictureCache, sheet: Path, say: Say) -> list[Criterion]:
    """For the eye."""
    images = []
    for entry in entries:
        images.append(cache.picture(entry["prompt"]))
        say(entry["prompt"])
    contact_sheet(images, columns=6, cell=2 * CELL).save(sheet, quality=85)
    return []


def _ranks(entries: Sequence[Entry], cache: PictureCache, judge: Judge, sheet: Path, say: Say) -> list[int]:
    images, ranks = [], []
    for entry in entries:
        images.append(cache.picture(entry["prompt"]))
        ranks.append(judge.rank(images[-1], *entry["classes"]))
        say(f"{entry['prompt']:<26} rank {ranks[-1]:>4}")
    contact_sheet(images, columns=10, cell=CELL).save(sheet, quality=85)
    return ranks
