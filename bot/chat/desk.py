"""What people can do with jobs, however they ask: every way in ends here, and passes the same gate."""

import logging
import secrets
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

import discord

from bot.admission import Admission, RefusedError
from bot.announce import Announcer
from bot.chat import texts
from bot.chat.cards import face
from bot.chat.errors import UserFacingError, sentence
from bot.config import Engine, Imagine, parse_size
from bot.job import Ask, Job, JobState, Origin
from bot.messenger import Card
from bot.queue import Queue
from bot.store.jobs import Jobs
from bot.worker import Worker
from guidance.request import Request, RequestError
from guidance.settings import Settings

log = logging.getLogger(__name__)

NEEDED: Final = ("view_channel", "send_messages", "embed_links", "attach_files", "read_message_history")
"""Permissions without which a picture cannot be shown, edited and found again."""
REFUSAL_STAYS_S: Final = 15.0
"""A reaction has no private answer; its refusal is a reply that goes away."""

Interaction = discord.Interaction[Any]


class Desk:
    """Takes asks, reruns and cancels."""

    def __init__(
        self,
        *,
        jobs: Jobs,
        queue: Queue,
        admission: Admission,
        announcer: Announcer,
        worker: Worker,
        imagine: Imagine,
        engine: Engine,
    ) -> None:
        self._jobs = jobs
        self._queue = queue
        self._admission = admission
        self._announcer = announcer
        self._worker = worker
        self._imagine = imagine
        self._engine = engine

    async def imagine(
        self,
        interaction: Interaction,
        prompt: str,
        negative: str,
        seed: int | None,
        size: str | None,
        steps: int | None,
    ) -> None:
        """`/imagine`. Raises UserFacingError or RefusedError."""
        if size is not None and size not in self._imagine.sizes:
            # The choices may have changed since the command was synced.
            raise UserFacingError(texts.WRONG_SIZE.format(sizes=", ".join(self._imagine.sizes)))
        chosen = Settings()
        if negative:
            chosen["negative"] = negative
        if size is not None:
            chosen["width"], chosen["height"] = parse_size(size)
        if steps is not None:
            chosen["steps"] = steps
        try:
            request = Request.resolve(
                prompt, seed=seed, model=self._engine.model, host=self._imagine.defaults(), **chosen
            )
        except RequestError as error:
            raise UserFacingError(_as_sentence(error)) from error
        await self._answer(interaction, request, Origin.COMMAND, None)

    async def rerun(self, interaction: Interaction, job_id: int) -> None:
        """The button. Raises UserFacingError or RefusedError."""
        parent = await self._known(job_id)
        await self._answer(interaction, self._with_new_seed(parent.request), Origin.BUTTON, parent.id)

    async def rerun_by_reaction(self, message: discord.PartialMessage, guild_id: int, reactor_id: int) -> None:
        """The reaction, on the reactor's quota."""
        parent = await self._jobs.of_message(message.id)
        if parent is None:
            return
        ask = Ask(
            request=self._with_new_seed(parent.request),
            requester_id=reactor_id,
            guild_id=guild_id,
            channel_id=message.channel.id,
            origin=Origin.REACTION,
            parent_id=parent.id,
        )
        try:
            job = await self._admission.admit(ask)
        except RefusedError as error:
            await message.reply(
                f"<@{reactor_id}> {sentence(error)}", delete_after=REFUSAL_STAYS_S, mention_author=False
            )
            return
        self._announcer.adopt(job)
        await self._enqueued(job)

    async def cancel(self, interaction: Interaction, job_id: int) -> None:
        """The button, for the requester and for moderators. Raises UserFacingError."""
        job = await self._known(job_id)
        if interaction.user.id != job.requester_id and not interaction.permissions.manage_messages:
            raise UserFacingError(texts.NOT_YOURS)
        await interaction.response.defer()
        outcome = await self._worker.cancel(job)
        if outcome.job.state is not JobState.CANCELLED:
            raise UserFacingError(texts.TOO_LATE.format(state=outcome.job.state))
        log.info("job %d was cancelled by member %d", job.id, interaction.user.id)

    async def _answer(self, interaction: Interaction, request: Request, origin: Origin, parent_id: int | None) -> None:
        """Lets the ask in, and answers with the message that will show it."""
        if interaction.guild_id is None or interaction.channel_id is None:
            raise UserFacingError(texts.NO_SERVER)
        if missing := missing_permissions(interaction.app_permissions):
            raise UserFacingError(texts.MISSING_PERMISSIONS.format(permissions=", ".join(missing)))
        job = await self._admission.admit(
            Ask(
                request=request,
                requester_id=interaction.user.id,
                guild_id=interaction.guild_id,
                channel_id=interaction.channel_id,
                origin=origin,
                parent_id=parent_id,
            )
        )
        look = face(Card(job, position=await self._queue.position(job.id)))
        try:
            response = await interaction.response.send_message(embed=look.embed, view=look.view)
            assert response.message_id is not None  # noqa: S101 - a response of this type creates a message
            await self._announcer.opened(job, response.message_id)
        except discord.HTTPException as error:
            # The job is safe in its row. Whatever came of the answer, the lane finds its message or sends one.
            log.warning("job %d: the interaction could not be answered (%s)", job.id, error)
            self._announcer.adopt(job)
        await self._enqueued(job)

    async def _enqueued(self, job: Job) -> None:
        log.info("job %d: member %d asks by %s", job.id, job.requester_id, job.origin)
        if (position := await self._queue.position(job.id)) is not None:
            self._announcer.queued(job, position)
        self._worker.wake()

    async def _known(self, job_id: int) -> Job:
        job = await self._jobs.get(job_id)
        if job is None:
            raise UserFacingError(texts.UNKNOWN_JOB)
        return job

    def _with_new_seed(self, request: Request) -> Request:
        if request.model == self._engine.model:
            return replace(request, seed=_new_seed())
        # The host has changed the model since: the words stay, the settings are the new model's.
        return Request.resolve(
            request.prompt,
            negative=request.negative,
            seed=_new_seed(),
            width=request.width,
            height=request.height,
            model=self._engine.model,
        )


def missing_permissions(permissions: discord.Permissions) -> Sequence[str]:
    """Of what is needed, in Discord's words."""
    return [name.replace("_", " ").title() for name in NEEDED if not getattr(permissions, name)]


def _new_seed() -> int:
    return secrets.randbelow(2**32)


def _as_sentence(error: RequestError) -> str:
    text = str(error)
    return f"{text[:1].upper()}{text[1:]}."
