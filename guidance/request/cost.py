"""What a step of a request costs, so that limits count what is spent."""

from typing import Final

from guidance.request.defaults import defaults_for
from guidance.request.request import Request

VIEWS_PER_MEGAPIXEL: Final = 13.0
"""A million pixels of the canvas cost as much as so many views; measured with `pocket` on a CPU, 256 to 1024 pixels."""
VIEWS_PER_MEGAPIXEL_COLOUR: Final = 1.5
"""The same for a million pixels and each colour of the palette canvas."""


def step_cost(model: str, views: int, pixels: int, palette: int = 0) -> float:
    """The cost of a step, where 1 is a step with the model's defaults; at least 1.

    Args:
        model: The model's name.
        views: Views in each step.
        pixels: Width times height.
        palette: Colours of the palette canvas; 0 for another canvas.
    """
    usual = defaults_for(model)
    return max(1.0, _in_views(views, pixels, palette) / _in_views(usual["views"], usual["width"] * usual["height"], 0))


def cost_of(request: Request) -> float:
    """The cost of a request's whole run, in steps with the model's defaults.

    What the model of a canvas costs is not in it: nothing is known about it before it is loaded.
    """
    palette = request.colours if request.canvas == "palette" else 0
    return len(request.span()) * step_cost(request.model, request.views, request.width * request.height, palette)


def _in_views(views: int, pixels: int, palette: int) -> float:
    return views + pixels / 1e6 * (VIEWS_PER_MEGAPIXEL + palette * VIEWS_PER_MEGAPIXEL_COLOUR)
