"""Draws the pictograms of `guidance.clip.pictograms`: `python -m tools.pocket.building.pictograms`.

They are Noto's emoji of animals, plants, food, places, vehicles and objects, by their names in Unicode's list, from
Debian's packages fonts-noto-color-emoji and unicode-data. The model has to be built before, since it places the names.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import torch
from PIL import Image, ImageDraw, ImageFont, ImageStat
from safetensors.torch import save_file

from guidance.clip.layout import MOST_COLOUR, SIDE
from guidance.clip.model import ClipModel
from guidance.clip.open_clip_source import POCKET
from guidance.clip.pictograms import COLUMNS, FILE, SHEET
from guidance.clip.readouts import limited, parts

FONT: Final = Path("/usr/share/fonts/truetype/noto/NotoColorEmoji.ttf")
NAMES: Final = Path("/usr/share/unicode/emoji/emoji-test.txt")
GROUPS: Final = ("Animals & Nature", "Food & Drink", "Travel & Places", "Activities", "Objects")
SUBGROUPS: Final = ("face-costume",)
"""Of other groups: ghost, robot."""
WITHOUT: Final = ("time",)
"""Subgroups of the groups that are all of one thing."""
FRAMED: Final = 0.99
"""Opaque share from which on a pictogram is a scene in a square, which has no outline."""
SIZE: Final = 109
"""The only size of the font's bitmaps, in points."""
MARGIN: Final = 0.15
"""At each side, where the pictogram's greater side is 1."""
SAME: Final = 0.998
"""Cosine between the places of names that mean one thing. The shortest name has it."""
QUALITY: Final = 90


def main() -> None:
    """Draws the pictograms, places their names and writes both beside the model."""
    for path, package in ((FONT, "fonts-noto-color-emoji"), (NAMES, "unicode-data")):
        if not path.exists():
            raise SystemExit(f"{path} is missing; install Debian's package {package}")
    drawings = [(name, drawn(character)) for name, character in listed(NAMES.read_text(encoding="utf-8"))]
    named = sorted(drawings, key=lambda drawing: (framed(drawing[1]), len(drawing[0])))
    # Those of an earlier build may be of another form.
    (POCKET / FILE).unlink(missing_ok=True)
    perceptor = ClipModel.load("pocket", "cpu").perceptors[0]
    if perceptor.vocabulary is None:
        raise SystemExit("the model has no layouts; run the build before")
    texts = perceptor.encode_text([name for name, _ in named])
    completed = perceptor.vocabulary.completed(texts, perceptor.vocabulary.shares(texts))
    places, readouts = parts(completed, perceptor.vocabulary.objects)
    kept: list[int] = []
    for number, place in enumerate(places):
        if not kept or float((places[kept] @ place).max()) < SAME:
            kept.append(number)
    asked = limited(readouts[kept], MOST_COLOUR)
    save_file({"directions": places[kept].to(torch.float8_e4m3fn), "readouts": asked.half()}, POCKET / FILE)
    shown = [picture for _, picture in (named[number] for number in kept) if not framed(picture)]
    sheet = Image.new("RGBA", (COLUMNS * SIDE, -(-len(shown) // COLUMNS) * SIDE))
    for place, picture in enumerate(shown):
        sheet.paste(picture, (place % COLUMNS * SIDE, place // COLUMNS * SIDE))
    sheet.save(POCKET / SHEET, quality=QUALITY, exact=True, method=6)
    print(f"{len(shown)} pictograms, {len(kept) - len(shown)} names without one")


def listed(text: str) -> Iterator[tuple[str, str]]:
    """Names and characters in the format of Unicode's emoji-test.txt."""
    group = subgroup = ""
    for line in text.splitlines():
        if line.startswith("# group: "):
            group = line.removeprefix("# group: ")
        elif line.startswith("# subgroup: "):
            subgroup = line.removeprefix("# subgroup: ")
        elif "; fully-qualified" in line and (group in GROUPS or subgroup in SUBGROUPS):
            character, _, name = line.split("# ", 1)[1].split(" ", 2)
            if subgroup not in WITHOUT:
                yield name, character


def drawn(character: str) -> Image.Image:
    """The pictogram in the middle of SIDE × SIDE pixels, RGBA."""
    canvas = Image.new("RGBA", (2 * SIZE, 2 * SIZE))
    font = ImageFont.truetype(FONT, SIZE)
    ImageDraw.Draw(canvas).text((SIZE // 4, SIZE // 4), character, font=font, embedded_color=True)
    pictogram = canvas.crop(canvas.getbbox())
    side = round(max(pictogram.size) * (1 + 2 * MARGIN))
    square = Image.new("RGBA", (side, side))
    square.paste(pictogram, ((side - pictogram.width) // 2, (side - pictogram.height) // 2))
    # Pillow weights colours by their opacity.
    return square.resize((SIDE, SIDE), Image.Resampling.BOX)


def framed(pictogram: Image.Image) -> bool:
    """True if the pictogram fills its square."""
    opaque = pictogram.getchannel("A").point(lambda level: 255 * (level >= 128))
    return ImageStat.Stat(opaque.crop(opaque.getbbox())).mean[0] >= FRAMED * 255


if __name__ == "__main__":
    main()
