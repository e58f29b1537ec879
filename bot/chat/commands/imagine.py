"""`/imagine`: words, options and inline flags become one request. An option beats a flag, a flag beats a style."""

from dataclasses import replace
from typing import Any, Final

import discord
from discord import app_commands

from bot.chat.desk import Desk, Wish, defer
from bot.chat.errors import UserFacingError
from bot.chat.menus import take
from bot.chat.parts import Parts
from bot.chat.speech import spoken
from bot.chat.who import place_of
from bot.config import parse_aspect
from bot.job import Origin
from guidance.ranges import RANGES
from guidance.request import PROMPT_CHARACTERS, Request, RequestError
from guidance.settings import Settings, defaults_for
from guidance.style import STYLES, Style

QUALITIES: Final = {"draft": 0.5, "normal": 1.0, "high": 2.0}
"""Shares of the usual steps. Fewer are bolder and coarser: the learning rate follows."""
MOST_CHOICES: Final = 25
SEEDS: Final = RANGES["seed"]


def imagine(parts: Parts, desk: Desk) -> "app_commands.Command[Any, ..., None]":
    """The command."""
    offered = parts.config.imagine

    @app_commands.command(name="imagine", description=spoken("cmd-imagine"))
    @app_commands.describe(
        prompt=spoken("opt-prompt"),
        negative=spoken("opt-negative"),
        seed=spoken("opt-seed"),
        aspect=spoken("opt-aspect"),
        steps=spoken("opt-steps"),
        quality=spoken("opt-quality"),
        style=spoken("opt-style"),
        image=spoken("opt-image"),
        strength=spoken("opt-strength"),
        count=spoken("opt-count"),
        spoiler=spoken("opt-spoiler"),
    )
    @app_commands.choices(
        aspect=[app_commands.Choice(name=aspect, value=aspect) for aspect in offered.aspects],
        quality=[app_commands.Choice(name=spoken(f"quality-{name}"), value=name) for name in QUALITIES],
    )
    async def command(
        interaction: "discord.Interaction[Any]",
        prompt: app_commands.Range[str, 1, PROMPT_CHARACTERS],
        negative: app_commands.Range[str, 0, PROMPT_CHARACTERS] = "",
        seed: app_commands.Range[int, int(SEEDS.low), int(SEEDS.high)] | None = None,
        aspect: str | None = None,
        steps: app_commands.Range[int, 1, offered.max_steps] | None = None,
        quality: str | None = None,
        style: str | None = None,
        image: discord.Attachment | None = None,
        strength: app_commands.Range[float, 0.0, 1.0] | None = None,
        count: app_commands.Range[int, 1, 4] = 1,
        spoiler: bool = False,
    ) -> None:
        if strength is not None and image is None:
            raise UserFacingError("strength-without-image")
        if aspect is not None and aspect not in offered.aspects:
            # The choices may have changed since the command was synced.
            raise UserFacingError("wrong-aspect", aspects=", ".join(offered.aspects))
        place_of(interaction)
        init = None
        if image is not None:
            await defer(interaction)
            init = await take(parts, image)
        chosen = Settings()
        if negative:
            chosen["negative"] = negative
        if strength is not None:
            chosen["strength"] = strength
        if steps is not None:
            chosen["steps"] = steps
        elif quality is not None:
            chosen["steps"] = steps_for(parts, quality)
        try:
            first = Request.resolve(
                prompt,
                seed=seed,
                model=parts.config.engine.model,
                style=style,
                aspect=None if aspect is None else parse_aspect(aspect),
                init=init,
                styles=await styles_of(parts, interaction.user.id),
                host=offered.defaults(),
                **chosen,
            )
        except RequestError as error:
            raise UserFacingError("request-error", message=str(error)) from error
        # Consecutive seeds, so that one number gives the same sheet again.
        requests = [replace(first, seed=(first.seed + number) % 2**32) for number in range(count)]
        await desk.answer(interaction, Wish(requests=requests, origin=Origin.COMMAND, spoiler=spoiler))

    @command.autocomplete("style")
    async def complete(interaction: "discord.Interaction[Any]", current: str) -> list[app_commands.Choice[str]]:
        known = await styles_of(parts, interaction.user.id)
        return [
            app_commands.Choice(name=name, value=name)
            for name in sorted(known)
            if current.casefold() in name.casefold()
        ][:MOST_CHOICES]

    return command


def steps_for(parts: Parts, quality: str) -> int:
    """Steps of a quality, within what is allowed here."""
    usual = parts.config.imagine.defaults().get("steps") or defaults_for(parts.config.engine.model)["steps"]
    return max(1, min(round(usual * QUALITIES[quality]), parts.config.imagine.max_steps))


async def styles_of(parts: Parts, person_id: int) -> dict[str, Style]:
    """What a style's name may be for a person: those that come with guidance, and their own."""
    return {**STYLES, **{name: Style(words) for name, words in (await parts.styles.of(person_id)).items()}}
