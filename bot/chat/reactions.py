"""Reactions on the bot's messages: 🔁 reruns, ❌ cancels or deletes, ⭐ copies to the gallery."""

from typing import Final

import discord

from bot.chat.context import channel_context, requester_from
from bot.chat.errors import UserFacingError, user_message
from bot.chat.gallery import Gallery
from bot.chat.job_actions import JobActions
from bot.chat.messages.buttons import CANCEL_EMOJI, RERUN_EMOJI, STAR_EMOJI
from bot.chat.messages.messenger import DiscordMessenger
from bot.chat.submission import JobSubmitter
from bot.jobs.admission import RefusedError
from bot.jobs.job import ACTIVE, Job, Origin
from bot.store.jobs import Jobs

REFUSAL_STAYS_S: Final = 15.0
"""A reaction cannot be answered privately; a refusal is a reply that is deleted after this time."""
HANDLED_EMOJI: Final = frozenset({RERUN_EMOJI, CANCEL_EMOJI, STAR_EMOJI})


class ReactionHandler:
    """Handles reactions on the bot's messages.

    Args:
        jobs: Finds a message's jobs.
        submitter: Submits reruns.
        job_actions: Cancels and removes.
        gallery: Handles stars.
        messenger: Gives a server's localizer.
    """

    def __init__(
        self,
        jobs: Jobs,
        submitter: JobSubmitter,
        job_actions: JobActions,
        gallery: Gallery,
        messenger: DiscordMessenger,
    ) -> None:
        self._jobs = jobs
        self._submitter = submitter
        self._job_actions = job_actions
        self._gallery = gallery
        self._messenger = messenger

    async def added(self, client: discord.Client, payload: discord.RawReactionActionEvent) -> None:
        """Handles a new reaction on one of the bot's messages."""
        if payload.guild_id is None or payload.member is None or str(payload.emoji) not in HANDLED_EMOJI:
            return
        jobs = await self._jobs.of_message(payload.message_id)
        if not jobs:
            return
        match str(payload.emoji):
            case "🔁":
                await self._rerun(client, payload, payload.member, jobs)
            case "❌":
                await self._cancel(payload, payload.member, jobs)
            case _:
                await self._gallery.starred(payload.channel_id, payload.message_id, jobs)

    async def _rerun(
        self,
        client: discord.Client,
        payload: discord.RawReactionActionEvent,
        member: discord.Member,
        jobs: list[Job],
    ) -> None:
        context = channel_context(
            member.guild.id, payload.channel_id, member.guild.get_channel_or_thread(payload.channel_id)
        )
        try:
            await self._submitter.submit_without_interaction(
                self._job_actions.rerun_submission(jobs, Origin.REACTION), context, requester_from(member, context)
            )
        except (RefusedError, UserFacingError) as error:
            message = client.get_partial_messageable(payload.channel_id, guild_id=member.guild.id).get_partial_message(
                payload.message_id
            )
            text = user_message(error, self._messenger.localizer(member.guild.id))
            await message.reply(f"<@{member.id}> {text}", delete_after=REFUSAL_STAYS_S, mention_author=False)

    async def _cancel(self, payload: discord.RawReactionActionEvent, member: discord.Member, jobs: list[Job]) -> None:
        channel = member.guild.get_channel_or_thread(payload.channel_id)
        moderates = channel is not None and channel.permissions_for(member).manage_messages
        if member.id != jobs[0].requester_id and not moderates:
            return  # other members may react with ❌ without any effect
        if any(job.state in ACTIVE for job in jobs):
            await self._job_actions.cancel(jobs)
            action = "remove"
        else:
            await self._job_actions.remove(jobs, payload.channel_id, payload.message_id)
            action = "delete"
        await self._job_actions.record_audit(member.id, jobs[0], action)
