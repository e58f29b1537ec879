"""Pictograms: drawings of things by which everybody knows them, such as emoji.

A mean of photographs shows how a thing usually lies in the light, and not always what it is; and no photograph shows
what the known directions have no class for, such as a rainbow. A text whose place is that of a pictogram's name gets
the pictogram for its layout (`guidance.clip.layout`), before what its layout has at the sides: sky above, ground below.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

import numpy as np
import torch
from PIL import Image
from safetensors.torch import load_file
from torch import Tensor

from guidance.clip.readouts import parts

FILE: Final = "pictograms.safetensors"
SHEET: Final = "pictograms.webp"
"""Beside a model's weights."""
COLUMNS: Final = 32
"""Pictograms in a row of the sheet."""
NEAR: Final = 0.85
"""Least cosine between a text and a name: "two horses" is that near to "horse", and "horse carriage" is not."""
HUE: Final = 0.07
"""From this difference from grey on, what readouts add is a colour that a text asks for."""
SATURATION: Final = 0.6
"""Difference between the greatest and the least of red, green and blue in a pictogram that gets such a colour."""
EDGE: Final = 5
"""Pixels at each side that are taken for what is behind a thing."""


@dataclass(frozen=True, slots=True)
class Pictograms:
    """Pictograms and their places.

    Attributes:
        directions: (N, O), unit length, in the first dimensions of the embedding: of names.
        readouts: (N, R), of the names.
        pictures: (S, 4, SIDE, SIDE) in [0, 1]: red, green, blue, opacity, of the first S names. A text that is nearest
            to another name has none.
    """

    directions: Tensor
    readouts: Tensor
    pictures: Tensor

    @classmethod
    def beside(cls, folder: Path, device: torch.device) -> Self | None:
        """Those of the model in a folder, if it has any."""
        if not (folder / FILE).is_file():
            return None
        names = {name: values.float().to(device) for name, values in load_file(folder / FILE).items()}
        with Image.open(folder / SHEET) as sheet:
            side = sheet.width // COLUMNS
            lines = torch.from_numpy(np.array(sheet.convert("RGBA"))).float() / 255
        pictures = lines.view(-1, side, COLUMNS, side, 4).permute(0, 2, 4, 1, 3).reshape(-1, 4, side, side)
        return cls(**names, pictures=pictures[pictures[:, 3].flatten(1).any(dim=1)].to(device))

    def instead_of(self, layouts: Tensor, embeddings: Tensor, asked: Tensor, shades: Tensor) -> Tensor:
        """Layouts of texts with pictograms where texts have one.

        Args:
            layouts: (P, 3, SIDE, SIDE).
            embeddings: (P, D).
            asked: (P, R), their readouts. What they have more than those of the name, the pictogram is dyed by.
            shades: (R, 3), what readouts add to red, green and blue.
        """
        objects, _ = parts(embeddings, self.directions.shape[1])
        nearness, names = (objects @ self.directions.T).max(dim=1)
        shown = names.clamp_max(len(self.pictures) - 1)
        colours, opacity = self.pictures[shown, :3], self.pictures[shown, 3:]
        tints = (asked - self.readouts[shown]) @ shades
        drawn = opacity * _tinted(colours, tints[:, :, None, None]) + (1 - opacity) * _behind(layouts)
        return torch.where(((nearness > NEAR) & (names == shown))[:, None, None, None], drawn, layouts)


def _tinted(colours: Tensor, tints: Tensor) -> Tensor:
    """(P, 3, SIDE, SIDE), in the colours that the tints, (P, 3, 1, 1), ask for, if they do."""
    hues = tints - tints.mean(dim=1, keepdim=True)
    ranges = hues.amax(dim=1, keepdim=True) - hues.amin(dim=1, keepdim=True)
    dyed = colours.mean(dim=1, keepdim=True) + SATURATION * hues / ranges.clamp_min(1e-6)
    return torch.where(hues.norm(dim=1, keepdim=True) > HUE, dyed.clamp(0, 1), colours)


def _behind(layouts: Tensor) -> Tensor:
    """From what each line has at the left to what it has at the right, (P, 3, SIDE, SIDE)."""
    left, right = (layouts[..., side].mean(dim=3, keepdim=True) for side in (slice(EDGE), slice(-EDGE, None)))
    return torch.lerp(left, right, torch.linspace(0, 1, layouts.shape[3], device=layouts.device))
