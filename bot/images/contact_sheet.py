"""Arranges several pictures in a grid. The functions take too long for the event loop: call them in a thread."""

import io
from collections.abc import Sequence
from typing import Final

from PIL import Image

from guidance.io.picture import contact_sheet, png_of, to_preview

EMPTY: Final = (64, 68, 75)


def contact_sheet_png(pictures: Sequence[bytes | None], columns: int, cell: int) -> bytes:
    """Arranges pictures in a grid.

    Args:
        pictures: PNG or JPEG files made by this project; None for a grey cell.
        columns: Most cells in a row.
        cell: Side of the square cells in pixels.

    Returns:
        A PNG.
    """
    return png_of(_arranged(pictures, columns, cell))


def contact_sheet_preview(pictures: Sequence[bytes | None], columns: int, cell: int) -> bytes:
    """Like `contact_sheet_png`, but returns a JPEG, which is small enough for frequent edits of a message."""
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
