"""Submits requests from commands, buttons, menus, forms and reactions."""

import asyncio
import contextlib
import logging
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any, Final

import aiohttp
import discord

from bot.chat.context import ChannelContext, Interaction, context_of, public_localizer, requester_of
from bot.chat.errors import UserFacingError
from bot.chat.i18n.localizer import localizer
from bot.chat.messages.content import build_message
from bot.clock import Sleep, wait_at_most
from bot.community.guild_settings import Screening
from bot.config import ModerationConfig
from bot.delivery.job_messages import JobMessages
from bot.delivery.messenger import Card
from bot.jobs.admission import Admission, RefusedError, Requester
from bot.jobs.job import Job, JobRequest, Origin
from bot.jobs.job_control import JobControl
from bot.store.guilds import Guilds
from bot.store.sessions import SessionRows
from guidance.request.request import Request

log = logging.getLogger(__name__)

ANSWER_S: Final = 1.5
"""Seconds after which an interaction is acknowledged with a private answer, if its real answer is not ready. Discord
drops it after 3 s."""
NEEDED: Final = ("view_channel", "send_messages", "embed_links", "attach_files", "read_message_history")
"""Permissions the bot needs in a channel to post a picture, edit its message and find it again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """Requests of one message, without their requester and channel.

    Attributes:
        requests: One picture each; two or more are a batch.
        origin: Where they come from: a command, a button, a menu or a reaction.
        parent_ids: The job that each request derives from; empty for new requests.
        spoiler: Whether the pictures are spoilers.
    """

    requests: Sequence[Request]
    origin: Origin
    parent_ids: Sequence[int] = ()
    spoiler: bool = False


class JobSubmitter:
    """Admits requests, answers, and has the new jobs queued.

    Args:
        admission: Checks limits and stores jobs.
        guilds, sessions: The stores it reads.
        screening: The host's defaults for screening.
        job_messages: Takes over a job's message.
        job_control: Told of new jobs.
        sleep: Measures ANSWER_S.
    """

    def __init__(
        self,
        *,
        admission: Admission,
        guilds: Guilds,
        sessions: SessionRows,
        screening: ModerationConfig,
        job_messages: JobMessages,
        job_control: JobControl,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._admission = admission
        self._guilds = guilds
        self._sessions = sessions
        self._screening = screening
        self._job_messages = job_messages
        self._job_control = job_control
        self._sleep = sleep

    async def check(self, interaction: Interaction, submission: Submission) -> None:
        """Checks a submission as `submit` does, before the work of reading its image.

        Raises:
            UserFacingError, RefusedError: As `submit`.
        """
        context = context_of(interaction)
        job_requests = await self._job_requests(submission, context, requester_of(interaction, context))
        await self._admission.check(job_requests, requester_of(interaction, context))

    async def check_room(self, interaction: Interaction) -> None:
        """Checks, before a file is read, whether the user may ask for a picture at all.

        Raises:
            RefusedError: They may not.
        """
        context = context_of(interaction)
        await self._admission.check_room(context.guild_id, requester_of(interaction, context))

    async def submit(self, interaction: Interaction, submission: Submission) -> None:
        """Admits a submission and answers the interaction with its message.

        The answer does not wait for the job's position in the queue, which an edit adds. If admission takes longer
        than ANSWER_S, the interaction is acknowledged before it.

        Raises:
            UserFacingError: The bot lacks permissions in the channel, or a session takes one picture at a time.
            RefusedError: It is not admitted.
        """
        context = context_of(interaction)
        jobs = await self._answered_in_time(interaction, self._enter_and_admit(interaction, submission, context))
        first_job = jobs[0]
        if interaction.response.is_done():
            # The interaction was deferred with a private answer, so the bot sends the public message itself.
            self._adopt(first_job)
            with contextlib.suppress(discord.HTTPException):
                await interaction.delete_original_response()
            return
        t = public_localizer(self._guilds.of(context.guild_id), interaction.guild)
        content = await build_message(Card(tuple(jobs)), t)
        try:
            response = await interaction.response.send_message(embed=content.embed, view=content.view)
            assert response.message_id is not None  # noqa: S101 - a response of this type creates a message
            await self._job_messages.opened(first_job, response.message_id)
        except (discord.DiscordException, aiohttp.ClientError, OSError) as error:
            # The job is stored. The updater finds the message if Discord created it, and sends a new one otherwise.
            log.warning("job %d: could not answer the interaction (%s)", first_job.id, error)
            self._adopt(first_job)
        else:
            self._job_control.queue_changed()

    async def submit_without_interaction(
        self, submission: Submission, context: ChannelContext, requester: Requester
    ) -> Job:
        """Admits a submission; the bot sends a message of its own, as there is no interaction to answer.

        Raises:
            UserFacingError: A session takes one picture at a time.
            RefusedError: It is not admitted.
        """
        (first_job, *_) = await self._admit(submission, context, requester)
        self._adopt(first_job)
        return first_job

    async def _answered_in_time(self, interaction: Interaction, admission: Coroutine[Any, Any, list[Job]]) -> list[Job]:
        """Awaits the admission, and acknowledges the interaction if it takes longer than ANSWER_S."""
        admitting = asyncio.create_task(admission)
        try:
            if not interaction.response.is_done() and not await wait_at_most(
                ANSWER_S, asyncio.wait([admitting]), self._sleep
            ):
                try:
                    await defer(interaction)
                except discord.HTTPException as error:
                    log.warning("could not acknowledge an interaction in time (%s)", error)
            return await admitting
        finally:
            admitting.cancel()

    async def _enter_and_admit(
        self, interaction: Interaction, submission: Submission, context: ChannelContext
    ) -> list[Job]:
        # first, as it may be all that the bot lacks: outside of a private thread it has no permissions in it
        await enter_private_thread(interaction)
        if missing := missing_permissions(interaction):
            raise UserFacingError("missing-permissions", permissions=", ".join(missing))
        return await self._admit(submission, context, requester_of(interaction, context), interaction.id)

    async def _job_requests(
        self, submission: Submission, context: ChannelContext, requester: Requester, interaction_id: int | None = None
    ) -> list[JobRequest]:
        settings = self._guilds.of(context.guild_id)
        host = self._screening
        screening = settings.screens(
            context.channel_ids,
            restricted=context.restricted,
            default=Screening(host.screening_restricted if context.restricted else host.screening),
        )
        session = await self._sessions.of_thread(context.channel_id)
        if session is not None and len(submission.requests) > 1:
            raise UserFacingError("session-one-each")
        return [
            JobRequest(
                request=request,
                requester_id=requester.id,
                guild_id=context.guild_id,
                channel_id=context.channel_id,
                origin=submission.origin,
                parent_id=parent_id,
                session_id=None if session is None else session.id,
                spoiler=submission.spoiler or settings.spoiler,
                screening=screening,
                # The message that answers the interaction is newer than the interaction.
                search_from=interaction_id,
            )
            for request, parent_id in zip_longest(submission.requests, submission.parent_ids)
        ]

    async def _admit(
        self,
        submission: Submission,
        context: ChannelContext,
        requester: Requester,
        interaction_id: int | None = None,
    ) -> list[Job]:
        job_requests = await self._job_requests(submission, context, requester, interaction_id)
        try:
            jobs = await self._admission.admit(job_requests, requester)
        except RefusedError as error:
            log.info("member %d refused: %s", requester.id, error.refusal)
            raise
        log.info("job %d: member %d submitted %d by %s", jobs[0].id, requester.id, len(jobs), submission.origin)
        return jobs

    def _adopt(self, first_job: Job) -> None:
        """Has the updater send the job's message."""
        self._job_messages.adopt(first_job)
        self._job_messages.changed(first_job)
        self._job_control.queue_changed()


