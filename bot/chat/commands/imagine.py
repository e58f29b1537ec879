"""`/imagine`: words, options and inline flags become one request. An option beats a flag, a flag beats a style."""

from dataclasses import replace
from typing import Any, Final

import discord
from discord import app_commands

from bot.chat.commands.menus import store_attachment
from bot.chat.context import context_of
from bot.chat.errors import UserFacingError
from bot.chat.i18n.command_translator import localized
from bot.chat.services import Services
from bot.chat.submission import JobSubmitter, Submission, defer
from bot.config import parse_aspect
from bot.jobs.job import Origin
from guidance.request.defaults import defaults_for
from guidance.request.parameters import RANGES
from guidance.request.request import PROMPT_CHARACTERS, Request, RequestError
from guidance.request.style import STYLES, Style

QUALITIES: Final = {"draft": 0.5, "normal": 1.0, "high": 2.0}
"""Shares of the usual steps. Fewer are bolder and coarser: the learning rate follows."""
MOST_CHOICES: Final = 25
SEEDS: Final = RANGES["seed"]


def imagine(services: Services, submitter: JobSubmitter) -> "app_commands.Command[Any, ..., None]":
    """The command."""
    offered = services.config.imagine

    @app_commands.command(name="imagine", description=localized("cmd-imagine"))
    @app_commands.describe(
        prompt=localized("opt-prompt"),
        negative=localized("opt-negative"),
        seed=localized("opt-seed"),
        aspect=localized("opt-aspect"),
        steps=localized("opt-steps"),
        quality=localized("opt-quality"),
        style=localized("opt-style"),
        image=localized("opt-image"),
        strength=localized("opt-strength"),
        count=localized("opt-count"),
        spoiler=localized("opt-spoiler"),
    )
    @app_commands.choices(
        aspect=[app_commands.Choice(name=aspect, value=aspect) for aspect in offered.aspects],
        quality=[app_commands.Choice(name=localized(f"quality-{name}"), value=name) for name in QUALITIES],
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
        context_of(interaction)
        init = None
        if image is not None:
            await defer(interaction)
            init = await store_attachment(services, image)
        overrides: dict[str, Any] = {}
        if negative:
            overrides["negative"] = negative
        if strength is not None:
            overrides["strength"] = strength
        if steps is not None:
            overrides["steps"] = steps
        elif quality is not None:
            overrides["steps"] = steps_for(services, quality)
        try:
            first = Request.resolve(
                prompt,
                seed=seed,
                model=services.config.engine.model,
                style=style,
                aspect=None if aspect is None else parse_aspect(aspect),
                init=init,
                styles=await styles_of(services, interaction.user.id),
                host=offered.defaults(),
                **overrides,
            )
        except RequestError as error:
            raise UserFacingError("request-error", message=str(error)) from error
        # Consecutive seeds, so that one number gives the same batch again.
        requests = [replace(first, seed=(first.seed + number) % 2**32) for number in range(count)]
        await submitter.submit(interaction, Submission(requests=requests, origin=Origin.COMMAND, spoiler=spoiler))

    @command.autocomplete("style")
    async def complete(interaction: "discord.Interaction[Any]", current: str) -> list[app_commands.Choice[str]]:
        known = await styles_of(services, interaction.user.id)
        return [
            app_commands.Choice(name=name, value=name)
            for name in sorted(known)
            if current.casefold() in name.casefold()
        ][:MOST_CHOICES]

    return command


def steps_for(services: Services, quality: str) -> int:
    """Steps of a quality, within what is allowed here."""
    usual: int = services.config.imagine.defaults().get("steps") or defaults_for(services.config.engine.model)["steps"]
    return max(1, min(round(usual * QUALITIES[quality]), services.config.imagine.max_steps))


async def styles_of(services: Services, person_id: int) -> dict[str, Style]:
    """What a style's name may be for a person: those that come with guidance, and their own."""
    return {**STYLES, **{name: Style(words) for name, words in (await services.styles.of(person_id)).items()}}
