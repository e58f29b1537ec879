"""`/mod`: for those who manage messages. Discord hides it from others by default; here it is checked again."""

import datetime as dt
import re
from typing import Any, Final

import discord
from discord import app_commands

from bot.chat.commands.queue import choices, queue_text
from bot.chat.context import Interaction, moderates, require_moderator
from bot.chat.errors import UserFacingError
from bot.chat.i18n.command_translator import localized
from bot.chat.i18n.localizer import localizer
from bot.chat.messages.audit_format import audit_line
from bot.chat.messages.content import escape
from bot.chat.services import Services
from bot.chat.submission import defer, reply_privately
from bot.community import blocklist
from bot.community.blocklist import PatternError
from bot.community.moderation import Moderator, NotHereError, TooManyPatternsError
from bot.jobs.job import JobState

DURATION: Final = re.compile(r"(\d{1,5})\s*(m|min|h|d|w)", re.IGNORECASE)
SECONDS: Final = {"m": 60, "min": 60, "h": 3600, "d": 86400, "w": 604800}
REASON_CHARACTERS: Final = 300
LOG_ROWS: Final = 10
TEXT_CHARACTERS: Final = 1900
MOST_NAMED: Final = 20
"""Patterns that one text is said to hit: twenty of the longest fit a message."""


class ModGroup(app_commands.Group):
    """What moderators do with the queue and with people."""

    def __init__(self, services: Services) -> None:
        super().__init__(
            name="mod",
            description=localized("cmd-mod"),
            guild_only=True,
            default_permissions=discord.Permissions(manage_messages=True),
        )
        self._services = services
        self.add_command(BlocklistGroup(services))

    async def interaction_check(self, interaction: Interaction, /) -> bool:
        """Holds for every command below; the error reaches the person through the tree."""
        require_moderator(interaction)
        return True

    @app_commands.command(name="queue", description=localized("cmd-mod-queue"))
    async def queue(self, interaction: "discord.Interaction[Any]") -> None:
        """The queue of this server."""
        context = require_moderator(interaction)
        text = await queue_text(self._services, context.guild_id, localizer(interaction.locale))
        held = [job for job in await self._services.jobs.in_state(JobState.HELD) if job.guild_id == context.guild_id]
        if held:
            text += "\n" + localizer(interaction.locale)("mod-held", jobs=", ".join(f"#{job.id}" for job in held[:20]))
        await interaction.response.send_message(text, ephemeral=True)

    @app_commands.command(name="pause", description=localized("cmd-mod-pause"))
    @app_commands.describe(reason=localized("opt-reason"))
    async def pause(
        self, interaction: "discord.Interaction[Any]", reason: app_commands.Range[str, 0, REASON_CHARACTERS] = ""
    ) -> None:
        """Nothing of this server starts any more."""
        await self._services.moderation.pause(_by(interaction), reason)
        await reply_privately(interaction, "mod-paused")

    @app_commands.command(name="resume", description=localized("cmd-mod-resume"))
    async def resume(self, interaction: "discord.Interaction[Any]") -> None:
        """It starts again."""
        resumed = await self._services.moderation.resume(_by(interaction))
        await reply_privately(interaction, "mod-resumed" if resumed else "mod-not-paused")

    @app_commands.command(name="remove", description=localized("cmd-mod-remove"))
    @app_commands.describe(job=localized("opt-job"))
    async def remove(self, interaction: "discord.Interaction[Any]", job: app_commands.Range[int, 1]) -> None:
        """Cancels a job."""
        try:
            outcome = await self._services.moderation.remove(_by(interaction), job)
        except NotHereError as error:
            raise UserFacingError("unknown-job") from error
        if outcome.job.state is not JobState.CANCELLED:
            raise UserFacingError("too-late-to-cancel", state=str(outcome.job.state))
        await reply_privately(interaction, "cancelled-job", job=str(job))

    @app_commands.command(name="clear", description=localized("cmd-mod-clear"))
    @app_commands.describe(member=localized("opt-clear-member"))
    async def clear(self, interaction: "discord.Interaction[Any]", member: discord.Member | None = None) -> None:
        """Cancels everything, or everything of a member."""
        await defer(interaction)
        count = await self._services.moderation.clear(_by(interaction), None if member is None else member.id)
        await reply_privately(interaction, "mod-cleared", count=count)

    @app_commands.command(name="bump", description=localized("cmd-mod-bump"))
    @app_commands.describe(job=localized("opt-job"))
    async def bump(self, interaction: "discord.Interaction[Any]", job: app_commands.Range[int, 1]) -> None:
        """Puts a job first."""
        try:
            bumped = await self._services.moderation.bump(_by(interaction), job)
        except NotHereError as error:
            raise UserFacingError("unknown-job") from error
        if not bumped:
            raise UserFacingError("mod-does-not-wait")
        await reply_privately(interaction, "mod-bumped", job=str(job))

    @remove.autocomplete("job")
    @bump.autocomplete("job")
    async def complete(self, interaction: "discord.Interaction[Any]", current: str) -> list[app_commands.Choice[int]]:
        """What waits or runs here."""
        if not moderates(interaction):  # checks do not run before a completion
            return []
        return choices(await self._services.history.active(None, interaction.guild_id or 0), current)

    @app_commands.command(name="ban", description=localized("cmd-mod-ban"))
    @app_commands.describe(
        member=localized("opt-ban-member"), duration=localized("opt-duration"), reason=localized("opt-reason")
    )
    async def ban(
        self,
        interaction: "discord.Interaction[Any]",
        member: discord.User,
        duration: app_commands.Range[str, 0, 12] = "",
        reason: app_commands.Range[str, 0, REASON_CHARACTERS] = "",
    ) -> None:
        """Keeps a person from asking here."""
        if member.id == interaction.user.id:
            raise UserFacingError("mod-not-yourself")
        seconds = seconds_of(duration) if duration else None
        await defer(interaction)
        until = await self._services.moderation.ban(_by(interaction), member.id, seconds, reason)
        end = "" if until is None else f"<t:{int(until)}:R>"
        await reply_privately(
            interaction, "mod-banned", member=f"<@{member.id}>", until=end, forever="no" if end else "yes"
        )

    @app_commands.command(name="unban", description=localized("cmd-mod-unban"))
    @app_commands.describe(member=localized("opt-unban-member"))
    async def unban(self, interaction: "discord.Interaction[Any]", member: discord.User) -> None:
        """Lets them ask again."""
        lifted = await self._services.moderation.unban(_by(interaction), member.id)
        await reply_privately(interaction, "mod-unbanned" if lifted else "mod-not-banned", member=f"<@{member.id}>")

    @app_commands.command(name="log", description=localized("cmd-mod-log"))
    @app_commands.describe(page=localized("opt-page"))
    async def log(self, interaction: "discord.Interaction[Any]", page: app_commands.Range[int, 1, 10_000] = 1) -> None:
        """What moderators did here."""
        context = require_moderator(interaction)
        t = localizer(interaction.locale)
        entries = await self._services.audit.page(context.guild_id, page - 1, LOG_ROWS)
        text = "\n".join(audit_line(entry, t) for entry in entries) or t("mod-log-empty")
        await interaction.response.send_message(embed=discord.Embed(description=text[:4096]), ephemeral=True)


