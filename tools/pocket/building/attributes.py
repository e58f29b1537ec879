"""The targets of words for colour, light and style, in the readouts that the image tower predicts."""

from collections.abc import Mapping
from typing import Final

import numpy as np
import numpy.typing as npt

from tools.pocket.building.readouts import READOUTS
from tools.pocket.measures import NAMES, NEUTRAL

STRENGTH: Final = 1.2
"""Length of a colour's part in a text's direction; the object's part has length 1."""

ReadoutWeights = Mapping[str, float]
"""The wanted change of each readout, relative to the others."""


_INSTEAD: Final[Mapping[str, Mapping[str, float]]] = {
    "purple": {"purple": 1.2, "blue": -0.7, "red": -0.5}, "pink": {"red": -0.4, "orange": -0.4, "white": -0.4},
    "green": {"brown": -0.4, "turquoise": -0.4}, "turquoise": {"blue": -0.4}, "brown": {"red": -0.4},
    "orange": {"orange": 2.25, "red": -1.55, "pink": -0.6, "yellow": -0.6, "brown": -0.3, "grey": -0.4, "white": -0.3,
               "blue": -0.5, "turquoise": -0.5, "green": -0.4, "purple": -0.4},
    "grey": {"grey": 2.9, "white": -1.3, "black": -0.5, "blue": -1.0, "green": -0.9, "turquoise": -0.8, "purple": -0.8,
             "yellow": -0.8, "pink": -0.8, "red": -0.7, "orange": -0.5, "brown": -0.5},
}  # fmt: skip
"""Corrections for colours whose pictures came out in another colour. Orange and grey lie between other colours, and
pushing a picture away from one neighbour moves it to another, so their corrections involve all neighbours."""


def _more(name: str) -> dict[str, float]:
    """The weights for more of a colour and less of all others, most of all less black, white and grey."""
    others = {other: -0.25 if other in NEUTRAL else -0.1 for other in NAMES if other != name}
    return {name: 1.0} | others | dict(_INSTEAD.get(name, {}))


_NIGHT: Final = {"black": 1.0, "blue": 0.4, "white": -0.6, "yellow": -0.3, "orange": -0.2, "grey": -0.2}
_SNOW: Final = {"white": 1.0, "grey": 0.2, "brown": -0.4, "black": -0.4, "green": -0.2, "orange": -0.2}
_SUNSET: Final = {"orange": 0.8, "red": 0.2, "purple": 0.3, "white": -0.4, "green": -0.2}
_FOG: Final = {"grey": 0.8, "white": 0.3, "black": -0.4, "edges": -0.8}
_RAIN: Final = {"grey": 0.7, "blue": 0.3, "yellow": -0.3, "orange": -0.3}
_WATER: Final = {"turquoise": 0.6, "blue": 0.6, "white": -0.3, "brown": -0.3}
_FIRE: Final = {"orange": 0.8, "red": 0.5, "blue": -0.3, "white": -0.2}
_HUES: Final = {name: -0.25 for name in NAMES if name not in NEUTRAL}
_PENCIL: Final = _HUES | {"white": 0.6, "grey": 0.6}
_WATERCOLOUR: Final = {"white": 0.25, "black": -0.4, "edges": -0.35}
_PIXELS: Final = {"flat": 0.5, "white": 0.2, "black": 0.2}

COLOURS: Final[Mapping[str, ReadoutWeights]] = {name: _more(name) for name in NAMES} | {
    "scarlet": _more("red"), "crimson": _more("red"), "ruby": _more("red"), "emerald": _more("green"),
    "teal": _more("turquoise"), "cyan": _more("turquoise"), "violet": _more("purple"), "gray": _more("grey"),
    "golden": {"yellow": 0.6, "orange": 0.6, "blue": -0.3, "grey": -0.3}, "magenta": {"pink": 0.6, "purple": 0.6},
    "navy": {"blue": 0.9, "black": 0.4, "white": -0.3}, "silver": _HUES | {"grey": 0.6, "white": 0.4},
    "wooden": {"brown": 0.7, "orange": 0.1}, "rusty": {"brown": 0.7, "orange": 0.4}, "pale": {"white": 0.7},
    "dark": {"black": 0.8, "white": -0.4}, "colourful": {"grey": -0.6, "black": -0.3, "white": -0.2},
    "bright": {"white": 0.4, "yellow": 0.2, "black": -0.4}, "burning": _FIRE, "snowy": _SNOW, "foggy": _FOG,
}  # fmt: skip
"""Adjectives."""
LIGHT: Final[Mapping[str, ReadoutWeights]] = {
    "at night": _NIGHT, "by night": _NIGHT, "in the dark": _NIGHT, "at midnight": _NIGHT, "by moonlight": _NIGHT,
    "in the snow": _SNOW, "in winter": _SNOW, "covered in snow": _SNOW, "at sunset": _SUNSET, "at sunrise": _SUNSET,
    "at dusk": _SUNSET, "in the fog": _FOG, "in the mist": _FOG, "in the rain": _RAIN, "underwater": _WATER,
    "under water": _WATER, "on fire": _FIRE, "in flames": _FIRE, "in bright sunlight": {"yellow": 0.4, "white": 0.3},
}  # fmt: skip
"""Phrases that follow a noun."""
STYLES: Final[Mapping[tuple[str, ...], ReadoutWeights]] = {
    ("a watercolour of {}", "{}, watercolour", "{} watercolour", "a watercolor painting of {}", "{} in watercolour",
     "watercolour of {}", "{}, watercolor"): _WATERCOLOUR,
    ("a pencil drawing of {}", "{}, pencil drawing", "a pencil sketch of {}", "{} in pencil",
     "a charcoal drawing of {}", "pencil drawing of {}", "{}, pencil sketch", "a sketch of {}"): _PENCIL,
    ("pixel art of {}", "{}, pixel art", "{} pixel art", "{} as pixel art", "8-bit pixel art of {}"): _PIXELS,
    ("a black and white photo of {}", "{}, black and white", "{} in black and white"): _HUES | {"grey": 0.3},
    ("an ink drawing of {}", "{}, ink drawing"): _HUES | {"black": 0.5, "white": 0.6},
    ("a sepia photo of {}", "{}, sepia"): {"brown": 0.6, "orange": 0.2, "blue": -0.3, "green": -0.3},
    ("a neon {}", "{}, neon lights"): {"black": 0.6, "purple": 0.5, "pink": 0.4, "white": -0.3},
    ("a poster of {}", "{}, flat illustration", "clip art of {}"): {"flat": 0.8},
    ("a pastel drawing of {}", "{} in pastel colours"): {"white": 0.4, "pink": 0.3, "black": -0.5, "edges": -0.4},
}  # fmt: skip
"""Templates for a noun, and their weights."""


def vector(readouts: ReadoutWeights) -> npt.NDArray[np.float32]:
    """(len(READOUTS)), STRENGTH times each weight."""
    values = np.zeros(len(READOUTS), np.float32)
    for name, value in readouts.items():
        values[READOUTS.index(name)] = STRENGTH * value
    return values
