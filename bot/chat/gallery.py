"""The gallery: pictures with enough stars are copied to a channel of their own, once."""

import asyncio
import logging
from collections.abc import Callable, Sequence

import discord

from bot.chat.context import is_restricted
from bot.chat.messages.buttons import STAR_EMOJI
from bot.chat.messages.content import escape, picture_file
from bot.chat.messages.messenger import DiscordMessenger, translated
from bot.chat.services import Services
from bot.delivery.messenger import ChannelGoneError, MessageGoneError, UnreachableError
from bot.jobs.job import PICTURED, Job

log = logging.getLogger(__name__)


class Gallery:
    """The galleries of all servers."""

    def __init__(
        self, services: Services, client: Callable[[], discord.Client | None], messenger: DiscordMessenger
    ) -> None:
        self._services = services
        self._client = client
        self._messenger = messenger
        self._lock = asyncio.Lock()

    async def starred(self, channel_id: int, message_id: int, jobs: Sequence[Job]) -> None:
        """A message got a star."""
        settings = self._services.guilds.of(jobs[0].guild_id)
        client = self._client()
        if settings.gallery_channel is None or client is None or settings.gallery_channel == channel_id:
            return
        async with self._lock:  # two stars at once are still one copy
            fresh = [await self._services.jobs.get(job.id) for job in jobs]
            new = [job for job in fresh if job and job.state in PICTURED and job.picture and job.gallery_id is None]
            if not new:
                return
            try:
                with translated():
                    channel = client.get_partial_messageable(channel_id, guild_id=jobs[0].guild_id)
                    message = await channel.fetch_message(message_id)
                    if _stars(message) >= settings.gallery_stars:
                        await self._copy(client, settings.gallery_channel, message, new)
            except (MessageGoneError, ChannelGoneError, UnreachableError) as error:
                log.warning("the gallery of server %d cannot be written (%s)", jobs[0].guild_id, error)

    async def _copy(
        self, client: discord.Client, gallery_id: int, original: discord.Message, jobs: Sequence[Job]
    ) -> None:
        guild_id = jobs[0].guild_id
        if is_restricted(client.get_channel(original.channel.id)) and not is_restricted(client.get_channel(gallery_id)):
            return  # what was made among adults stays there
        t = self._messenger.localizer(guild_id)
        for job in jobs:
            assert job.picture is not None  # noqa: S101 - those without were left out
            try:
                png = await self._services.pictures.get(job.picture)
            except FileNotFoundError:
                continue
            embed = discord.Embed(
                description=t(
                    "gallery",
                    prompt=escape(job.request.prompt),
                    requester=f"<@{job.requester_id}>",
                    link=original.jump_url,
                )
            )
            copy = await client.get_partial_messageable(gallery_id, guild_id=guild_id).send(
                embed=embed, file=picture_file(job, png), nonce=f"gallery-{job.id}"
            )
            await self._services.jobs.set_gallery(job.id, copy.id)


def _stars(message: discord.Message) -> int:
    """People who gave one; the bot's own does not count."""
    for reaction in message.reactions:
        if str(reaction.emoji) == STAR_EMOJI:
            return reaction.count - reaction.me
    return 0
