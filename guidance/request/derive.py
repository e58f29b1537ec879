"""New requests from old ones: what people ask for once they have seen a picture.

The bytes of what a new request starts from (a picture, or a checkpoint, which holds more) travel beside it, under the
sha256 that is passed here.
"""

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Final, TypeVar, Unpack

from guidance.request import prompt as language
from guidance.request.prompt import PromptError, clean
from guidance.request.request import Request, RequestError, fitted, style_named
from guidance.request.settings import Settings, for_steps, scale_learning_rate
from guidance.request.style import STYLES, Style

VARIATION_STRENGTH: Final = 0.8
VARIATION_PERTURBATION: Final = 0.8
"""Enough noise for another composition, few enough steps to keep the subject's place."""
UPSCALE_STRENGTH: Final = 0.4
CONTINUATION_STRENGTH: Final = 0.5

Value = TypeVar("Value")


def revised(
    request: Request,
    text: str | None = None,
    seed: int | None = None,
    styles: Mapping[str, Style] = STYLES,
    **changes: Unpack[Settings],
) -> Request:
    """The same with other settings and, if a text is given, another prompt; its flags count, but `changes` beat them.

    A style in the text replaces the one before, with its settings; a shape keeps the picture's area.

    Raises:
        RequestError: As Request.
    """
    before = request
    if text is not None:
        try:
            parsed = language.parse(text)
        except PromptError as error:
            raise RequestError(f"the prompt cannot be read at {error}") from error
        width, height = fitted(parsed.aspect, request.width * request.height) if parsed.aspect else (None, None)
        if parsed.style:
            dress = style_named(parsed.style, styles)
            request = replace(request, style=dress.words, **dress.settings)
        request = replace(
            request,
            prompt=parsed.prompt,
            width=_or(width, request.width),
            height=_or(height, request.height),
            negative=_or(parsed.negative, request.negative),
            steps=_or(parsed.steps, request.steps),
            stop=_or(parsed.stop, request.stop),
            seed=_or(parsed.seed, request.seed),
        )
    if "negative" in changes:
        changes["negative"] = clean(changes["negative"])
    changed = replace(request, seed=_or(seed, request.seed), **changes)
    if changed.steps == before.steps:
        return changed
    fitting: Settings = {"learning_rate": scale_learning_rate(changed.learning_rate, before.steps, changed.steps)}
    usual = for_steps(request.model, before.steps)
    if (request.noise, request.noise_end) == (usual.get("noise"), usual.get("noise_end")):  # nobody chose another
        fitting = for_steps(request.model, changed.steps) | fitting
    return replace(changed, **(fitting | changes))


def variation(request: Request, init: str, seed: int) -> Request:
    """Another picture on the same lines: noise is laid over a result, and the seed decides what becomes of it."""
    return replace(
        request,
        init=init,
        mask=None,
        stop=1.0,
        seed=seed,
        strength=VARIATION_STRENGTH,
        perturbation=VARIATION_PERTURBATION,
    )


def upscaled(request: Request, init: str) -> Request:
    """The result at twice the width and height, with detail to match.

    Raises:
        RequestError: Twice the size is out of range.
    """
    return replace(
        request,
        init=init,
        mask=None,
        stop=1.0,
        width=2 * request.width,
        height=2 * request.height,
        strength=UPSCALE_STRENGTH,
        perturbation=0.0,
    )


def continued(request: Request, init: str) -> Request:
    """More steps on a result: the second half of the schedule once more, to its end wherever the first run stopped."""
    return replace(request, init=init, mask=None, stop=1.0, strength=CONTINUATION_STRENGTH, perturbation=0.0)


def stopped(request: Request, step: int) -> Request:
    """The same, ended early: it gives the picture that the longer run shows after that step.

    Args:
        request: The longer one.
        step: How many steps of the schedule are behind the picture, those that an init image skips included; at least
            one that is made.

    Raises:
        RequestError: No step.
    """
    if step == request.span().stop:
        return request
    stop = step / request.steps
    if math.ceil(request.steps * stop) > step:  # the quotient was rounded up
        stop = math.nextafter(stop, 0)
    return replace(request, stop=stop)


def _or(value: Value | None, other: Value) -> Value:
    return other if value is None else value