class BlocklistGroup(app_commands.Group):
    """Words that may not be asked for in this server."""

    def __init__(self, services: Services) -> None:
        super().__init__(name="blocklist", description=localized("cmd-blocklist"))
        self._services = services

    async def interaction_check(self, interaction: Interaction, /) -> bool:
        """As for the whole group."""
        require_moderator(interaction)
        return True

    @app_commands.command(name="add", description=localized("cmd-blocklist-add"))
    @app_commands.describe(pattern=localized("opt-pattern"))
    async def add(
        self, interaction: "discord.Interaction[Any]", pattern: app_commands.Range[str, 1, blocklist.LONGEST]
    ) -> None:
        """Adds a pattern."""
        try:
            kept = await self._services.moderation.block(_by(interaction), pattern)
        except PatternError as error:
            raise UserFacingError("pattern-error", message=str(error)) from error
        except TooManyPatternsError as error:
            raise UserFacingError("pattern-too-many", most=blocklist.MOST) from error
        if kept is None:
            raise UserFacingError("pattern-there")
        await reply_privately(interaction, "pattern-added", pattern=kept)

    @app_commands.command(name="remove", description=localized("cmd-blocklist-remove"))
    @app_commands.describe(pattern=localized("opt-pattern"))
    async def remove(self, interaction: "discord.Interaction[Any]", pattern: str) -> None:
        """Takes one away."""
        try:
            removed = await self._services.moderation.unblock(_by(interaction), pattern)
        except PatternError as error:
            raise UserFacingError("pattern-error", message=str(error)) from error
        await reply_privately(interaction, "pattern-removed" if removed else "pattern-unknown")

    @remove.autocomplete("pattern")
    async def complete(self, interaction: "discord.Interaction[Any]", current: str) -> list[app_commands.Choice[str]]:
        """This server's, which is for moderators' eyes only."""
        if not moderates(interaction):
            return []
        known = await self._services.blocked.of(interaction.guild_id or 0)
        return [app_commands.Choice(name=entry, value=entry) for entry in known if current.casefold() in entry][:25]

    @app_commands.command(name="test", description=localized("cmd-blocklist-test"))
    @app_commands.describe(text=localized("opt-test-text"))
    async def test(self, interaction: "discord.Interaction[Any]", text: app_commands.Range[str, 1, 1000]) -> None:
        """Says which patterns a text would hit, the host's without naming them."""
        own = blocklist.matches(await self._services.blocked.of(interaction.guild_id or 0), text)
        hosts = blocklist.matches(self._services.config.moderation.patterns(), text)
        if not own and not hosts:
            await reply_privately(interaction, "pattern-no-hit")
            return
        named = ", ".join(f"`{pattern}`" for pattern in own[:MOST_NAMED])
        await reply_privately(interaction, "pattern-hits", patterns=named or "–", hosts=len(hosts))

    @app_commands.command(name="list", description=localized("cmd-blocklist-list"))
    async def list_(self, interaction: "discord.Interaction[Any]") -> None:
        """This server's patterns."""
        t = localizer(interaction.locale)
        patterns = await self._services.blocked.of(interaction.guild_id or 0)
        text = ", ".join(f"`{pattern}`" for pattern in patterns) or t("pattern-none")
        count = t("pattern-count", own=len(patterns), hosts=len(self._services.config.moderation.blocklist))
        await interaction.response.send_message(f"{count}\n{text}"[:TEXT_CHARACTERS], ephemeral=True)


def seconds_of(text: str) -> float:
    """A duration such as "30m", "12h", "3d" or "2w" in seconds.

    Raises:
        UserFacingError: It is none.
    """
    match = DURATION.fullmatch(text.strip())
    if match is None or int(match[1]) == 0:
        raise UserFacingError("bad-duration", text=escape(text))
    seconds = int(match[1]) * SECONDS[match[2].lower()]
    if seconds > dt.timedelta(days=3650).total_seconds():
        raise UserFacingError("bad-duration", text=escape(text))
    return seconds


def _by(interaction: Interaction) -> Moderator:
    return Moderator(interaction.user.id, require_moderator(interaction).guild_id)
