"""What can be done with a job that is there: by its buttons, and by the reactions and menus that mean the same."""

import io
from collections.abc import Sequence

import discord

from bot import derive
from bot.chat import forms, info
from bot.chat.cards import face, picture_file
from bot.chat.controls import Action, Kind, Target
from bot.chat.desk import Desk, Wish
from bot.chat.errors import UserFacingError
from bot.chat.messenger import DiscordMessenger
from bot.chat.parts import Parts
from bot.chat.texts import voice
from bot.chat.who import Interaction, is_restricted, moderates, place_of, public_voice, require_moderator
from bot.job import PICTURED, UNDER_WAY, Job, JobState, Origin
from bot.messenger import Card
from bot.moderation import Moderator
from bot.store.job_row import TransitionError
from bot.store.people import ERASED
from guidance.request import Request, RequestError


class Counter:
    """Takes presses."""

    def __init__(self, parts: Parts, desk: Desk, messenger: DiscordMessenger) -> None:
        self._parts = parts
        self._desk = desk
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
                await interaction.response.send_modal(forms.edit(jobs[0], voice(interaction.locale)))
            case Action.VARY | Action.MORE | Action.ENLARGE:
                await self._derive(interaction, jobs[0], action)
            case Action.CANCEL:
                await self._cancel(interaction, jobs)
            case Action.FINISH:
                await self._finish(interaction, jobs[0])
            case Action.DELETE:
                await self._delete(interaction, jobs)
            case Action.INFO:
                await info.show(interaction, [job.request for job in jobs], jobs)
            case Action.FILM:
                await self._film(interaction, jobs[0])
            case Action.PICK:
                await self.show(interaction, jobs[0])
            case Action.LOOK | Action.APPROVE | Action.REJECT:
                await self._judge(interaction, jobs, action)

    async def rerun(self, interaction: Interaction, jobs: Sequence[Job], origin: Origin) -> None:
        """The same again with new seeds: one, or a sheet."""
        await self._desk.answer(interaction, self.again(jobs, origin))

    def again(self, jobs: Sequence[Job], origin: Origin) -> Wish:
        """The wish for the same again."""
        model = self._parts.config.engine.model
        return Wish(
            requests=[derive.rerun(_known(job.request), model) for job in jobs],
            origin=origin,
            parent_ids=[job.id for job in jobs],
            spoiler=jobs[0].spoiler,
        )

    async def show(self, interaction: Interaction, job: Job) -> None:
        """A finished picture in a message of its own, where it can be worked with.

        Raises:
            UserFacingError: It is not there any more, or this is not the place for it.
        """
        place = place_of(interaction)
        guild = interaction.guild
        if is_restricted(guild and guild.get_channel_or_thread(job.channel_id)) and not place.restricted:
            raise UserFacingError("restricted-elsewhere")
        if job.state is JobState.HELD:
            raise UserFacingError("still-held")
        png = await self._file(job, job.picture)
        say = public_voice(self._parts.guilds.of(job.guild_id), interaction.guild)
        look = await face(Card((job,), pictures={job.id: png}), say)
        response = await interaction.response.send_message(embed=look.embed, view=look.view, files=look.files)
        if response.message_id is not None and interaction.channel_id is not None:
            await self._parts.jobs.add_copy(job.id, interaction.channel_id, response.message_id)

    async def cancel(self, jobs: Sequence[Job]) -> bool:
        """Cancels what waits or runs of these; False if nothing did."""
        done = False
        # What runs goes last: while it does, nothing else of these starts.
        for job in sorted(jobs, key=lambda job: job.state is JobState.RUNNING):
            if job.state in UNDER_WAY or job.state is JobState.HELD:
                outcome = await self._parts.worker.cancel(job)
                done = done or outcome.job.state is JobState.CANCELLED
        return done

    async def remove(self, jobs: Sequence[Job], channel_id: int, message_id: int) -> None:
        """Removes a message; with the jobs' own, also their files and every copy."""
        if await self._parts.jobs.drop_copy(message_id):
            await self._messenger.remove(channel_id, message_id)
            return
        await self.cancel(jobs)
        ids = [job.id for job in jobs]
        copies = await self._parts.jobs.copies_of(ids)
        unused = await self._parts.jobs.drop_files(ids)
        await self._parts.pictures.drop(unused)
        gallery = self._parts.guilds.of(jobs[0].guild_id).gallery_channel
        if gallery is not None:
            copies += [(gallery, job.gallery_id) for job in jobs if job.gallery_id is not None]
        for copy in [*copies, (channel_id, message_id)]:
            await self._messenger.remove(*copy)

    async def _jobs(self, interaction: Interaction, target: Target) -> list[Job]:
        if target.kind is Kind.SHEET:
            jobs = await self._parts.jobs.of_sheet(target.job_id)
        else:
            job = await self._parts.jobs.get(target.job_id)
            jobs = [] if job is None else [job]
        if not jobs or jobs[0].guild_id != interaction.guild_id:
            raise UserFacingError("unknown-job")
        return jobs

    async def _derive(self, interaction: Interaction, job: Job, action: Action) -> None:
        request = _known(job.request)
        await self._file(job, job.picture)
        assert job.picture is not None  # noqa: S101 - it was just read
        model = self._parts.config.engine.model
        try:
            match action:
                case Action.VARY:
                    requests = derive.variations(request, model, job.picture)
                case Action.MORE:
                    requests = [derive.continued(request, model, job.picture)]
                case _:
                    requests = [derive.enlarged(request, model, job.picture)]
        except RequestError as error:
            raise UserFacingError("request-error", message=str(error)) from error
        wish = Wish(requests=requests, origin=Origin.BUTTON, parent_ids=[job.id] * len(requests), spoiler=job.spoiler)
        await self._desk.answer(interaction, wish)

    async def _cancel(self, interaction: Interaction, jobs: Sequence[Job]) -> None:
        _require_owner(interaction, jobs[0], "not-yours-to-cancel")
        await interaction.response.defer()
        if not await self.cancel(jobs):
            now = await self._parts.jobs.get(jobs[0].id)
            raise UserFacingError("too-late-to-cancel", state=str(now.state if now else jobs[0].state))
        await self._note(interaction, jobs[0], "remove")

    async def _finish(self, interaction: Interaction, job: Job) -> None:
        _require_owner(interaction, job, "not-yours-to-finish")
        await interaction.response.defer()
        if not await self._parts.worker.finish_now(job):
            raise UserFacingError("not-running")

    async def _delete(self, interaction: Interaction, jobs: Sequence[Job]) -> None:
        _require_owner(interaction, jobs[0], "not-yours-to-delete")
        if interaction.message is None or interaction.channel_id is None:
            raise UserFacingError("unknown-job")
        await interaction.response.defer()
        await self.remove(jobs, interaction.channel_id, interaction.message.id)
        await self._note(interaction, jobs[0], "delete")

    async def _note(self, interaction: Interaction, job: Job, action: str) -> None:
        """A moderator's hand on somebody else's job is written down."""
        if interaction.user.id != job.requester_id:
            by = Moderator(interaction.user.id, job.guild_id)
            await self._parts.moderation.record(by, action, job.requester_id, f"#{job.id}")

    async def _film(self, interaction: Interaction, job: Job) -> None:
        film = await self._file(job, job.film)
        file = discord.File(io.BytesIO(film), filename=f"job-{job.id}.mp4", spoiler=job.spoiler)
        await interaction.response.send_message(file=file)

    async def _judge(self, interaction: Interaction, jobs: Sequence[Job], action: Action) -> None:
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
        deed = self._parts.moderation.approve if action is Action.APPROVE else self._parts.moderation.reject
        for job in waiting:
            try:
                await deed(by, job)
            except TransitionError as error:
                raise UserFacingError("not-held") from error

    async def _file(self, job: Job, sha256: str | None, *, held: bool = False) -> bytes:
        """A file of a job; of one that is held only for those who decide.

        Raises:
            UserFacingError: It is not kept any more.
        """
        if sha256 is not None and (job.state in PICTURED or (held and job.state is JobState.HELD)):
            try:
                return await self._parts.pictures.get(sha256)
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
