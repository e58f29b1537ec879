"""Shows the parameters of pictures, and the prompt with flags that makes them again."""

import math
from collections.abc import Sequence
from typing import Final

import discord

from bot.chat.context import Interaction
from bot.chat.i18n.localizer import Localizer, localizer
from bot.chat.messages.content import escape
from bot.jobs.canvases import Canvases
from bot.jobs.job import Job
from guidance.request.defaults import defaults_for
from guidance.request.parameters import DEFAULT_CANVAS
from guidance.request.request import Request

FIELD_CHARACTERS: Final = 1024
EMBEDS_CHARACTERS: Final = 6000
"""Most characters of all embeds of a message."""
ALWAYS: Final = ("steps", "seed", "model")
TEXTS: Final = frozenset({"prompt", "negative", "style", "images", "init", "mask", "schema"})
HOST: Final = frozenset({"canvas", "canvas_model", "tile"})
"""What the name of a canvas stands for; the host's folders are nobody's business."""


async def show(
    interaction: Interaction, canvases: Canvases, requests: Sequence[Request], jobs: Sequence[Job] = ()
) -> None:
    """Shows requests to the user privately.

    Args:
        interaction: To be answered.
        canvases: Names the requests' canvases.
        requests: At most 10. A prompt equal to the previous one is left out, and the last of them are if all together
            are too long for a message.
        jobs: The jobs of the first requests, where they are known.
    """
    t = localizer(interaction.locale)
    embeds = [
        embed(request, canvases, t, job, words=index == 0 or _words(request) != _words(requests[index - 1]))
        for index, (request, job) in enumerate(zip(requests, [*jobs, *[None] * len(requests)], strict=False))
    ]
    while len(embeds) > 1 and sum(map(len, embeds)) > EMBEDS_CHARACTERS:
        embeds.pop()
    if interaction.response.is_done():
        await interaction.followup.send(embeds=embeds, ephemeral=True)
    else:
        await interaction.response.send_message(embeds=embeds, ephemeral=True)


def embed(
    request: Request, canvases: Canvases, t: Localizer, job: Job | None = None, *, words: bool = True
) -> discord.Embed:
    """The parameters of a request; with `words` also its prompt and what to type to make it again."""
    page = discord.Embed(title=t("info-title", job="" if job is None else f"#{job.id}"))
    for name in ("prompt", "negative", "style") if words else ():
        if text := getattr(request, name):
            page.add_field(name=t(f"field-{name}"), value=escape(text, FIELD_CHARACTERS), inline=False)
    page.add_field(name=t("field-parameters"), value=" · ".join(parameters(request, canvases, t)), inline=False)
    if words:
        page.add_field(name=t("info-command"), value=prompt_block(request, canvases), inline=False)
    if job is not None:
        page.set_footer(
            text=t("info-footer", similarity=f"{job.similarity or 0:.2f}", seconds=f"{job.seconds or 0:.1f}")
        )
    return page


def _words(request: Request) -> tuple[str, str, str]:
    return request.prompt, request.negative, request.style


def parameters(request: Request, canvases: Canvases, t: Localizer) -> list[str]:
    """Size, steps, seed, model and canvas, and the parameters that differ from the defaults of both."""
    defaults = defaults_for(request.model, request.canvas)
    found = [f"{request.width}×{request.height}", *(f"{name} {getattr(request, name)}" for name in ALWAYS)]
    if request.canvas != DEFAULT_CANVAS:
        found.append(f"canvas {escape(canvases.name_of(request))}")
    for name in sorted(set(defaults) - {"width", "height", *ALWAYS} - TEXTS - HOST):
        value = getattr(request, name)
        if value != defaults[name]:
            found.append(f"{name} {value:g}" if isinstance(value, float) else f"{name} {value}")
    if request.init is not None:
        found.append(t("info-from-image"))
    return found


def prompt_block(request: Request, canvases: Canvases, most: int = FIELD_CHARACTERS) -> str:
    """`prompt_with_flags` as a code block of at most `most` characters."""
    return f"```\n{prompt_with_flags(request, canvases)[: most - 10]}\n```"


def prompt_with_flags(request: Request, canvases: Canvases) -> str:
    """What to type to make the picture again; without its style, whose name is not stored."""
    flags = [f"--seed {request.seed}", f"--steps {request.steps}"]
    if request.canvas != DEFAULT_CANVAS:
        flags.append(f"--canvas {canvases.name_of(request)}")
    divisor = math.gcd(request.width, request.height)
    if request.width != request.height:
        flags.append(f"--ar {request.width // divisor}:{request.height // divisor}")
    if request.stop < 1 and (100 * request.stop).is_integer():
        flags.append(f"--stop {100 * request.stop:g}%")
    if request.negative:
        flags.append(f"--no {request.negative}")
    return " ".join([request.prompt.replace("`", "'"), *flags])
