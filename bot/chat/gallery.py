"""The gallery: pictures with enough stars are copied once to the server's gallery channel."""

import asyncio
import logging
from collections.abc import Callable, Sequence

import discord

from bot.chat.context import is_restricted
from bot.chat.messages.buttons import STAR_EMOJI
from bot.chat.messages.content import escape, picture_file
from bot.chat.messages.messenger import DiscordMessenger, nonce, translated
from bot.delivery.messenger import ChannelGoneError, DeliveryError, PostRefusedError
from bot.jobs.job import PICTURED, Job
from bot.store.guilds import Guilds
from bot.store.jobs import Jobs
from bot.store.pictures import Pictures

log = logging.getLogger(__name__)


class Gallery:
    """Copies starred pictures.

    Args:
        client: Gives the connected client, or None.
        messenger: Gives a server's localizer.
        guilds, jobs, pictures: The stores it reads; `jobs` also records each copy.
    """

    def __init__(
        self,
        client: Callable[[], discord.Client | None],
        messenger: DiscordMessenger,
        guilds: Guilds,
        jobs: Jobs,
        pictures: Pictures,
    ) -> None:
        self._client = client
        self._messenger = messenger
        self._guilds = guilds
        self._jobs = jobs
        self._pictures = pictures
        self._lock = asyncio.Lock()

    async def starred(self, channel_id: int, message_id: int, jobs: Sequence[Job]) -> None:
        """Copies a message's pictures if a new star reaches the server's threshold."""
        settings = self._guilds.of(jobs[0].guild_id)
        client = self._client()
        if settings.gallery_channel is None or client is None or settings.gallery_channel == channel_id:
            return
        async with self._lock:  # two stars at the same time make one copy
            fresh = [await self._jobs.get(job.id) for job in jobs]
            new = [job for job in fresh if job and job.state in PICTURED and job.picture and job.gallery_id is None]
            if not new:
                return
            try:
                async with translated():
                    channel = client.get_partial_messageable(channel_id, guild_id=jobs[0].guild_id)
                    message = await channel.fetch_message(message_id)
                    if _stars(message) >= settings.gallery_stars:
                        await self._copy(client, settings.gallery_channel, message, new)
            except DeliveryError as error:
                log.warning("cannot copy to the gallery of server %d (%s)", jobs[0].guild_id, error)

    async def _copy(
        self, client: discord.Client, gallery_id: int, original: discord.Message, jobs: Sequence[Job]
    ) -> None:
        guild_id = jobs[0].guild_id
        if is_restricted(client.get_channel(original.channel.id)) and not is_restricted(client.get_channel(gallery_id)):
            return  # pictures from age-restricted channels stay in age-restricted channels
        t = self._messenger.localizer(guild_id)
        for job in jobs:
            assert job.picture is not None  # noqa: S101 - the caller passes only jobs with a picture
            try:
                png = await self._pictures.get(job.picture)
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
            if not await self._jobs.begin_gallery(job.id):
                continue
            try:
                async with translated():
                    copy = await client.get_partial_messageable(gallery_id, guild_id=guild_id).send(
                        embed=embed, file=picture_file(job, png), nonce=nonce("gallery", job.id)
                    )
            except (ChannelGoneError, PostRefusedError):
                await self._jobs.set_gallery(job.id, None)
                raise
            await self._jobs.set_gallery(job.id, copy.id)


def _stars(message: discord.Message) -> int:
    """Stars on a message, not counting the bot's own."""
    for reaction in message.reactions:
        if str(reaction.emoji) == STAR_EMOJI:
            return reaction.count - reaction.me
    return 0
