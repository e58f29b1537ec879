"""Pictograms: drawings of things by which everybody knows them, such as emoji.

A mean of photographs shows how a thing usually lies in the light, and not always what it is. A text that has a
pictogram (`guidance.clip.looks`) gets it for its layout (`guidance.clip.layout`), before what its layout has at the
sides: sky above, ground below.
"""

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
HUE: Final = 0.07
PURE: Final = 0.8
"""From this difference from grey on, and this share of it in the brightness, what readouts add is a colour that a text
asks for. The light of a night is bluish, too."""
FADED: Final = (0.15, 0.25)
"""Brightness that is asked for from which on a pictogram loses its colours, and at which it has none: things that are
white, or in snow or fog."""
SATURATION: Final = 0.6
"""Difference between the greatest and the least of red, green and blue in a pictogram that gets such a colour."""
EDGE: Final = 5
"""Pixels at each side that are taken for what is behind a thing."""


def beside(folder: Path) -> Tensor:
    """(S, 4, SIDE, SIDE) in [0, 1], those of the model in a folder: red, green, blue, opacity."""
    with Image.open(folder / SHEET) as sheet:
        side = sheet.width // COLUMNS
        lines = torch.from_numpy(np.array(sheet.convert("RGBA"))).float() / 255
    pictures = lines.view(-1, side, COLUMNS, side, 4).permute(0, 2, 4, 1, 3).reshape(-1, 4, side, side)
    return pictures[pictures[:, 3].flatten(1).any(dim=1)]


def before(layouts: Tensor, pictures: Tensor, asked: Tensor, more: Tensor) -> Tensor:
    """Pictograms before what layouts have at the sides.

    Args:
        layouts: (P, 3, SIDE, SIDE).
        pictures: (P, 4, SIDE, SIDE).
        asked: (P, 3), red, green and blue that are asked for. A pictogram is dyed by it.
        more: (P, 3), what is asked for more than the name says: where that is no colour, the name says enough.
    """
    colours, opacity = pictures[:, :3], pictures[:, 3:]
    return opacity * _dyed(colours, asked[:, :, None, None], more[:, :, None, None]) + (1 - opacity) * _behind(layouts)


def _dyed(colours: Tensor, asked: Tensor, more: Tensor) -> Tensor:
    """(P, 3, SIDE, SIDE), in the colours that are asked for, (P, 3, 1, 1), if they are."""
    both = torch.stack([asked, more])
    light = both.mean(dim=2, keepdim=True)
    strength = (both - light).norm(dim=2, keepdim=True)
    hues = asked - light[0]
    coloured = (strength.amin(dim=0) > HUE) & (strength[0] > PURE * light[0].abs())
    ranges = hues.amax(dim=1, keepdim=True) - hues.amin(dim=1, keepdim=True)
    grey = colours.mean(dim=1, keepdim=True)
    dyed = grey + SATURATION * hues / ranges.clamp_min(1e-6)
    least, most = FADED
    faded = torch.lerp(colours, grey, ((light.amin(dim=0) - least) / (most - least)).clamp(0, 1))
    return torch.where(coloured, dyed.clamp(0, 1), faded)


def _behind(layouts: Tensor) -> Tensor:
    """From what each line has at the left to what it has at the right, (P, 3, SIDE, SIDE)."""
    left, right = (layouts[..., side].mean(dim=3, keepdim=True) for side in (slice(EDGE), slice(-EDGE, None)))
    return torch.lerp(left, right, torch.linspace(0, 1, layouts.shape[3], device=layouts.device))
