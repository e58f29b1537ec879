"""Makes bot/sandbox/static/emoji.woff2 from npm's twemoji-colr-font: `make emoji-font`.

The font contains every emoji of one code point. Flags, joined emoji and skin tones would double its size: a joined
emoji is drawn as its parts, and a skin tone is not drawn.
"""

import sys
from pathlib import Path
from typing import Final

from fontTools import subset

SKIN_TONES: Final = range(0x1F3FB, 0x1F400)
JOINER: Final = 0x200D
"""The zero-width joiner, whose glyph is empty."""
FIRST: Final = 0x203C
"""The first emoji that is not a character of ordinary text, such as © or a digit."""
LAST: Final = 0x1FAFF


def make(source: Path, target: Path) -> None:
    """Writes the part of a font that the page needs, as WOFF2."""
    options = subset.Options(flavor="woff2", layout_features=[], hinting=False, glyph_names=False, notdef_outline=False)
    font = subset.load_font(str(source), options)
    nothing = font.getBestCmap()[JOINER]
    font["hmtx"][nothing] = (0, 0)
    for table in font["cmap"].tables:
        if SKIN_TONES.start in table.cmap:
            table.cmap |= dict.fromkeys(SKIN_TONES, nothing)
    chosen = subset.Subsetter(options)
    chosen.populate(unicodes=[code for code in font.getBestCmap() if code == JOINER or FIRST <= code <= LAST])
    chosen.subset(font)
    subset.save_font(font, str(target), options)


if __name__ == "__main__":
    make(Path(sys.argv[1]), Path(sys.argv[2]))
