"""Implements `bot.community.prompt_sessions.SessionChannel` for Discord."""

import asyncio
import io
import logging
from collections.abc import Callable, Sequence
from typing import Final

import discord

from bot.chat.messages import parameters
from bot.chat.messages.buttons import VOTE_EMOJI
from bot.chat.messages.content import escape, fitting
from bot.chat.messages.messenger import MOST_SEARCHED, DiscordMessenger, nonce, translated
from bot.community.prompt_sessions import Ranked
from bot.delivery.messenger import DeliveryError, MessageGoneError, UnreachableError
from bot.images.contact_sheet import contact_sheet_png
from bot.jobs.canvases import Canvases
from bot.jobs.job import Job
from bot.store.pictures import Pictures
from bot.store.sessions import Session

log = logging.getLogger(__name__)

CONTACT_SHEET_PICTURES: Final = 25
CONTACT_SHEET_COLUMNS: Final = 5
CONTACT_SHEET_CELL: Final = 200
PROMPT_CHARACTERS: Final = 60
TABLE_CHARACTERS: Final = 3000
PROMPT_BLOCK_CHARACTERS: Final = 600
"""The texts of an embed share 6000 characters: here the table, and the prompts of the first three."""
MEDALS: Final = ("🥇", "🥈", "🥉")


class DiscordSessionChannel:
    """Counts the votes of prompt sessions and posts their results.

    Args:
        client: Gives the connected client, or None.
        messenger: Gives a server's localizer.
        pictures: For the contact sheet.
        canvases: Names the canvases of the winners' prompts.
    """

    def __init__(
        self,
        client: Callable[[], discord.Client | None],
        messenger: DiscordMessenger,
        pictures: Pictures,
        canvases: Canvases,
    ) -> None:
        self._client = client
        self._messenger = messenger
        self._pictures = pictures
        self._canvases = canvases

    async def votes(self, job: Job) -> int:
        """See `SessionChannel`."""
        if job.message_id is None:
            return 0
        client = self._connected()
        mine = client.user.id if client.user is not None else 0
        try:
            async with translated():
                channel = client.get_partial_messageable(job.channel_id, guild_id=job.guild_id)
                message = await channel.fetch_message(job.message_id)
                for reaction in message.reactions:
                    if str(reaction.emoji) == VOTE_EMOJI:
                        voters = {user.id async for user in reaction.users() if not user.bot}
                        return len(voters - {mine, job.requester_id})
        except MessageGoneError:
            pass
        return 0

    def mark(self) -> int:
        """See `SessionChannel`."""
        return self._messenger.mark()

    async def find_results(self, session: Session, search_from: int) -> int | None:
        """See `SessionChannel`. Of the bot's messages in the thread, only the results have an embed with a title."""
        client = self._connected()
        if session.thread_id is None or client.user is None:
            return None
        async with translated():
            thread = client.get_partial_messageable(session.thread_id, guild_id=session.guild_id)
            after = discord.Object(search_from)
            async for message in thread.history(limit=MOST_SEARCHED, after=after, oldest_first=True):
                if message.author.id == client.user.id and any(embed.title for embed in message.embeds):
                    return message.id
        return None

    async def announce_results(self, session: Session, ranking: Sequence[Ranked]) -> int | None:
        """See `SessionChannel`."""
        client = self._connected()
        t = self._messenger.localizer(session.guild_id)
        if session.thread_id is None:
            return None
        title = t("session-results", theme=escape(session.theme))
        embed = discord.Embed(title=title[:256], description=_table(ranking, session, t("session-no-pictures")))
        for medal, entry in zip(MEDALS, ranking, strict=False):
            name = f"{medal} {escape(entry.job.request.prompt, 250)}"
            block = parameters.prompt_block(entry.job.request, self._canvases, PROMPT_BLOCK_CHARACTERS)
            embed.add_field(name=name, value=block, inline=False)
        files = await self._contact_sheet(ranking)
        async with translated():
            thread = client.get_partial_messageable(session.thread_id, guild_id=session.guild_id)
            message = await thread.send(embed=embed, files=files, nonce=nonce("results", session.id))
            link = f"https://discord.com/channels/{session.guild_id}/{session.thread_id}/{message.id}"
            try:
                await client.get_partial_messageable(session.channel_id, guild_id=session.guild_id).send(
                    t("session-ended", theme=escape(session.theme), link=link), nonce=nonce("over", session.id)
                )
            except discord.HTTPException as error:
                log.info("session %d: could not announce its end (%s)", session.id, error.text)
        return message.id

    async def invite_votes(self, job: Job, message_id: int) -> None:
        """Adds the voting emoji to a submission, so that members vote with one click."""
        try:
            async with translated():
                channel = self._connected().get_partial_messageable(job.channel_id, guild_id=job.guild_id)
                await channel.get_partial_message(message_id).add_reaction(VOTE_EMOJI)
        except DeliveryError as error:
            log.info("job %d: could not add the voting emoji (%s)", job.id, error)

    async def _contact_sheet(self, ranking: Sequence[Ranked]) -> list[discord.File]:
        data = []
        for entry in ranking[:CONTACT_SHEET_PICTURES]:
            if entry.job.picture is not None and not entry.job.spoiler:
                try:
                    data.append(await self._pictures.get(entry.job.picture))
                except FileNotFoundError:
                    log.info("job %d: its picture is deleted", entry.job.id)
        if not data:
            return []
        contact_sheet = await asyncio.to_thread(contact_sheet_png, data, CONTACT_SHEET_COLUMNS, CONTACT_SHEET_CELL)
        return [discord.File(io.BytesIO(contact_sheet), filename="session.png")]

    def _connected(self) -> discord.Client:
        client = self._client()
        if client is None or not client.is_ready():
            raise UnreachableError("not connected to Discord")
        return client


def _table(ranking: Sequence[Ranked], session: Session, nobody: str) -> str:
    if not ranking:
        return nobody
    lines = []
    for index, entry in enumerate(ranking[:CONTACT_SHEET_PICTURES]):
        mark = MEDALS[index] if index < len(MEDALS) else f"`{index + 1}`"
        link = f"https://discord.com/channels/{session.guild_id}/{session.thread_id}/{entry.job.message_id}"
        # The prompt is not the text of the link: brackets in it could end the link and start another.
        prompt = escape(entry.job.request.prompt, PROMPT_CHARACTERS)
        lines.append(f"{mark} {VOTE_EMOJI} {entry.votes} · <@{entry.job.requester_id}> · {prompt} [↗]({link})")
    return fitting(lines, TABLE_CHARACTERS)
