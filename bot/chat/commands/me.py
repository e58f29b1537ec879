"""`/me`, `/privacy`, `/help`."""

import io
from typing import Any

import discord
from discord import app_commands

from bot.chat.context import Interaction, context_of, requester_of
from bot.chat.i18n.command_translator import localized
from bot.chat.i18n.localizer import localizer
from bot.chat.messages.content import escape
from bot.chat.submission import defer, reply_privately
from bot.community.erasure import Erasure
from bot.community.guild_settings import Limit
from bot.jobs.admission import Admission
from bot.store.bans import Bans
from bot.store.guilds import Guilds
from bot.store.jobs import Jobs
from bot.store.people import People
from bot.store.usage import DAY_S, HOUR_S


def me_command(admission: Admission, bans: Bans, guilds: Guilds, jobs: Jobs) -> "app_commands.Command[Any, ..., None]":
    """`/me`: a member's limits, and what is left of them."""

    @app_commands.command(name="me", description=localized("cmd-me"))
    async def me(interaction: Interaction) -> None:
        context = context_of(interaction)
        requester, t = requester_of(interaction, context), localizer(interaction.locale)
        settings = guilds.of(context.guild_id)
        used = await jobs.usage(requester.id, context.guild_id)
        hourly = admission.limit(Limit.JOBS_PER_HOUR, settings, requester)
        daily = admission.limit(Limit.STEPS_PER_DAY, settings, requester)
        lines = [
            t("me-waiting", used=used.own, limit=admission.limit(Limit.WAITING_PER_MEMBER, settings, requester)),
            t("me-hour", left=max(0, hourly - len(used.hour)), limit=hourly),
            t("me-day", left=max(0, daily - used.day_steps), limit=daily),
        ]
        if used.hour:
            lines[1] += " · " + t("me-next", at=f"<t:{int(used.hour[0] + HOUR_S)}:R>")
        if used.day:
            lines[2] += " · " + t("me-next", at=f"<t:{int(used.day[0][0] + DAY_S)}:R>")
        if (weight := settings.weight_of(requester.role_ids)) > 1:
            lines.append(t("me-weight", weight=weight))
        if (ban := await bans.of(context.guild_id, requester.id)) is not None:
            until = "" if ban.until is None else f"<t:{int(ban.until)}:R>"
            lines.append(t("me-banned", until=until, forever="no" if until else "yes", reason=escape(ban.reason)))
        await interaction.response.send_message("\n".join(lines), ephemeral=True)

    return me


def help_command(model: str) -> "app_commands.Command[Any, ..., None]":
    """`/help`."""

    @app_commands.command(name="help", description=localized("cmd-help"))
    async def help_(interaction: Interaction) -> None:
        t = localizer(interaction.locale)
        embed = discord.Embed(title=t("help-title"), description=t("help-text"))
        for part in ("prompts", "buttons", "sessions", "commands", "moderators"):
            embed.add_field(name=t(f"help-{part}-title"), value=t(f"help-{part}"), inline=False)
        embed.set_footer(text=t("help-footer", model=model))
        await interaction.response.send_message(embed=embed, ephemeral=True)

    return help_


class PrivacyGroup(app_commands.Group):
    """The group `/privacy`."""

    def __init__(self, people: People, erasure: Erasure) -> None:
        super().__init__(name="privacy", description=localized("cmd-privacy"), guild_only=True)
        self._people = people
        self._erasure = erasure

    @app_commands.command(name="export", description=localized("cmd-privacy-export"))
    async def export(self, interaction: Interaction) -> None:
        """Sends the member's data privately, as a file."""
        await defer(interaction)
        text = await self._people.export(interaction.user.id)
        file = discord.File(io.BytesIO(text.encode()), filename=f"data-{interaction.user.id}.json")
        await interaction.followup.send(localizer(interaction.locale)("privacy-export"), file=file, ephemeral=True)

    @app_commands.command(name="delete", description=localized("cmd-privacy-delete"))
    @app_commands.describe(sure=localized("opt-sure"))
    async def delete(self, interaction: Interaction, sure: bool) -> None:
        """Deletes the member's data."""
        if not sure:
            await reply_privately(interaction, "privacy-not-confirmed")
            return
        await defer(interaction)
        await self._erasure.erase(interaction.user.id)
        await reply_privately(interaction, "privacy-deleted")
