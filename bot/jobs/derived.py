"""Asks that come from a job: the same again, edited, varied, continued, enlarged. Knows requests, not who asks.

The host may have changed the model since. Then the words, shape and inputs stay, and the settings are the new model's.
"""

import secrets
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from guidance.request import derive
from guidance.request.request import Request
from guidance.request.style import STYLES, Style

VARIATIONS: Final = 4


def new_seed() -> int:
    """Another one."""
    return secrets.randbelow(2**32)


def rerun(request: Request, model: str) -> Request:
    """The same with another seed."""
    return replace(under(request, model), seed=new_seed())


def edited(request: Request, model: str, text: str, negative: str, styles: Mapping[str, Style] = STYLES) -> Request:
    """With other words, in which flags count; with a new seed unless a flag gives one.

    Raises:
        RequestError: The text cannot be read, or a flag is out of range.
    """
    before = replace(under(request, model), seed=new_seed())
    if negative.strip() == request.negative:
        # The field is as it was filled in before: a flag in the text beats it.
        return derive.revised(before, text, styles=styles)
    return derive.revised(before, text, styles=styles, negative=negative)


def variations(request: Request, model: str, picture: str) -> list[Request]:
    """Several on the same lines.

    Args:
        request: Of the finished picture.
        model: In use now.
        picture: Its sha256.
    """
    return [derive.variation(under(request, model), picture, new_seed()) for _ in range(VARIATIONS)]


def continued(request: Request, model: str, picture: str) -> Request:
    """More steps on it."""
    return derive.continued(under(request, model), picture)


def enlarged(request: Request, model: str, picture: str) -> Request:
    """At twice the size.

    Raises:
        RequestError: That is out of range.
    """
    return derive.upscaled(under(request, model), picture)


def under(request: Request, model: str) -> Request:
    """The request under another model."""
    if request.model == model:
        return request
    return replace(
        Request.resolve(
            request.prompt,
            negative=request.negative,
            seed=request.seed,
            width=request.width,
            height=request.height,
            model=model,
            images=request.images,
            init=request.init,
            mask=request.mask,
            strength=request.strength,
            perturbation=request.perturbation,
        ),
        style=request.style,
    )
