"""The development entries for colours and styles, of the form that prompts.json has."""

from typing import Final

from tools.pocket.measures import NAMES

STYLES: Final = ("at night", "in the snow", "watercolour", "pencil drawing", "pixel art")
TUNED_BY: Final = ("lighthouse", "teapot")
"""Objects that the report does not use with a colour or style."""


def coloured(thing: str, colour: str) -> dict[str, str]:
    """An entry such as "a red car"."""
    article = "an" if colour[0] in "aeiou" else "a"
    return {"prompt": f"{article} {colour} {thing}", "object": thing, "colour": colour}


def styled(thing: str, style: str) -> dict[str, str]:
    """An entry such as "jay at night" or "jay, watercolour"."""
    return {"prompt": f"{thing}{' ' if style[:3] in ('at ', 'in ') else ', '}{style}", "object": thing, "style": style}


DEVELOPMENT_COLOURS: Final = [coloured(thing, colour) for thing in TUNED_BY for colour in NAMES]
DEVELOPMENT_STYLES: Final = [styled(thing, style) for thing in TUNED_BY for style in STYLES]
