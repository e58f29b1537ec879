"""The parts that look at pictures: objects, words, colours, styles, and scenes."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from PIL import Image

from guidance.picture import contact_sheet
from guidance.pocket import measures
from guidance.pocket.album import Album
from guidance.pocket.evaluation.finding import Finding
from guidance.pocket.judge import Judge

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


def objects(entries: Sequence[Entry], album: Album, judge: Judge, sheet: Path, say: Say) -> list[Finding]:
    """Whether a classifier recognises what was asked for."""
    ranks = _ranks(entries, album, judge, sheet, say)
    return [
        Finding.share("objects, in the first five", [rank <= 5 for rank in ranks], 0.75),
        Finding.share("objects, first", [rank == 1 for rank in ranks], 0.55),
    ]


def words(entries: Sequence[Entry], album: Album, judge: Judge, sheet: Path, say: Say) -> list[Finding]:
    """The same for words that name no class; any class that such a thing can be is right."""
    ranks = _ranks(entries, album, judge, sheet, say)
    return [
        Finding.share("words that name no class, in the first five", [rank <= 5 for rank in ranks], 0.5),
        Finding.share("words that name no class, first", [rank == 1 for rank in ranks]),
    ]


def colours(entries: Sequence[Entry], album: Album, sheet: Path, say: Say) -> list[Finding]:
    """Whether the colour asked for is the one that covers most."""
    images, right = [], []
    for entry in entries:
        images.append(album.picture(entry["prompt"]))
        found = measures.dominant(images[-1], entry["colour"])
        right.append(found == entry["colour"])
        say(f"{entry['prompt']:<26} {found}")
    contact_sheet(images, columns=len(measures.NAMES), cell=CELL).save(sheet, quality=85)
    return [Finding.share("the colour that was asked for covers most", right, 0.85)]


def styles(entries: Sequence[Entry], album: Album, sheet: Path, say: Say) -> list[Finding]:
    """Whether words of light and style move what they should, beside the same subject without them."""
    images: list[Image.Image] = []
    moved: dict[str, list[bool]] = {style: [] for style in MOVES}
    for entry in entries:
        plain = album.picture(entry["object"])
        if entry["style"] == next(iter(MOVES)):
            images.append(plain)
        images.append(album.picture(entry["prompt"]))
        measure, factor = MOVES[entry["style"]]
        ratio = measure(images[-1]) / max(measure(plain), 1e-9)
        moved[entry["style"]].append(ratio <= factor if factor < 1 else ratio >= factor)
        say(f"{entry['prompt']:<40} {measure.__name__} × {ratio:.2f}")
    contact_sheet(images, columns=1 + len(MOVES), cell=CELL).save(sheet, quality=85)
    return [
        Finding.share(f"“{style}” changes {MOVES[style][0].__name__.replace('_', ' ')}", hits, 0.8)
        for style, hits in moved.items()
    ]


def scenes(entries: Sequence[Entry], album: Album, sheet: Path, say: Say) -> list[Finding]:
    """For the eye."""
    images = []
    for entry in entries:
        images.append(album.picture(entry["prompt"]))
        say(entry["prompt"])
    contact_sheet(images, columns=6, cell=2 * CELL).save(sheet, quality=85)
    return []


def _ranks(entries: Sequence[Entry], album: Album, judge: Judge, sheet: Path, say: Say) -> list[int]:
    images, ranks = [], []
    for entry in entries:
        images.append(album.picture(entry["prompt"]))
        ranks.append(judge.rank(images[-1], *entry["classes"]))
        say(f"{entry['prompt']:<26} rank {ranks[-1]:>4}")
    contact_sheet(images, columns=10, cell=CELL).save(sheet, quality=85)
    return ranks
