"""What buttons, reactions and menus do to existing jobs."""

import io
from collections.abc import Sequence

import discord

from bot.chat.context import Interaction, context_of, is_restricted, moderates, public_localizer, require_moderator
from bot.chat.errors import UserFacingError
from bot.chat.i18n.localizer import localizer
from bot.chat.messages import parameters
from bot.chat.messages.buttons import Action, Target, TargetKind
from bot.chat.messages.content import build_message, picture_file
from bot.chat.messages.messenger import DiscordMessenger
from bot.chat.modals import forms
from bot.chat.submission import JobSubmitter, Submission
from bot.community.moderation import Moderation, Moderator
from bot.delivery.messenger import Card
from bot.jobs import derived
from bot.jobs.canvases import Canvases
from bot.jobs.job import ACTIVE, PICTURED, Job, JobState, Origin
from bot.jobs.job_control import JobControl
from bot.store.guilds import Guilds
from bot.store.job_row import TransitionError
from bot.store.jobs import Jobs
from bot.store.people import ERASED
from bot.store.pictures import Pictures
from guidance.request.request import Request, RequestError


class JobActions:
    """Handles buttons, and the reactions and menus that do the same.

    Args:
        jobs, guilds, pictures: The stores it reads and changes.
        job_control: Cancels and finishes jobs.
        moderation: Approves and rejects held pictures, and records what moderators do.
        submitter: Submits derived requests.
        messenger: Removes messages.
        canvases: Names the canvases of parameters.
        model: The name of the engine's model.
    """

    def __init__(
        self,
        *,
        jobs: Jobs,
        guilds: Guilds,
        pictures: Pictures,
        job_control: JobControl,
        moderation: Moderation,
        submitter: JobSubmitter,
        messenger: DiscordMessenger,
        canvases: Canvases,
        model: str,
    ) -> None:
        self._jobs = jobs
        self._guilds = guilds
        self._pictures = pictures
        self._job_control = job_control
        self._moderation = moderation
        self._submitter = submitter
        self._messenger = messenger
        self._canvases = canvases
        self._model = model

    async def press(self, interaction: Interaction, target: Target, action: Action) -> None:
        """Handles a button.

        Raises:
            UserFacingError, RefusedError: The action is not possible or not allowed.
        """
        jobs = await self._find(interaction, target)
        match action:
            case Action.RERUN:
                await self.rerun(interaction, jobs, Origin.BUTTON)
            case Action.EDIT:
                await interaction.response.send_modal(forms.edit(jobs[0], localizer(interaction.locale)))
            case Action.VARY | Action.MORE | Action.UPSCALE:
                await self._derive(interaction, jobs[0], action)
            case Action.CANCEL:
                await self._cancel(interaction, jobs)
            case Action.FINISH:
                await self._finish(interaction, jobs[0])
            case Action.DELETE:
                await self._delete(interaction, jobs)
            case Action.INFO:
                await parameters.show(interaction, self._canvases, [job.request for job in jobs], jobs)
            case Action.TIMELAPSE:
                await self._timelapse(interaction, jobs[0])
            case Action.PICK:
                await self.show(interaction, jobs[0])
            case Action.VIEW | Action.APPROVE | Action.REJECT:
                await self._review(interaction, jobs, action)

    async def rerun(self, interaction: Interaction, jobs: Sequence[Job], origin: Origin) -> None:
        """Submits the same requests with new seeds."""
        await self._submitter.submit(interaction, self.rerun_submission(jobs, origin))

    def rerun_submission(self, jobs: Sequence[Job], origin: Origin) -> Submission:
        """A submission of the same requests with new seeds."""
        return Submission(
            requests=[derived.rerun(_not_erased(job.request), self._model) for job in jobs],
            origin=origin,
            parent_ids=[job.id for job in jobs],
            spoiler=jobs[0].spoiler,
        )

    async def show(self, interaction: Interaction, job: Job) -> None:
        """Posts a finished picture in a message of its own, with its buttons.

        Raises:
            UserFacingError: It is deleted, held, or from an age-restricted channel while this one is not.
        """
        context = context_of(interaction)
        guild = interaction.guild
        if is_restricted(guild and guild.get_channel_or_thread(job.channel_id)) and not context.restricted:
            raise UserFacingError("restricted-elsewhere")
        if job.state is JobState.HELD:
            raise UserFacingError("still-held")
        png = await self._file(job, job.picture)
        t = public_localizer(self._guilds.of(job.guild_id), interaction.guild)
        content = await build_message(Card((job,), pictures={job.id: png}), t)
        response = await interaction.response.send_message(embed=content.embed, view=content.view, files=content.files)
        if response.message_id is not None and interaction.channel_id is not None:
            await self._jobs.add_copy(job.id, interaction.channel_id, response.message_id)

    async def cancel(self, jobs: Sequence[Job]) -> bool:
        """Cancels those that are queued, running or held; False if none could be cancelled."""
        done = False
        # The running job is cancelled last, so that none of the others starts in its place.
        for job in sorted(jobs, key=lambda job: job.state is JobState.RUNNING):
            if job.state in ACTIVE or job.state is JobState.HELD:
                outcome = await self._job_control.cancel(job)
                done = done or outcome.job.state is JobState.CANCELLED
        return done

    async def remove(self, jobs: Sequence[Job], channel_id: int, message_id: int) -> None:
        """Deletes a message; if it is the jobs' own and not a copy, also cancels them and deletes files and copies."""
        if await self._jobs.drop_copy(message_id):
            await self._messenger.remove(channel_id, message_id)
            return
        await self.cancel(jobs)
        ids = [job.id for job in jobs]
        copies = await self._jobs.copies_of(ids)
        unused = await self._jobs.drop_files(ids)
        await self._pictures.drop(unused)
        gallery = self._guilds.of(jobs[0].guild_id).gallery_channel
        if gallery is not None:
            copies += [(gallery, job.gallery_id) for job in jobs if job.gallery_id]
        for copy in [*copies, (channel_id, message_id)]:
            await self._messenger.remove(*copy)

    async def record_audit(self, actor_id: int, job: Job, action: str) -> None:
        """Records in the audit log what a moderator did to somebody else's job; nothing for one's own job."""
        if actor_id != job.requester_id:
            await self._moderation.record(Moderator(actor_id, job.guild_id), action, job.requester_id, f"#{job.id}")

    async def job(self, interaction: Interaction, job_id: int) -> Job:
        """A job of the interaction's server.

        Raises:
            UserFacingError: The server has no such job.
        """
        job = await self._jobs.get(job_id)
        if job is None or job.guild_id != interaction.guild_id:
            raise UserFacingError("unknown-job")
        return job

    async def _find(self, interaction: Interaction, target: Target) -> list[Job]:
        if target.kind is TargetKind.JOB:
            return [await self.job(interaction, target.job_id)]
        jobs = await self._jobs.of_batch(target.job_id)
        if not jobs or jobs[0].guild_id != interaction.guild_id:
            raise UserFacingError("unknown-job")
        return jobs

    async def _derive(self, interaction: Interaction, job: Job, action: Action) -> None:
        request = _not_erased(job.request)
        await self._file(job, job.picture)
        assert job.picture is not None  # noqa: S101 - it was just read
        try:
            match action:
                case Action.VARY:
                    requests = derived.variations(request, self._model, job.picture)
                case Action.MORE:
                    requests = [derived.continued(request, self._model, job.picture)]
                case _:
                    requests = [derived.enlarged(request, self._model, job.picture)]
        except RequestError as error:
            raise UserFacingError("request-error", message=error.message) from error
        submission = Submission(
            requests=requests, origin=Origin.BUTTON, parent_ids=[job.id] * len(requests), spoiler=job.spoiler
        )
        await self._submitter.submit(interaction, submission)

    async def _cancel(self, interaction: Interaction, jobs: Sequence[Job]) -> None:
        _require_owner(interaction, jobs[0], "not-yours-to-cancel")
        await interaction.response.defer()
        if not await self.cancel(jobs):
            now = await self._jobs.get(jobs[0].id)
            raise UserFacingError("too-late-to-cancel", state=str(now.state if now else jobs[0].state))
        await self.record_audit(interaction.user.id, jobs[0], "remove")

    async def _finish(self, interaction: Interaction, job: Job) -> None:
        _require_owner(interaction, job, "not-yours-to-finish")
        await interaction.response.defer()
        if not await self._job_control.finish_now(job):
            raise UserFacingError("not-running")

    async def _delete(self, interaction: Interaction, jobs: Sequence[Job]) -> None:
        _require_owner(interaction, jobs[0], "not-yours-to-delete")
        if interaction.message is None or interaction.channel_id is None:
            raise UserFacingError("unknown-job")
        await interaction.response.defer()
        await self.remove(jobs, interaction.channel_id, interaction.message.id)
        await self.record_audit(interaction.user.id, jobs[0], "delete")

    async def _timelapse(self, interaction: Interaction, job: Job) -> None:
        timelapse = await self._file(job, job.timelapse)
        file = discord.File(io.BytesIO(timelapse), filename=f"job-{job.id}.mp4", spoiler=job.spoiler)
        await interaction.response.send_message(file=file)

    async def _review(self, interaction: Interaction, jobs: Sequence[Job], action: Action) -> None:
        by = require_moderator(interaction)
        waiting = [job for job in jobs if job.state is JobState.HELD]
        if not waiting:
            raise UserFacingError("not-held")
        if action is Action.VIEW:
            files = [picture_file(job, await self._file(job, job.picture, held=True)) for job in waiting]
            for file in files:
                file.spoiler = True
            await interaction.response.send_message(files=files, ephemeral=True)
            return
        await interaction.response.defer()
        review = self._moderation.approve if action is Action.APPROVE else self._moderation.reject
        for job in waiting:
            try:
                await review(by, job)
            except TransitionError as error:
                raise UserFacingError("not-held") from error

    async def _file(self, job: Job, sha256: str | None, *, held: bool = False) -> bytes:
        """A file of a finished job, or with `held` of a held one.

        Raises:
            UserFacingError: It is deleted.
        """
        if sha256 is not None and (job.state in PICTURED or (held and job.state is JobState.HELD)):
            try:
                return await self._pictures.get(sha256)
            except FileNotFoundError:
                pass
        raise UserFacingError("file-gone")


def _not_erased(request: Request) -> Request:
    if request.prompt == ERASED:
        raise UserFacingError("erased")
    return request


def _require_owner(interaction: Interaction, job: Job, refusal: str) -> None:
    if interaction.user.id != job.requester_id and not moderates(interaction):
        raise UserFacingError(refusal)
