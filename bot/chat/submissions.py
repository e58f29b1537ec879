"""Forms that people send: edits, pictures from an image, reports."""

from bot import derive
from bot.chat.cards import shown
from bot.chat.commands.imagine import styles_of
from bot.chat.desk import Desk, Wish, tell
from bot.chat.errors import UserFacingError
from bot.chat.forms import Sent
from bot.chat.messenger import DiscordMessenger, translated
from bot.chat.parts import Parts
from bot.chat.who import Interaction, place_of
from bot.job import Origin
from bot.messenger import ChannelGoneError
from bot.store.people import ERASED
from guidance.request import Request, RequestError
from guidance.settings import Settings


class Submissions:
    """Takes forms."""

    def __init__(self, parts: Parts, desk: Desk, messenger: DiscordMessenger) -> None:
        self._parts = parts
        self._desk = desk
        self._messenger = messenger

    async def take(self, interaction: Interaction, sent: Sent) -> None:
        """One form.

        Raises:
            UserFacingError, RefusedError: It cannot be; the message says why.
        """
        match sent.form:
            case "edit":
                await self._edit(interaction, sent)
            case "init":
                await self._init(interaction, sent)
            case _:
                await self._report(interaction, sent)

    async def _edit(self, interaction: Interaction, sent: Sent) -> None:
        job = await self._parts.jobs.get(int(sent.about)) if sent.about.isdecimal() else None
        if job is None or job.guild_id != interaction.guild_id:
            raise UserFacingError("unknown-job")
        if job.request.prompt == ERASED:
            raise UserFacingError("erased")
        try:
            request = derive.edited(
                job.request,
                self._parts.config.engine.model,
                _text(sent),
                sent.fields.get("negative", ""),
                await styles_of(self._parts, interaction.user.id),
            )
        except RequestError as error:
            raise UserFacingError("request-error", message=str(error)) from error
        wish = Wish(requests=[request], origin=Origin.BUTTON, parent_ids=[job.id], spoiler=job.spoiler)
        await self._desk.answer(interaction, wish)

    async def _init(self, interaction: Interaction, sent: Sent) -> None:
        chosen = Settings()
        if strength := sent.fields.get("strength", "").strip().replace(",", "."):
            chosen["strength"] = _strength(strength)
        if not await self._parts.pictures.has(sent.about):
            raise UserFacingError("file-gone")
        try:
            request = Request.resolve(
                _text(sent),
                model=self._parts.config.engine.model,
                init=sent.about,
                styles=await styles_of(self._parts, interaction.user.id),
                host=self._parts.config.imagine.defaults(),
                **chosen,
            )
        except RequestError as error:
            raise UserFacingError("request-error", message=str(error)) from error
        await self._desk.answer(interaction, Wish(requests=[request], origin=Origin.MENU))

    async def _report(self, interaction: Interaction, sent: Sent) -> None:
        where = place_of(interaction)
        channel_id, _, message_id = sent.about.partition(":")
        log_channel = self._parts.guilds.of(where.guild_id).log_channel
        if log_channel is None:
            raise UserFacingError("no-log-channel")
        say = self._messenger.voice(where.guild_id)
        text = say(
            "report",
            reporter=f"<@{interaction.user.id}>",
            link=f"https://discord.com/channels/{where.guild_id}/{channel_id}/{message_id}",
            reason=shown(sent.fields.get("reason", "")),
        )
        try:
            with translated():
                await interaction.client.get_partial_messageable(log_channel, guild_id=where.guild_id).send(text)
        except ChannelGoneError as error:
            raise UserFacingError("no-log-channel") from error
        await self._parts.audit.add(where.guild_id, interaction.user.id, "report", int(message_id))
        await tell(interaction, "reported")


def _text(sent: Sent) -> str:
    return f"{sent.fields.get('prompt', '')} {sent.fields.get('parameters', '')}".strip()


def _strength(text: str) -> float:
    try:
        value = float(text)
    except ValueError as error:
        raise UserFacingError("bad-strength") from error
    if not 0 <= value <= 1:
        raise UserFacingError("bad-strength")
    return value
