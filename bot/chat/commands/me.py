"""`/me`, `/privacy`, `/help`: a person's limits, their data, and how to begin."""

import io
from typing import Any

import discord
from discord import app_commands

from bot.chat.cards import shown
from bot.chat.desk import defer, tell
from bot.chat.parts import Parts
from bot.chat.speech import spoken
from bot.chat.texts import voice
from bot.chat.who import member_of, place_of
from bot.guild import Limit
from bot.store.usage import DAY_S, HOUR_S


def me_commands(parts: Parts) -> "list[app_commands.Command[Any, ..., None] | app_commands.Group]":
    """The commands."""
    return [_me(parts), _help(parts), PrivacyGroup(parts)]


def _me(parts: Parts) -> "app_commands.Command[Any, ..., None]":
    @app_commands.command(name="me", description=spoken("cmd-me"))
    async def me(interaction: "discord.Interaction[Any]") -> None:
        where = place_of(interaction)
        who, say = member_of(interaction, where), voice(interaction.locale)
        settings = parts.guilds.of(where.guild_id)
        used = await parts.jobs.usage(who.id, where.guild_id)
        hourly = parts.admission.limit(Limit.JOBS_PER_HOUR, settings, who)
        daily = parts.admission.limit(Limit.STEPS_PER_DAY, settings, who)
        lines = [
            say("me-waiting", used=used.own, limit=parts.admission.limit(Limit.WAITING_PER_MEMBER, settings, who)),
            say("me-hour", left=max(0, hourly - len(used.hour)), limit=hourly),
            say("me-day", left=max(0, daily - used.day_steps), limit=daily),
        ]
        if used.hour:
            lines[1] += " · " + say("me-next", at=f"<t:{int(used.hour[0] + HOUR_S)}:R>")
        if used.day:
            lines[2] += " · " + say("me-next", at=f"<t:{int(used.day[0][0] + DAY_S)}:R>")
        if (weight := settings.weight_of(who.role_ids)) > 1:
            lines.append(say("me-weight", weight=weight))
        if (ban := await parts.bans.of(where.guild_id, who.id)) is not None:
            until = "" if ban.until is None else f"<t:{int(ban.until)}:R>"
            lines.append(say("me-banned", until=until, forever="no" if until else "yes", reason=shown(ban.reason)))
        await interaction.response.send_message("\n".join(lines), ephemeral=True)

    return me


def _help(parts: Parts) -> "app_commands.Command[Any, ..., None]":
    @app_commands.command(name="help", description=spoken("cmd-help"))
    async def help_(interaction: "discord.Interaction[Any]") -> None:
        say = voice(interaction.locale)
        embed = discord.Embed(title=say("help-title"), description=say("help-text"))
        for part in ("prompts", "buttons", "sessions", "yours", "moderators"):
            embed.add_field(name=say(f"help-{part}-title"), value=say(f"help-{part}"), inline=False)
        embed.set_footer(text=say("help-footer", model=parts.config.engine.model))
        await interaction.response.send_message(embed=embed, ephemeral=True)

    return help_


class PrivacyGroup(app_commands.Group):
    """What is kept about a person, read or erased by them alone."""

    def __init__(self, parts: Parts) -> None:
        super().__init__(name="privacy", description=spoken("cmd-privacy"), guild_only=True)
        self._parts = parts

    @app_commands.command(name="export", description=spoken("cmd-privacy-export"))
    async def export(self, interaction: "discord.Interaction[Any]") -> None:
        """Everything, as a file for their eyes only."""
        await defer(interaction)
        text = await self._parts.people.export(interaction.user.id)
        file = discord.File(io.BytesIO(text.encode()), filename=f"data-{interaction.user.id}.json")
        await interaction.followup.send(voice(interaction.locale)("privacy-export"), file=file, ephemeral=True)

    @app_commands.command(name="delete", description=spoken("cmd-privacy-delete"))
    @app_commands.describe(sure=spoken("opt-sure"))
    async def delete(self, interaction: "discord.Interaction[Any]", sure: bool) -> None:
        """Everything, for good."""
        if not sure:
            await tell(interaction, "privacy-not-sure")
            return
        await defer(interaction)
        await self._parts.erasure.erase(interaction.user.id)
        await tell(interaction, "privacy-deleted")
