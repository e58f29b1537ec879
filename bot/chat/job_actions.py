"""What can be done with a job that is there: by its buttons, and by the reactions and menus that mean the same."""

import io
from collections.abc import Sequence

import discord

from bot.chat.context import Interaction, context_of, is_restricted, moderates, public_localizer, require_moderator
from bot.chat.errors import UserFacingError
from bot.chat.i18n.localizer import localizer
from bot.chat.messages import parameters
from bot.chat.messages.buttons import Action, Kind, Target
from bot.chat.messages.content import build_message, picture_file
from bot.chat.messages.messenger import DiscordMessenger
from bot.chat.modals import forms
from bot.chat.services import Services
from bot.chat.submission import JobSubmitter, Submission
from bot.community.moderation import Moderator
from bot.delivery.messenger import Card
from bot.jobs import derived
from bot.jobs.job import ACTIVE, PICTURED, Job, JobState, Origin
from bot.store.job_row import TransitionError
from bot.store.people import ERASED
from guidance.request.request import Request, RequestError


class JobActions:
    """Handles presses of buttons, and the reactions and menus that mean the same."""

    def __init__(self, services: Services, submitter: JobSubmitter, messenger: DiscordMessenger) -> None:
        self._services = services
        self._submitter = submitter
        self._messenger = messenger

    async def press(self, interaction: Interaction, target: Target, action: Action) -> None:
        """A button.

        Raises:
            UserFacingError, RefusedError: It is not to be; the message says why.
        """
        jobs = await self._jobs(interaction, target)
        match action:
            case Action.RERUN:
                await self.rerun(interaction, jobs, Origin.BUTTON)
            case Action.EDIT:
                await interaction.response.send_modal(forms.edit(jobs[0], localizer(interaction.locale)))
            case Action.VARY | Action.MORE | Action.ENLARGE:
                await self._derive(interaction, jobs[0], action)
            case Action.CANCEL:
                await self._cancel(interaction, jobs)
            case Action.FINISH:
                await self._finish(interaction, jobs[0])
            case Action.DELETE:
                await self._delete(interaction, jobs)
            case Action.INFO:
                await parameters.show(interaction, [job.request for job in jobs], jobs)
            case Action.TIMELAPSE:
                await self._timelapse(interaction, jobs[0])
            case Action.PICK:
                await self.show(interaction, jobs[0])
            case Action.LOOK | Action.APPROVE | Action.REJECT:
                await self._review(interaction, jobs, action)

    async def rerun(self, interaction: Interaction, jobs: Sequence[Job], origin: Origin) -> None:
        """The same again with new seeds: one, or a batch."""
        await self._submitter.submit(interaction, self.rerun_submission(jobs, origin))

    def rerun_submission(self, jobs: Sequence[Job], origin: Origin) -> Submission:
        """A submission of the same requests with new seeds."""
        model = self._services.config.engine.model
        return Submission(
            requests=[derived.rerun(_known(job.request), model) for job in jobs],
            origin=origin,
            parent_ids=[job.id for job in jobs],
            spoiler=jobs[0].spoiler,
        )

    async def show(self, interaction: Interaction, job: Job) -> None:
        """A finished picture in a message of its own, where it can be worked with.

        Raises:
            UserFacingError: It is not there any more, or it may not be shown in this channel.
        """
        context = context_of(interaction)
        guild = interaction.guild
        if is_restricted(guild and guild.get_channel_or_thread(job.channel_id)) and not context.restricted:
            raise UserFacingError("restricted-elsewhere")
        if job.state is JobState.HELD:
            raise UserFacingError("still-held")
        png = await self._file(job, job.picture)
        t = public_localizer(self._services.guilds.of(job.guild_id), interaction.guild)
        content = await build_message(Card((job,), pictures={job.id: png}), t)
        response = await interaction.response.send_message(embed=content.embed, view=content.view, files=content.files)
        if response.message_id is not None and interaction.channel_id is not None:
            await self._services.jobs.add_copy(job.id, interaction.channel_id, response.message_id)

    async def cancel(self, jobs: Sequence[Job]) -> bool:
        """Cancels what waits or runs of these; False if nothing did."""
        done = False
        # What runs goes last: while it does, nothing else of these starts.
        for job in sorted(jobs, key=lambda job: job.state is JobState.RUNNING):
            if job.state in ACTIVE or job.state is JobState.HELD:
                outcome = await self._services.job_control.cancel(job)
                done = done or outcome.job.state is JobState.CANCELLED
        return done

    async def remove(self, jobs: Sequence[Job], channel_id: int, message_id: int) -> None:
        """Removes a message; with the jobs' own, also their files and every copy."""
        if await self._services.jobs.drop_copy(message_id):
            await self._messenger.remove(channel_id, message_id)
            return
        await self.cancel(jobs)
        ids = [job.id for job in jobs]
        copies = await self._services.jobs.copies_of(ids)
        unused = await self._services.jobs.drop_files(ids)
        await self._services.pictures.drop(unused)
        gallery = self._services.guilds.of(jobs[0].guild_id).gallery_channel
        if gallery is not None:
            copies += [(gallery, job.gallery_id) for job in jobs if job.gallery_id is not None]
        for copy in [*copies, (channel_id, message_id)]:
            await self._messenger.remove(*copy)

    async def _jobs(self, interaction: Interaction, target: Target) -> list[Job]:
        if target.kind is Kind.BATCH:
            jobs = await self._services.jobs.of_batch(target.job_id)
        else:
            job = await self._services.jobs.get(target.job_id)
            jobs = [] if job is None else [job]
        if not jobs or jobs[0].guild_id != interaction.guild_id:
            raise UserFacingError("unknown-job")
        return jobs

    async def _derive(self, interaction: Interaction, job: Job, action: Action) -> None:
        request = _known(job.request)
        await self._file(job, job.picture)
        assert job.picture is not None  # noqa: S101 - it was just read
        model = self._services.config.engine.model
        try:
            match action:
                case Action.VARY:
                    requests = derived.variations(request, model, job.picture)
                case Action.MORE:
                    requests = [derived.continued(request, model, job.picture)]
                case _:
                    requests = [derived.enlarged(request, model, job.picture)]
        except RequestError as error:
            raise UserFacingError("request-error", message=str(error)) from error
        submission = Submission(
            requests=requests, origin=Origin.BUTTON, parent_ids=[job.id] * len(requests), spoiler=job.spoiler
        )
        await self._submitter.submit(interaction, submission)

    async def _cancel(self, interaction: Interaction, jobs: Sequence[Job]) -> None:
        _require_owner(interaction, jobs[0], "not-yours-to-cancel")
        await interaction.response.defer()
        if not await self.cancel(jobs):
            now = await self._services.jobs.get(jobs[0].id)
            raise UserFacingError("too-late-to-cancel", state=str(now.state if now else jobs[0].state))
        await self._record_audit(interaction, jobs[0], "remove")

    async def _finish(self, interaction: Interaction, job: Job) -> None:
        _require_owner(interaction, job, "not-yours-to-finish")
        await interaction.response.defer()
        if not await self._services.job_control.finish_now(job):
            raise UserFacingError("not-running")

    async def _delete(self, interaction: Interaction, jobs: Sequence[Job]) -> None:
        _require_owner(interaction, jobs[0], "not-yours-to-delete")
        if interaction.message is None or interaction.channel_id is None:
            raise UserFacingError("unknown-job")
        await interaction.response.defer()
        await self.remove(jobs, interaction.channel_id, interaction.message.id)
        await self._record_audit(interaction, jobs[0], "delete")

    async def _record_audit(self, interaction: Interaction, job: Job, action: str) -> None:
        """Records in the audit log what a moderator did to somebody else's job."""
        if interaction.user.id != job.requester_id:
            by = Moderator(interaction.user.id, job.guild_id)
            await self._services.moderation.record(by, action, job.requester_id, f"#{job.id}")

    async def _timelapse(self, interaction: Interaction, job: Job) -> None:
        timelapse = await self._file(job, job.timelapse)
        file = discord.File(io.BytesIO(timelapse), filename=f"job-{job.id}.mp4", spoiler=job.spoiler)
        await interaction.response.send_message(file=file)

    async def _review(self, interaction: Interaction, jobs: Sequence[Job], action: Action) -> None:
        require_moderator(interaction)
        waiting = [job for job in jobs if job.state is JobState.HELD]
        if not waiting:
            raise UserFacingError("not-held")
        if action is Action.LOOK:
            files = [picture_file(job, await self._file(job, job.picture, held=True)) for job in waiting]
            for file in files:
                file.spoiler = True
            await interaction.response.send_message(files=files, ephemeral=True)
            return
        await interaction.response.defer()
        by = Moderator(interaction.user.id, waiting[0].guild_id)
        review = self._services.moderation.approve if action is Action.APPROVE else self._services.moderation.reject
        for job in waiting:
            try:
                await review(by, job)
            except TransitionError as error:
                raise UserFacingError("not-held") from error

    async def _file(self, job: Job, sha256: str | None, *, held: bool = False) -> bytes:
        """A file of a job; of one that is held only for those who decide.

        Raises:
            UserFacingError: It is not kept any more.
        """
        if sha256 is not None and (job.state in PICTURED or (held and job.state is JobState.HELD)):
            try:
                return await self._services.pictures.get(sha256)
            except FileNotFoundError:
                pass
        raise UserFacingError("file-gone")


def _known(request: Request) -> Request:
    """The request, unless its person had it erased."""
    if request.prompt == ERASED:
        raise UserFacingError("erased")
    return request


def _require_owner(interaction: Interaction, job: Job, otherwise: str) -> None:
    if interaction.user.id != job.requester_id and not moderates(interaction):
        raise UserFacingError(otherwise)
