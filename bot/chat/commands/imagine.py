"""`/imagine`. An option overrides a flag in the prompt, and a flag overrides the defaults."""

import inspect
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any, Final, TypeVar

import discord
from discord import app_commands

from bot.chat.attachments import Attachments
from bot.chat.commands.style import styles_of
from bot.chat.context import Interaction, context_of
from bot.chat.errors import UserFacingError
from bot.chat.i18n.command_translator import localized
from bot.chat.submission import JobSubmitter, Submission, defer
from bot.chat.typed import TypedTexts
from bot.config import ImagineConfig
from bot.jobs.canvases import Canvases
from bot.jobs.job import Origin
from bot.setting_values import parse_aspect
from bot.store.guilds import Guilds
from bot.store.styles import Styles
from guidance.request.defaults import defaults_for
from guidance.request.parameters import RANGES
from guidance.request.request import PROMPT_CHARACTERS, Request

QUALITIES: Final = {"draft": 0.5, "normal": 1.0, "high": 2.0}
"""Factors of the default steps. Fewer steps make bolder, coarser pictures, as the learning rate is scaled up."""
MOST_CHOICES: Final = 25
NOT_YET_READ: Final = "0" * 64
"""Stands for the sha256 of an image while a request is checked, before the image is read."""
SEEDS: Final = RANGES["seed"]
Callback = TypeVar("Callback", bound=Callable[..., Any])


def imagine_command(
    submitter: JobSubmitter,
    typed_texts: TypedTexts,
    attachments: Attachments,
    styles: Styles,
    guilds: Guilds,
    canvases: Canvases,
    offered: ImagineConfig,
    model: str,
) -> "app_commands.Command[Any, ..., None]":
    """`/imagine`, with the host's aspects, canvases, step limit and defaults."""
    described = {"canvas": localized("opt-canvas")} if canvases.offered else {}

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
        **described,
    )
    @app_commands.choices(
        aspect=[app_commands.Choice(name=aspect, value=aspect) for aspect in offered.aspects],
        quality=[app_commands.Choice(name=localized(f"quality-{name}"), value=name) for name in QUALITIES],
    )
    @_without(*({"canvas"} - described.keys()))
    async def command(
        interaction: Interaction,
        prompt: app_commands.Range[str, 1, PROMPT_CHARACTERS],
        negative: app_commands.Range[str, 0, PROMPT_CHARACTERS] = "",
        seed: app_commands.Range[int, int(SEEDS.low), int(SEEDS.high)] | None = None,
        aspect: str | None = None,
        steps: app_commands.Range[int, 1, offered.max_steps] | None = None,
        quality: str | None = None,
        style: str | None = None,
        canvas: str | None = None,
        image: discord.Attachment | None = None,
        strength: app_commands.Range[float, 0.0, 1.0] | None = None,
        count: app_commands.Range[int, 1, 4] = 1,
        spoiler: bool = False,
    ) -> None:
        if strength is not None and image is None:
            raise UserFacingError("strength-without-image")
        if aspect is not None and aspect not in offered.aspects:
            # Discord may show choices from before a change of the configuration.
            raise UserFacingError("wrong-aspect", aspects=", ".join(offered.aspects))
        settings = guilds.of(context_of(interaction).guild_id)
        if canvas is not None and canvas not in canvases.choices(settings):
            raise UserFacingError("wrong-canvas", canvases=", ".join(canvases.choices(settings)))
        if image is not None:
            await defer(interaction)
        named = canvases.named(settings)
        overrides: dict[str, Any] = {} if canvas is None else dict(named[canvas])
        if negative:
            overrides["negative"] = negative
        if strength is not None:
            overrides["strength"] = strength
        if steps is not None:
            overrides["steps"] = steps
        elif quality is not None:
            overrides["steps"] = _steps(offered, model, quality)

        async def submit(interaction: Interaction, text: str) -> None:
            first = Request.resolve(
                text,
                seed=seed,
                model=model,
                style=style,
                aspect=None if aspect is None else parse_aspect(aspect),
                init=None if image is None else NOT_YET_READ,
                styles=await styles_of(styles, interaction.user.id),
                canvases=named,
                host={**offered.defaults(), **canvases.defaults(settings)},
                **overrides,
            )
            # Consecutive seeds, so that the first seed is enough to make the batch again.
            requests = [replace(first, seed=(first.seed + number) % 2**32) for number in range(count)]
            submission = Submission(requests=requests, origin=Origin.COMMAND, spoiler=spoiler)
            if image is not None:
                if not interaction.response.is_done():
                    await defer(interaction)
                await submitter.check(interaction, submission)
                init = await attachments.store(image)
                submission = replace(submission, requests=[replace(request, init=init) for request in requests])
            await submitter.submit(interaction, submission)

        await typed_texts.submit(interaction, prompt, submit)

    if canvases.offered:

        @command.autocomplete("canvas")
        async def complete_canvas(interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
            return matching(canvases.choices(guilds.of(context_of(interaction).guild_id)), current)

    @command.autocomplete("style")
    async def complete_style(interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
        return matching(sorted(await styles_of(styles, interaction.user.id)), current)

    return command


def matching(names: Iterable[str], current: str) -> list[app_commands.Choice[str]]:
    """The names that contain what was typed so far, as many as Discord shows."""
    found = [name for name in names if current.casefold() in name.casefold()]
    return [app_commands.Choice(name=name, value=name) for name in found[:MOST_CHOICES]]


def _without(*names: str) -> Callable[[Callback], Callback]:
    """Hides parameters of a callback from discord.py, which makes an option of each that its signature shows."""

    def hidden(callback: Callback) -> Callback:
        signature = inspect.signature(callback)
        shown = [parameter for name, parameter in signature.parameters.items() if name not in names]
        callback.__signature__ = signature.replace(parameters=shown)  # type: ignore[attr-defined]
        return callback

    return hidden


def _steps(offered: ImagineConfig, model: str, quality: str) -> int:
    default: int = offered.defaults().get("steps") or defaults_for(model)["steps"]
    return max(1, min(round(default * QUALITIES[quality]), offered.max_steps))
