"""Submits requests: commands, buttons, menus and reactions share one admission and one kind of answer."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import Final

import discord

from bot.chat.context import ChannelContext, Interaction, context_of, member_of, public_localizer
from bot.chat.errors import UserFacingError
from bot.chat.i18n.localizer import localizer
from bot.chat.messages.content import build_message
from bot.chat.services import Services
from bot.community.guild_settings import Screening
from bot.delivery.messenger import Card
from bot.jobs.admission import Member, RefusedError
from bot.jobs.job import Job, JobRequest, Origin
from guidance.request.request import Request

log = logging.getLogger(__name__)

NEEDED: Final = ("view_channel", "send_messages", "embed_links", "attach_files", "read_message_history")
"""Permissions without which a picture cannot be shown, edited and found again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """Requests to submit, without their requester and channel.

    Attributes:
        requests: The pictures; more than one make a batch.
        origin: How they asked.
        parent_ids: The jobs that they came from, one for each request; none if they are new.
        spoiler: Whether it is to be covered.
    """

    requests: Sequence[Request]
    origin: Origin
    parent_ids: Sequence[int] = ()
    spoiler: bool = False


class JobSubmitter:
    """Submits requests: admits them, answers, and wakes the worker."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def submit(self, interaction: Interaction, submission: Submission) -> None:
        """Admits a submission, and answers the interaction with the message that will show it.

        Raises:
            UserFacingError: Pictures cannot be shown there.
            RefusedError: It is not admitted; the error says why.
        """
        context = context_of(interaction)
        if missing := missing_permissions(interaction):
            raise UserFacingError("missing-permissions", permissions=", ".join(missing))
        jobs = await self.admit(submission, context, member_of(interaction, context))
        first_job = jobs[0]
        if interaction.response.is_done():
            # The answer was put off, for the asker's eyes only: the message is sent as one of the bot's own.
            self._services.job_messages.adopt(first_job)
            await self._enqueued(first_job)
            await interaction.delete_original_response()
            return
        queue_position = await self._services.estimator.position(first_job.id)
        t = public_localizer(self._services.guilds.of(context.guild_id), interaction.guild)
        card = Card(
            tuple(jobs),
            queue_position.position if queue_position else None,
            queue_position.start_at if queue_position else None,
        )
        content = await build_message(card, t)
        try:
            response = await interaction.response.send_message(embed=content.embed, view=content.view)
            assert response.message_id is not None  # noqa: S101 - a response of this type creates a message
            await self._services.job_messages.opened(first_job, response.message_id)
            first_job = replace(first_job, message_id=response.message_id)
        except discord.HTTPException as error:
            # The job is safe in its row. Whatever came of the answer, the updater finds its message or sends one.
            log.warning("job %d: the interaction could not be answered (%s)", first_job.id, error)
            self._services.job_messages.adopt(first_job)
        await self._enqueued(first_job)

    async def submit_without_interaction(self, submission: Submission, context: ChannelContext, member: Member) -> Job:
        """Admits a submission that has no interaction to answer; the bot sends a message of its own.

        Raises:
            RefusedError: It is not admitted; the error says why.
        """
        (first_job, *_) = await self.admit(submission, context, member)
        self._services.job_messages.adopt(first_job)
        await self._enqueued(first_job)
        return first_job

    async def admit(self, submission: Submission, context: ChannelContext, member: Member) -> list[Job]:
        """Admits a submission and stores its jobs.

        Raises:
            RefusedError: It is not admitted; the error says why.
        """
        settings = self._services.guilds.of(context.guild_id)
        host = self._services.config.moderation
        screening = settings.screens(
            context.channel_ids,
            restricted=context.restricted,
            default=Screening(host.screening_restricted if context.restricted else host.screening),
        )
        session = await self._services.sessions.rows.of_thread(context.channel_id)
        if session is not None and len(submission.requests) > 1:
            raise UserFacingError("session-one-each")
        job_requests = [
            JobRequest(
                request=request,
                requester_id=member.id,
                guild_id=context.guild_id,
                channel_id=context.channel_id,
                origin=submission.origin,
                parent_id=parent_id,
                session_id=None if session is None else session.id,
                spoiler=submission.spoiler or settings.spoiler,
                screening=screening,
            )
            for request, parent_id in zip_longest(submission.requests, submission.parent_ids)
        ]
        try:
            jobs = await self._services.admission.admit(job_requests, member)
        except RefusedError as error:
            log.info("member %d was refused: %s", member.id, error.refusal)
            raise
        log.info("job %d: member %d asks by %s for %d", jobs[0].id, member.id, submission.origin, len(jobs))
        return jobs

    async def _enqueued(self, first_job: Job) -> None:
        await self._services.job_control.queue_changed()
        self._services.job_messages.changed(first_job)


def missing_permissions(interaction: Interaction) -> Sequence[str]:
    """Of what is needed, in Discord's words."""
    granted = interaction.app_permissions
    needed: Sequence[str] = NEEDED
    if isinstance(interaction.channel, discord.Thread):
        needed = tuple("send_messages_in_threads" if name == "send_messages" else name for name in NEEDED)
    return [name.replace("_", " ").title() for name in needed if not getattr(granted, name)]


async def defer(interaction: Interaction) -> None:
    """Asks Discord for time, for the asker's eyes only."""
    await interaction.response.defer(ephemeral=True, thinking=True)


async def reply_privately(interaction: Interaction, name: str, /, **values: object) -> None:
    """Sends a text to the person who acted; nobody else sees it."""
    text = localizer(interaction.locale)(name, **values)
    if interaction.response.is_done():
        await interaction.followup.send(text, ephemeral=True)
    else:
        await interaction.response.send_message(text, ephemeral=True)
