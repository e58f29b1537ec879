"""Requests derived from a job's: rerun, edited, variations, continued, enlarged.

The host may have changed the model since. Then prompt, size, canvas and input images stay, and all other settings are
the new model's defaults.
"""

import secrets
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from guidance.request import derive
from guidance.request.parameters import Settings
from guidance.request.request import NAMED_CANVASES, Request
from guidance.request.style import STYLES, Style

VARIATIONS: Final = 4
_CANVAS: Final = ("canvas", "canvas_model", "tile", "colours", "pixel", "medium")


def new_seed() -> int:
    """A random seed, from 0 to 2**32 - 1."""
    return secrets.randbelow(2**32)


def rerun(request: Request, model: str) -> Request:
    """The same request with a new seed."""
    return replace(for_model(request, model), seed=new_seed())


def edited(
    request: Request,
    model: str,
    text: str,
    negative: str,
    styles: Mapping[str, Style] = STYLES,
    canvases: Mapping[str, Settings] = NAMED_CANVASES,
) -> Request:
    """The request with another prompt, which may have flags; with a new seed unless a flag sets it.

    Raises:
        RequestError: The prompt cannot be parsed, or a flag is out of range.
    """
    before = replace(for_model(request, model), seed=new_seed())
    if negative.strip() == request.negative:
        # The negative is unchanged, so a flag in the text has priority over it.
        return derive.revised(before, text, styles, canvases)
    return derive.revised(before, text, styles, canvases, negative=negative)


def variations(request: Request, model: str, picture: str) -> list[Request]:
    """VARIATIONS requests that start from the picture, each with its own seed.

    Args:
        request: The finished picture's.
        model: The host's current model.
        picture: sha256 of the finished picture.
    """
    return [derive.variation(for_model(request, model), picture, new_seed()) for _ in range(VARIATIONS)]


def continued(request: Request, model: str, picture: str) -> Request:
    """A request for more steps on the picture."""
    return derive.continued(for_model(request, model), picture)


def enlarged(request: Request, model: str, picture: str) -> Request:
    """A request for the picture at twice its width and height.

    Raises:
        RequestError: That size is out of range.
    """
    return derive.upscaled(for_model(request, model), picture)


def for_model(request: Request, model: str) -> Request:
    """The request for another model, with that model's default settings on the same canvas."""
    if request.model == model:
        return request
    resolved = Request.resolve(
        "a picture",
        seed=request.seed,
        width=request.width,
        height=request.height,
        model=model,
        **{name: getattr(request, name) for name in _CANVAS},
        images=request.images,
        init=request.init,
        mask=request.mask,
        strength=request.strength,
        perturbation=request.perturbation,
    )
    # The words are not parsed again: they have been, and the language may have changed since.
    return replace(resolved, prompt=request.prompt, negative=request.negative, style=request.style)
