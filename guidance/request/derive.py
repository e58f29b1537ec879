"""New requests from old ones: another prompt, a variation, an upscale, more steps.

A derived request may start from a picture or a checkpoint (which holds more). Its sha256 is passed here; its bytes
travel beside the request.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from guidance.request.defaults import defaults_for, for_steps, scale_learning_rate
from guidance.request.messages import Message
from guidance.request.parameters import Settings
from guidance.request.prompt import clean_negative
from guidance.request.request import NAMED_CANVASES, Request, RequestError, fitted, medium_of, parse_prompt, style_named
from guidance.request.style import STYLES, Style

VARIATION_STRENGTH: Final = 0.8
VARIATION_PERTURBATION: Final = 0.8
"""Enough noise for another composition, few enough steps to keep the subject's place."""
UPSCALE_STRENGTH: Final = 0.4
CONTINUATION_STRENGTH: Final = 0.5


def revised(
    request: Request,
    text: str | None = None,
    styles: Mapping[str, Style] = STYLES,
    canvases: Mapping[str, Settings] = NAMED_CANVASES,
    **changes: Any,
) -> Request:
    """The same request with another prompt, if a text is given, and other settings.

    `changes` take precedence over the text's flags. A style in the text replaces the request's style and applies its
    settings; a shape in the text keeps the picture's area. With another number of steps the learning rate follows, and
    so does the noise if it has its default. With another canvas, parameters with the default of the one before get its.
    `styles` and `canvases` as in `Request.resolve`.

    Raises:
        RequestError: See Request.
    """
    from_text: dict[str, Any] = {}
    if text is not None:
        parsed = parse_prompt(text, canvases)
        if parsed.style:
            style = style_named(parsed.style, styles)
            from_text |= {**style.settings, "style": style.words}
        if "medium" not in from_text and request.medium == medium_of(request.prompt, request.style):
            from_text["medium"] = medium_of(parsed.prompt, from_text.get("style", request.style))
        if parsed.aspect:
            from_text["width"], from_text["height"] = fitted(parsed.aspect, request.width * request.height)
        if not parsed.prompt and not request.images and "negative" in parsed.settings:
            raise RequestError(Message("prompt-all-negative"))
        from_text |= {"prompt": parsed.prompt, **parsed.settings}
    if "negative" in changes:
        changes["negative"] = clean_negative(changes["negative"])
    chosen = from_text | changes
    changed = replace(request, **_for_canvas(request, chosen.get("canvas", request.canvas)) | chosen)
    if changed.steps == request.steps:
        return changed
    scaled = {"learning_rate": scale_learning_rate(changed.learning_rate, request.steps, changed.steps)}
    usual = for_steps(request.model, request.steps)
    before = {name: from_text.get(name, getattr(request, name)) for name in usual}
    if before | {"learning_rate": usual["learning_rate"]} == usual:
        scaled = for_steps(request.model, changed.steps) | scaled
    return replace(changed, **(scaled | changes))


def _for_canvas(request: Request, canvas: str) -> dict[str, Any]:
    """The defaults of another canvas, for parameters that have the default of the request's."""
    before, after = (defaults_for(request.model, name) for name in (request.canvas, canvas))
    same = (name for name in after if getattr(request, name) == before.get(name) != after[name])
    return {name: after[name] for name in same}


def variation(request: Request, init: str, seed: int) -> Request:
    """A variation of a result: noise is laid over it, and the seed decides what it becomes."""
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
    """The result at twice the width and height, with new detail.

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
    """More steps on a result: the second half of the schedule again, to its end even if the first run stopped early."""
    return replace(request, init=init, mask=None, stop=1.0, strength=CONTINUATION_STRENGTH, perturbation=0.0)


def stopped(request: Request, step: int) -> Request:
    """The request that ends with the picture that a longer run shows after a step.

    Args:
        request: The longer run's.
        step: Steps of the schedule up to the picture, with those that an init image skips; the run makes at least one.

    Raises:
        RequestError: `step` is 0.
    """
    if step == request.span().stop:
        return request
    return replace(request, stop=step / request.steps)
