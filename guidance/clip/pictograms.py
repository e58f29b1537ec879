"""Pictograms: drawings of things by which everybody knows them, such as emoji.

A mean of photographs shows how a thing usually lies in the light, and not always what it is. A text that has a
pictogram (`guidance.clip.looks`) gets it for its layout (`guidance.clip.layout`), before what its layout has at the
sides: sky above, ground below.
"""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
import torch
from PIL import Image
from torch import Tensor

SHEET: Final = "pictograms.webp"
"""Beside a model's weights."""
COLUMNS: Final = 32
"""Pictograms in a row of the sheet."""
COLOURS: Final = re.compile(
    r"\b(?:red|scarlet|crimson|orange|gold(?:en)?|yellow|green|turquoise|teal|cyan|blue|violet|purple|lilac|magenta|pink"
    r"|brown)\b",
    re.IGNORECASE,
)
"""Words that dye a pictogram. A text that has none of them leaves it in its own colours, whatever else it says."""
NEUTRALS: Final = re.compile(r"\b(?:white|snowy|silver|gr[ae]y|black)\b", re.IGNORECASE)
"""Words that take its colours away; readouts make it lighter or darker."""
HUE: Final = 0.045
"""From this difference from grey on, what readouts add is another colour than the pictogram's name has."""
FADED: Final = (0.15, 0.25)
"""Brightness that is asked for from which on a pictogram loses its colours, and at which it has none: things in snow or
fog."""
SATURATION: Final = 0.6
"""Difference between the greatest and the least of red, green and blue in a pictogram that gets such a colour."""
EDGE: Final = 8
"""Pixels at each side that are taken for what is behind a thing."""


def beside(folder: Path) -> Tensor:
    """(S, 4, SIDE, SIDE) in [0, 1], those of the model in a folder: red, green, blue, opacity."""
    with Image.open(folder / SHEET) as sheet:
        side = sheet.width // COLUMNS
        lines = torch.from_numpy(np.array(sheet.convert("RGBA"))).float() / 255
    pictures = lines.view(-1, side, COLUMNS, side, 4).permute(0, 2, 4, 1, 3).reshape(-1, 4, side, side)
    return pictures[pictures[:, 3].flatten(1).any(dim=1)]


def named_colours(texts: Sequence[str]) -> Tensor:
    """(P, 2), whether each names a colour, and whether white, grey or black."""
    named = [[words.search(text) is not None for words in (COLOURS, NEUTRALS)] for text in texts]
    return torch.tensor(named, dtype=torch.bool).view(-1, 2)


def before(layouts: Tensor, pictures: Tensor, asked: Tensor, more: Tensor, dyed: Tensor) -> Tensor:
    """Pictograms before what layouts have at the sides.

    Args:
        layouts: (P, 3, SIDE, SIDE).
        pictures: (P, 4, SIDE, SIDE).
        asked: (P, 3), red, green and blue that are asked for.
        more: (P, 3), what is asked for more than the name says: where that is no colour, the name says enough.
        dyed: (P, 2), see `named_colours`.
    """
    colours, opacity = pictures[:, :3], pictures[:, 3:]
    asked, more, dyed = asked[:, :, None, None], more[:, :, None, None], dyed[:, :, None, None]
    return opacity * _dyed(colours, asked, more, dyed) + (1 - opacity) * _behind(layouts)


def _dyed(colours: Tensor, asked: Tensor, more: Tensor, dyed: Tensor) -> Tensor:
    """(P, 3, SIDE, SIDE), in the colours that are asked for, (P, 3, 1, 1), or paler if white is."""
    both = torch.stack([asked, more])
    light = both.mean(dim=2, keepdim=True)
    coloured = dyed[:, :1] & ((both - light).norm(dim=2, keepdim=True).amin(dim=0) > HUE)
    hues = asked - light[0]
    ranges = hues.amax(dim=1, keepdim=True) - hues.amin(dim=1, keepdim=True)
    grey = colours.mean(dim=1, keepdim=True)
    full = grey + SATURATION * hues / ranges.clamp_min(1e-6)
    least, most = FADED
    share = ((light.amin(dim=0) - least) / (most - least)).clamp(0, 1).maximum(dyed[:, 1:].to(colours.dtype))
    faded = torch.lerp(colours, grey, share)
    return torch.where(coloured, full.clamp(0, 1), faded)


def _behind(layouts: Tensor) -> Tensor:
    """From what each line has at the left to what it has at the right, (P, 3, SIDE, SIDE)."""
    left, right = (layouts[..., side].mean(dim=3, keepdim=True) for side in (slice(EDGE), slice(-EDGE, None)))
    return torch.lerp(left, right, torch.linspace(0, 1, layouts.shape[3], device=layouts.device))
