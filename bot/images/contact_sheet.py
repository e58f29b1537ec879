"""Several pictures in one: variations, histories, the end of a session. Slow; call it in a thread."""

import io
from collections.abc import Sequence
from typing import Final

from PIL import Image

from guidance.io.picture import contact_sheet, png_of, to_preview

EMPTY: Final = (64, 68, 75)


def contact_sheet_png(pictures: Sequence[bytes | None], columns: int, cell: int) -> bytes:
    """A PNG of PNGs and JPEGs of ours, each in a square of `cell` pixels; grey where there is none yet."""
    return png_of(_arranged(pictures, columns, cell))


def contact_sheet_preview(pictures: Sequence[bytes | None], columns: int, cell: int) -> bytes:
    """The same as a JPEG, which is small enough to be sent again every few seconds."""
    return to_preview(_arranged(pictures, columns, cell), columns * cell)


def _arranged(pictures: Sequence[bytes | None], columns: int, cell: int) -> Image.Image:
    columns = min(columns, len(pictures))
    cells = []
    for data in [*pictures, *[None] * (-len(pictures) % columns)]:
        if data is None:
            cells.append(Image.new("RGB", (cell, cell), EMPTY))
        else:
            with Image.open(io.BytesIO(data), formats=("PNG", "JPEG")) as image:
                cells.append(image.convert("RGB"))
    return contact_sheet(cells, columns, cell)
