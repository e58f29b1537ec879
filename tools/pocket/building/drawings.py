"""Draws pictograms: Noto's emoji of animals, plants, food, places, vehicles, objects and people, by name.

They are from Debian's packages fonts-noto-color-emoji and unicode-data.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import torch
from PIL import Image, ImageDraw, ImageFont, ImageStat
from torch import Tensor
from torch.nn.functional import affine_grid, grid_sample
from torchvision.transforms.functional import pil_to_tensor

from guidance.clip.layout import SIDE
from guidance.clip.pictograms import COLUMNS

FONT: Final = Path("/usr/share/fonts/truetype/noto/NotoColorEmoji.ttf")
NAMES: Final = Path("/usr/share/unicode/emoji/emoji-test.txt")
GROUPS: Final = ("Animals & Nature", "Food & Drink", "Travel & Places", "Activities", "Objects")
SUBGROUPS: Final = ("face-costume", "face-negative", "person", "person-role", "person-fantasy", "person-sport")
"""Of other groups: ghost, skull, child, astronaut, mermaid, skier."""
WITHOUT: Final = re.compile(r".*(o’clock|-thirty)|(man|woman|men|women|person|mx) .+")
"""Names that are of the same thing as others."""
SKIN: Final = ": medium skin tone"
"""Of several skin tones, the one that is drawn."""
FRAMED: Final = 0.99
"""Opaque share from which on a pictogram is a scene in a square, which has no outline."""
SIZE: Final = 109
"""The only size of the font's bitmaps, in points."""
MARGIN: Final = 0.15
"""At each side, where the pictogram's greater side is 1."""
QUALITY: Final = 90
"""Of the sheet, in WebP."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """A pictogram in the middle of a square, RGBA.

    Attributes:
        name: As Unicode has it.
        large: In the font's size.
        small: In SIDE × SIDE pixels.
    """

    name: str
    large: Image.Image
    small: Image.Image

    @property
    def framed(self) -> bool:
        """True if the pictogram fills its square."""
        opaque = self.small.getchannel("A").point(lambda level: 255 * (level >= 128))
        return ImageStat.Stat(opaque.crop(opaque.getbbox())).mean[0] >= FRAMED * 255


def drawings() -> list[Drawing]:
    """All of the list, those with a short name first.

    Raises:
        SystemExit: A package is missing.
    """
    for path, package in ((FONT, "fonts-noto-color-emoji"), (NAMES, "unicode-data")):
        if not path.exists():
            raise SystemExit(f"{path} is missing; install Debian's package {package}")
    drawn = [of(name, character) for name, character in listed(NAMES.read_text(encoding="utf-8")).items()]
    return sorted(drawn, key=lambda drawing: (drawing.framed, len(drawing.name)))


def listed(text: str) -> dict[str, str]:
    """Characters by name in the format of Unicode's emoji-test.txt."""
    found = {}
    group = subgroup = ""
    for line in text.splitlines():
        if line.startswith("# group: "):
            group = line.removeprefix("# group: ")
        elif line.startswith("# subgroup: "):
            subgroup = line.removeprefix("# subgroup: ")
        elif "; fully-qualified" in line and (group in GROUPS or subgroup in SUBGROUPS):
            character, _, name = line.split("# ", 1)[1].split(" ", 2)
            if WITHOUT.fullmatch(name) is None and (":" not in name or name.endswith(SKIN)):
                found[name.removesuffix(SKIN)] = character
    return found


def of(name: str, character: str) -> Drawing:
    """The character, drawn."""
    canvas = Image.new("RGBA", (2 * SIZE, 2 * SIZE))
    font = ImageFont.truetype(FONT, SIZE)
    ImageDraw.Draw(canvas).text((SIZE // 4, SIZE // 4), character, font=font, embedded_color=True)
    pictogram = canvas.crop(canvas.getbbox())
    side = round(max(pictogram.size) * (1 + 2 * MARGIN))
    square = Image.new("RGBA", (side, side))
    square.paste(pictogram, ((side - pictogram.width) // 2, (side - pictogram.height) // 2))
    # Pillow weights colours by their opacity.
    return Drawing(name, square, square.resize((SIDE, SIDE), Image.Resampling.BOX))


def enlarged(square: Image.Image, side: int, zoom: float, moved: Tensor) -> tuple[Tensor, Tensor]:
    """Colours, (3, side, side), and opacity, (1, side, side), both in [0, 1], moved by (2) in halves of the side."""
    pixels = pil_to_tensor(square.resize((side, side), Image.Resampling.LANCZOS)).float() / 255
    aside, up = moved.tolist()
    place = torch.tensor([[[1 / zoom, 0.0, aside], [0.0, 1 / zoom, up]]])
    found = grid_sample(pixels[None], affine_grid(place, [1, 4, side, side], align_corners=False), align_corners=False)
    return found[0, :3], found[0, 3:]


def sheet(pictures: Sequence[Image.Image]) -> Image.Image:
    """All pictures, COLUMNS in a row."""
    whole = Image.new("RGBA", (COLUMNS * SIDE, -(-len(pictures) // COLUMNS) * SIDE))
    for number, picture in enumerate(pictures):
        whole.paste(picture, (number % COLUMNS * SIDE, number // COLUMNS * SIDE))
    return whole
