"""Captioned drawings for evaluating the pocket CLIP: Debian's clip art and npm's emoji.

Licences: `openclipart-svg` is in the public domain; `@twemoji/svg` is CC BY 4.0 (© Twitter, Inc. and other
contributors); the labels in `emojibase-data` are MIT.
"""

import html
import io
import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

import resvg_py
from PIL import Image

CLIP_ART: Final = Path("/usr/share/openclipart/svg")
EMOJI: Final = Path("build/emoji/node_modules")
SIDE: Final = 224
MAX_WORDS: Final = 4
"""Longer titles are comments, not captions."""
MAX_SHARED: Final = 3
"""A title that more drawings share is the name of a collection or of its author."""
GROUPS: Final = frozenset({3, 4, 5, 6, 7})
"""Emoji groups of things: animals and nature, food and drink, travel and places, activities, objects."""
_TITLE: Final = re.compile(r"<(?:cc:)?Work.*?<dc:title>([^<]*)</dc:title>", re.DOTALL)


class MissingError(FileNotFoundError):
    """The drawings are not installed; the message says how to get them."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """An SVG file and its caption of a few words, or "" if it has none."""

    path: Path
    caption: str


def clip_art(folder: Path = CLIP_ART) -> list[Drawing]:
    """All clip art, in the order of the sha256 of the file names.

    Raises:
        MissingError: The folder has none.
    """
    titles = {path: _title(path) for path in sorted(folder.rglob("*.svg"), key=_order)}
    if not titles:
        raise MissingError(f"no clip art in {folder}; install Debian's package openclipart-svg")
    counts = Counter(titles.values())
    return [Drawing(path, title if counts[title] <= MAX_SHARED else "") for path, title in titles.items()]


def emoji(folder: Path = EMOJI) -> list[Drawing]:
    """The emoji of things, in the order of the sha256 of the file names.

    Raises:
        MissingError: The folder has none.
    """
    labels, pictures = folder / "emojibase-data/en/data.json", folder / "@twemoji/svg"
    if not labels.exists() or not pictures.exists():
        raise MissingError(f"no emoji in {folder}; run `make emoji`")
    found = []
    for entry in json.loads(labels.read_text(encoding="utf-8")):
        code = entry["hexcode"].lower()
        path = pictures / f"{code if '200d' in code else code.removesuffix('-fe0f')}.svg"
        if entry.get("group") in GROUPS and path.exists():
            found.append(Drawing(path, entry["label"].lower()))
    return sorted(found, key=lambda drawing: _order(drawing.path))


def rasterize(drawings: Iterable[Drawing], count: int) -> list[tuple[Drawing, Image.Image]]:
    """The first `count` readable drawings, on white squares of SIDE pixels."""
    found: list[tuple[Drawing, Image.Image]] = []
    for drawing in drawings:
        if len(found) == count:
            break
        try:
            image = Image.open(io.BytesIO(resvg_py.svg_to_bytes(svg_path=str(drawing.path), width=SIDE)))
        except ValueError:  # a few files are damaged
            continue
        found.append((drawing, _squared(image)))
    return found


def captions(drawings: Sequence[Drawing]) -> set[str]:
    """The captions that are not empty."""
    return {drawing.caption for drawing in drawings} - {""}


def _squared(image: Image.Image) -> Image.Image:
    image.thumbnail((SIDE, SIDE))
    square = Image.new("RGB", (SIDE, SIDE), "white")
    square.paste(image, ((SIDE - image.width) // 2, (SIDE - image.height) // 2), image.convert("RGBA"))
    return square


def _title(path: Path) -> str:
    found = _TITLE.search(path.read_text(encoding="utf-8", errors="replace"))
    words = re.sub(r"[\W_\d]+", " ", html.unescape(found[1])).lower().split() if found else []
    return " ".join(words) if len(words) <= MAX_WORDS else ""


def _order(path: Path) -> str:
    return sha256(path.name.encode()).hexdigest()