def missing_permissions(interaction: Interaction) -> Sequence[str]:
    """The names of the permissions that the bot lacks in this channel, as Discord shows them."""
    granted = interaction.app_permissions
    needed: Sequence[str] = NEEDED
    if isinstance(interaction.channel, discord.Thread):
        needed = tuple("send_messages_in_threads" if name == "send_messages" else name for name in NEEDED)
    return [name.replace("_", " ").title() for name in needed if not getattr(granted, name)]


async def enter_private_thread(interaction: Interaction) -> None:
    """Joins the interaction's thread if it is private: an interaction can be answered anywhere, a message cannot.

    Raises:
        UserFacingError: The bot is not in the thread, and may not add itself.
    """
    thread = interaction.channel
    if not isinstance(thread, discord.Thread) or not thread.is_private() or thread.me is not None:
        return
    try:
        await thread.join()
    except (discord.Forbidden, discord.NotFound) as error:
        raise UserFacingError("thread-not-joined") from error


async def defer(interaction: Interaction) -> None:
    """Tells Discord that a private answer follows, which extends its limit of 3 s to 15 minutes."""
    await interaction.response.defer(ephemeral=True, thinking=True)


async def reply_privately(interaction: Interaction, name: str, /, **values: object) -> None:
    """Sends a text that only the user sees."""
    text = localizer(interaction.locale)(name, **values)
    if interaction.response.is_done():
        await interaction.followup.send(text, ephemeral=True)
    else:
        await interaction.response.send_message(text, ephemeral=True)
