"""Reactions on the bot's messages: 🔁 reruns, ❌ cancels or deletes, ⭐ copies to the gallery."""

import logging
from typing import TYPE_CHECKING, Final

import discord

from bot.admission import RefusedError
from bot.chat.controls import CANCEL_EMOJI, RERUN_EMOJI, STAR_EMOJI
from bot.chat.counter import Counter
from bot.chat.desk import Desk
from bot.chat.errors import UserFacingError, sentence
from bot.chat.gallery import Gallery
from bot.chat.messenger import DiscordMessenger
from bot.chat.parts import Parts
from bot.chat.who import member, place
from bot.job import UNDER_WAY, Job, Origin
from bot.moderation import Moderator

if TYPE_CHECKING:
    from bot.chat.client import ImagineClient

log = logging.getLogger(__name__)

REFUSAL_STAYS_S: Final = 15.0
"""A reaction has no private answer; its refusal is a reply that goes away."""
MEANT: Final = frozenset({RERUN_EMOJI, CANCEL_EMOJI, STAR_EMOJI})


class Reactions:
    """Takes reactions."""

    def __init__(
        self, parts: Parts, desk: Desk, counter: Counter, gallery: Gallery, messenger: DiscordMessenger
    ) -> None:
        self._parts = parts
        self._desk = desk
        self._counter = counter
        self._gallery = gallery
        self._messenger = messenger

    async def added(self, client: "ImagineClient", payload: discord.RawReactionActionEvent) -> None:
        """One was added to one of the bot's messages."""
        if payload.guild_id is None or payload.member is None or str(payload.emoji) not in MEANT:
            return
        jobs = await self._parts.jobs.of_message(payload.message_id)
        if not jobs:
            return
        match str(payload.emoji):
            case "🔁":
                await self._rerun(client, payload, payload.member, jobs)
            case "❌":
                await self._cancel(payload, payload.member, jobs)
            case _:
                await self._gallery.starred(payload.channel_id, payload.message_id, jobs)

    async def _rerun(
        self,
        client: "ImagineClient",
        payload: discord.RawReactionActionEvent,
        who: discord.Member,
        jobs: list[Job],
    ) -> None:
        where = place(who.guild.id, payload.channel_id, who.guild.get_channel_or_thread(payload.channel_id))
        try:
            await self._desk.post(self._counter.again(jobs, Origin.REACTION), where, member(who, where))
        except (RefusedError, UserFacingError) as error:
            message = client.get_partial_messageable(payload.channel_id, guild_id=who.guild.id).get_partial_message(
                payload.message_id
            )
            text = sentence(error, self._messenger.voice(who.guild.id))
            await message.reply(f"<@{who.id}> {text}", delete_after=REFUSAL_STAYS_S, mention_author=False)

    async def _cancel(self, payload: discord.RawReactionActionEvent, who: discord.Member, jobs: list[Job]) -> None:
        channel = who.guild.get_channel_or_thread(payload.channel_id)
        moderates = channel is not None and channel.permissions_for(who).manage_messages
        if who.id != jobs[0].requester_id and not moderates:
            return  # somebody's opinion, not an order
        if any(job.state in UNDER_WAY for job in jobs):
            await self._counter.cancel(jobs)
            action = "remove"
        else:
            await self._counter.remove(jobs, payload.channel_id, payload.message_id)
            action = "delete"
        if who.id != jobs[0].requester_id:
            by = Moderator(who.id, who.guild.id)
            await self._parts.moderation.record(by, action, jobs[0].requester_id, f"#{jobs[0].id}")
