"""`/mod`: for members with the Manage Messages permission."""

import datetime as dt
import re
from typing import Final

import discord
from discord import app_commands

from bot.chat.commands.blocklist import BlocklistGroup
from bot.chat.commands.queue import choices
from bot.chat.context import Interaction, moderates, require_moderator
from bot.chat.errors import UserFacingError
from bot.chat.i18n.command_translator import localized
from bot.chat.i18n.localizer import localizer
from bot.chat.messages.audit_format import audit_line
from bot.chat.messages.content import escape
from bot.chat.messages.queue_list import QueueList
from bot.chat.submission import defer, reply_privately
from bot.community.moderation import Moderation, NotHereError
from bot.jobs.job import JobState
from bot.store.audit import Audit
from bot.store.history import History
from bot.store.jobs import Jobs

DURATION: Final = re.compile(r"(\d{1,5})\s*(m|min|h|d|w)", re.IGNORECASE)
SECONDS: Final = {"m": 60, "min": 60, "h": 3600, "d": 86400, "w": 604800}
REASON_CHARACTERS: Final = 300
LOG_ROWS: Final = 10


class ModGroup(app_commands.Group):
    """The group `/mod`.

    Args:
        moderation: Does what the commands ask for.
        audit, history, jobs: The stores it reads.
        queue_list: The text of the queue.
        blocklist: The group `/mod blocklist`.
    """

    def __init__(
        self,
        *,
        moderation: Moderation,
        audit: Audit,
        history: History,
        jobs: Jobs,
        queue_list: QueueList,
        blocklist: BlocklistGroup,
    ) -> None:
        super().__init__(
            name="mod",
            description=localized("cmd-mod"),
            guild_only=True,
            default_permissions=discord.Permissions(manage_messages=True),
        )
        self._moderation = moderation
        self._audit = audit
        self._history = history
        self._jobs = jobs
        self._queue_list = queue_list
        self.add_command(blocklist)

    async def interaction_check(self, interaction: Interaction, /) -> bool:
        """Called by discord.py before each command of the group; the tree shows the error."""
        require_moderator(interaction)
        return True

    @app_commands.command(name="queue", description=localized("cmd-mod-queue"))
    async def queue(self, interaction: Interaction) -> None:
        """Shows the queue, and which pictures are held."""
        guild_id, t = require_moderator(interaction).guild_id, localizer(interaction.locale)
        text = await self._queue_list.text(guild_id, t)
        held = [job for job in await self._jobs.in_state(JobState.HELD) if job.guild_id == guild_id]
        if held:
            text += "\n" + t("mod-held", jobs=", ".join(f"#{job.id}" for job in held[:20]))
        await interaction.response.send_message(text, ephemeral=True)

    @app_commands.command(name="pause", description=localized("cmd-mod-pause"))
    @app_commands.describe(reason=localized("opt-reason"))
    async def pause(self, interaction: Interaction, reason: app_commands.Range[str, 0, REASON_CHARACTERS] = "") -> None:
        """Pauses this server's jobs."""
        await self._moderation.pause(require_moderator(interaction), reason)
        await reply_privately(interaction, "mod-paused")

    @app_commands.command(name="resume", description=localized("cmd-mod-resume"))
    async def resume(self, interaction: Interaction) -> None:
        """Ends the pause."""
        resumed = await self._moderation.resume(require_moderator(interaction))
        await reply_privately(interaction, "mod-resumed" if resumed else "mod-not-paused")

    @app_commands.command(name="remove", description=localized("cmd-mod-remove"))
    @app_commands.describe(job=localized("opt-job"))
    async def remove(self, interaction: Interaction, job: app_commands.Range[int, 1]) -> None:
        """Cancels a job."""
        try:
            outcome = await self._moderation.remove(require_moderator(interaction), job)
        except NotHereError as error:
            raise UserFacingError("unknown-job") from error
        if outcome.job.state is not JobState.CANCELLED:
            raise UserFacingError("too-late-to-cancel", state=str(outcome.job.state))
        await reply_privately(interaction, "cancelled-job", job=str(job))

    @app_commands.command(name="clear", description=localized("cmd-mod-clear"))
    @app_commands.describe(member=localized("opt-clear-member"))
    async def clear(self, interaction: Interaction, member: discord.Member | None = None) -> None:
        """Cancels all jobs, or all jobs of a member."""
        await defer(interaction)
        count = await self._moderation.clear(require_moderator(interaction), None if member is None else member.id)
        await reply_privately(interaction, "mod-cleared", count=count)

    @app_commands.command(name="bump", description=localized("cmd-mod-bump"))
    @app_commands.describe(job=localized("opt-job"))
    async def bump(self, interaction: Interaction, job: app_commands.Range[int, 1]) -> None:
        """Moves a job to the front of the queue."""
        try:
            bumped = await self._moderation.bump(require_moderator(interaction), job)
        except NotHereError as error:
            raise UserFacingError("unknown-job") from error
        if not bumped:
            raise UserFacingError("mod-not-queued")
        await reply_privately(interaction, "mod-bumped", job=str(job))

    @remove.autocomplete("job")
    @bump.autocomplete("job")
    async def complete(self, interaction: Interaction, current: str) -> list[app_commands.Choice[int]]:
        """Suggests this server's running and queued jobs."""
        if not moderates(interaction):  # interaction_check does not run before autocomplete
            return []
        return choices(await self._history.active(None, interaction.guild_id or 0), current)

    @app_commands.command(name="ban", description=localized("cmd-mod-ban"))
    @app_commands.describe(
        member=localized("opt-ban-member"), duration=localized("opt-duration"), reason=localized("opt-reason")
    )
    async def ban(
        self,
        interaction: Interaction,
        member: discord.User,
        duration: app_commands.Range[str, 0, 12] = "",
        reason: app_commands.Range[str, 0, REASON_CHARACTERS] = "",
    ) -> None:
        """Bans a member from making pictures here."""
        if member.id == interaction.user.id:
            raise UserFacingError("mod-cannot-ban-yourself")
        seconds = seconds_of(duration) if duration else None
        await defer(interaction)
        until = await self._moderation.ban(require_moderator(interaction), member.id, seconds, reason)
        end = "" if until is None else f"<t:{int(until)}:R>"
        await reply_privately(
            interaction, "mod-banned", member=f"<@{member.id}>", until=end, forever="no" if end else "yes"
        )

    @app_commands.command(name="unban", description=localized("cmd-mod-unban"))
    @app_commands.describe(member=localized("opt-unban-member"))
    async def unban(self, interaction: Interaction, member: discord.User) -> None:
        """Lifts a ban."""
        lifted = await self._moderation.unban(require_moderator(interaction), member.id)
        await reply_privately(interaction, "mod-unbanned" if lifted else "mod-not-banned", member=f"<@{member.id}>")

    @app_commands.command(name="log", description=localized("cmd-mod-log"))
    @app_commands.describe(page=localized("opt-page"))
    async def log(self, interaction: Interaction, page: app_commands.Range[int, 1, 10_000] = 1) -> None:
        """Shows a page of the audit log."""
        guild_id, t = require_moderator(interaction).guild_id, localizer(interaction.locale)
        entries = await self._audit.page(guild_id, page - 1, LOG_ROWS)
        text = "\n".join(audit_line(entry, t) for entry in entries) or t("mod-log-empty")
        await interaction.response.send_message(embed=discord.Embed(description=text[:4096]), ephemeral=True)


def seconds_of(text: str) -> float:
    """The seconds of a duration such as "30m", "12h", "3d" or "2w".

    Raises:
        UserFacingError: It is not a duration, or longer than ten years.
    """
    match = DURATION.fullmatch(text.strip())
    if match is None or int(match[1]) == 0:
        raise UserFacingError("bad-duration", text=escape(text))
    seconds = int(match[1]) * SECONDS[match[2].lower()]
    if seconds > dt.timedelta(days=3650).total_seconds():
        raise UserFacingError("bad-duration", text=escape(text))
    return seconds
