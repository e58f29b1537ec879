"""Handles submitted forms: edits, pictures from an image, reports."""

from typing import Any

from bot.chat.commands.style import styles_of
from bot.chat.context import Interaction, context_of
from bot.chat.errors import UserFacingError
from bot.chat.job_actions import JobActions
from bot.chat.messages.content import escape
from bot.chat.messages.messenger import DiscordMessenger, translated
from bot.chat.modals.forms import ModalSubmission
from bot.chat.submission import JobSubmitter, Submission, reply_privately
from bot.chat.typed import TypedTexts
from bot.config import ImagineConfig
from bot.delivery.messenger import ChannelGoneError
from bot.jobs import derived
from bot.jobs.canvases import Canvases
from bot.jobs.job import Origin
from bot.store.audit import Audit
from bot.store.guilds import Guilds
from bot.store.people import ERASED
from bot.store.pictures import Pictures
from bot.store.styles import Styles
from guidance.request.request import Request


class ModalHandler:
    """Handles submitted forms.

    Args:
        audit, guilds, pictures, styles: The stores it reads; `audit` also records reports.
        job_actions: Finds the job to edit.
        submitter: Submits requests.
        typed_texts: Submits texts.
        messenger: Gives a server's localizer.
        canvases: Those that a prompt can name.
        model: The name of the engine's model.
        host: The host's defaults for requests.
    """

    def __init__(
        self,
        *,
        audit: Audit,
        guilds: Guilds,
        pictures: Pictures,
        styles: Styles,
        job_actions: JobActions,
        submitter: JobSubmitter,
        typed_texts: TypedTexts,
        messenger: DiscordMessenger,
        canvases: Canvases,
        model: str,
        host: ImagineConfig,
    ) -> None:
        self._audit = audit
        self._guilds = guilds
        self._pictures = pictures
        self._styles = styles
        self._job_actions = job_actions
        self._submitter = submitter
        self._typed_texts = typed_texts
        self._messenger = messenger
        self._canvases = canvases
        self._model = model
        self._host = host

    async def handle(self, interaction: Interaction, submitted: ModalSubmission) -> None:
        """Handles a form.

        Raises:
            UserFacingError, RefusedError: The input is invalid, or the request is not admitted.
        """
        match submitted.form:
            case "edit":
                await self._edit(interaction, submitted)
            case "init":
                await self._init(interaction, submitted)
            case _:
                await self._report(interaction, submitted)

    async def _edit(self, interaction: Interaction, submitted: ModalSubmission) -> None:
        job = await self._job_actions.job(interaction, int(submitted.target))
        if job.request.prompt == ERASED:
            raise UserFacingError("erased")

        async def submit(interaction: Interaction, text: str) -> None:
            negative = submitted.fields.get("negative", "")
            own_styles = await styles_of(self._styles, interaction.user.id)
            named = self._canvases.named(self._guilds.of(job.guild_id))
            request = derived.edited(job.request, self._model, text, negative, own_styles, named)
            submission = Submission(requests=[request], origin=Origin.BUTTON, parent_ids=[job.id], spoiler=job.spoiler)
            await self._submitter.submit(interaction, submission)

        await self._typed_texts.submit(interaction, _text(submitted), submit)

    async def _init(self, interaction: Interaction, submitted: ModalSubmission) -> None:
        strength = submitted.fields.get("strength", "").strip().replace(",", ".")
        overrides: dict[str, Any] = {"strength": _strength(strength)} if strength else {}
        if not await self._pictures.has(submitted.target):
            raise UserFacingError("file-gone")
        settings = self._guilds.of(context_of(interaction).guild_id)

        async def submit(interaction: Interaction, text: str) -> None:
            request = Request.resolve(
                text,
                model=self._model,
                init=submitted.target,
                styles=await styles_of(self._styles, interaction.user.id),
                canvases=self._canvases.named(settings),
                host={**self._host.defaults(), **self._canvases.defaults(settings)},
                **overrides,
            )
            await self._submitter.submit(interaction, Submission(requests=[request], origin=Origin.MENU))

        await self._typed_texts.submit(interaction, _text(submitted), submit)

    async def _report(self, interaction: Interaction, submitted: ModalSubmission) -> None:
        context = context_of(interaction)
        channel_id, _, message_id = submitted.target.partition(":")
        log_channel = self._guilds.of(context.guild_id).log_channel
        if log_channel is None:
            raise UserFacingError("no-log-channel")
        t = self._messenger.localizer(context.guild_id)
        text = t(
            "report",
            reporter=f"<@{interaction.user.id}>",
            link=f"https://discord.com/channels/{context.guild_id}/{channel_id}/{message_id}",
            reason=escape(submitted.fields.get("reason", "")),
        )
        try:
            async with translated():
                await interaction.client.get_partial_messageable(log_channel, guild_id=context.guild_id).send(text)
        except ChannelGoneError as error:
            raise UserFacingError("no-log-channel") from error
        await self._audit.add(context.guild_id, interaction.user.id, "report", int(message_id))
        await reply_privately(interaction, "reported")


def _text(submitted: ModalSubmission) -> str:
    return f"{submitted.fields.get('prompt', '')} {submitted.fields.get('parameters', '')}".strip()


def _strength(text: str) -> float:
    try:
        value = float(text)
    except ValueError as error:
        raise UserFacingError("bad-strength") from error
    if not 0 <= value <= 1:
        raise UserFacingError("bad-strength")
    return value
