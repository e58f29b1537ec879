"""`/session`: prompt sessions with a theme, submissions in a thread, votes and a ranking."""

import contextlib
from typing import Final

import discord
from discord import app_commands

from bot.chat.context import Interaction, context_of, moderates, public_localizer, requester_of
from bot.chat.errors import UserFacingError
from bot.chat.i18n.command_translator import localized
from bot.chat.i18n.localizer import localizer
from bot.chat.messages.buttons import VOTE_EMOJI
from bot.chat.messages.content import escape, fitting
from bot.chat.submission import defer, reply_privately
from bot.community.prompt_sessions import Sessions, TooManySessionsError
from bot.jobs.admission import Admission
from bot.store.guilds import Guilds
from bot.store.sessions import Session, SessionState
from guidance.request.prompt import clean

THEME_CHARACTERS: Final = 80
MOST_MINUTES: Final = 7 * 24 * 60
MOST_PER_PERSON: Final = 10


class SessionGroup(app_commands.Group):
    """The group `/session`."""

    def __init__(self, sessions: Sessions, admission: Admission, guilds: Guilds) -> None:
        super().__init__(name="session", description=localized("cmd-session"), guild_only=True)
        self._sessions = sessions
        self._admission = admission
        self._guilds = guilds

    @app_commands.command(name="start", description=localized("cmd-session-start"))
    @app_commands.describe(
        theme=localized("opt-theme"), minutes=localized("opt-minutes"), per_person=localized("opt-per-person")
    )
    async def start(
        self,
        interaction: Interaction,
        theme: app_commands.Range[str, 1, THEME_CHARACTERS],
        minutes: app_commands.Range[int, 1, MOST_MINUTES],
        per_person: app_commands.Range[int, 1, MOST_PER_PERSON] = 3,
    ) -> None:
        """Announces a session in the channel and opens its thread."""
        context = context_of(interaction)
        if not isinstance(interaction.channel, discord.TextChannel):
            raise UserFacingError("session-needs-a-channel")
        granted = interaction.app_permissions
        if not (granted.create_public_threads and granted.send_messages_in_threads):
            raise UserFacingError("missing-permissions", permissions="Create Public Threads, Send Messages In Threads")
        theme = clean(theme)
        if not theme:
            raise UserFacingError("session-empty-theme")
        await self._admission.check_person(context.guild_id, requester_of(interaction, context))
        await self._admission.check_words(context.guild_id, theme)
        try:
            session = await self._sessions.start(
                context.guild_id, context.channel_id, interaction.user.id, theme, minutes, per_person
            )
        except TooManySessionsError as error:
            raise UserFacingError("session-too-many") from error
        try:
            await self._open(interaction, session)
        except discord.HTTPException:
            await self._sessions.abandon(session)
            # Without its thread the session does not take place.
            with contextlib.suppress(discord.HTTPException):
                await interaction.delete_original_response()
            raise

    @app_commands.command(name="status", description=localized("cmd-session-status"))
    async def status(self, interaction: Interaction) -> None:
        """Shows the ranking of the thread's session, or of every session in the server."""
        context = context_of(interaction)
        await defer(interaction)
        t = localizer(interaction.locale)
        sessions = await self._sessions.rows.running_in(context.guild_id)
        here = [session for session in sessions if session.thread_id == context.channel_id] or sessions
        lines = []
        for session in here:
            ranking = await self._sessions.leaderboard(session)
            lines.append(
                t(
                    "session-status",
                    theme=escape(session.theme),
                    thread=f"<#{session.thread_id}>",
                    end=f"<t:{int(session.ends_at)}:R>",
                    count=len(ranking),
                )
            )
            lines += [f"{VOTE_EMOJI} {entry.votes} · {escape(entry.job.request.prompt[:80])}" for entry in ranking[:5]]
        await interaction.followup.send(fitting(lines) or t("session-none"), ephemeral=True)

    @app_commands.command(name="end", description=localized("cmd-session-end"))
    async def end(self, interaction: Interaction) -> None:
        """Ends the session of this thread, or the only one in this channel, early."""
        context = context_of(interaction)
        sessions = await self._sessions.rows.running_in(context.guild_id)
        here = [session for session in sessions if session.thread_id == context.channel_id]
        if not here:
            here = [session for session in sessions if session.channel_id == context.channel_id]
        if len(here) != 1:
            raise UserFacingError("session-several" if here else "session-none")
        (session,) = here
        if interaction.user.id != session.host_id and not moderates(interaction):
            raise UserFacingError("session-not-yours")
        if session.state is not SessionState.OPEN:
            raise UserFacingError("session-already-ending")
        await self._sessions.end(session)
        await reply_privately(interaction, "session-ending")

    async def _open(self, interaction: Interaction, session: Session) -> None:
        t = public_localizer(self._guilds.of(session.guild_id), interaction.guild)
        theme, end = escape(session.theme), f"<t:{int(session.ends_at)}:R>"
        await interaction.response.send_message(
            t("session-started", theme=theme, host=f"<@{session.host_id}>", end=end, each=session.per_person)
        )
        message = await interaction.original_response()
        guild = interaction.guild
        assert guild is not None  # noqa: S101 - context_of has checked it
        channel = guild.get_channel(session.channel_id)
        assert isinstance(channel, discord.TextChannel)  # noqa: S101 - start has checked it
        thread = await channel.get_partial_message(message.id).create_thread(name=session.theme[:100])
        await self._sessions.opened(session, thread.id)
        await thread.send(t("session-welcome", theme=theme, vote=VOTE_EMOJI, each=session.per_person, end=end))
