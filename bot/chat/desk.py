"""Where asks are handed in: every way in ends here, is screened alike, passes the same gate, and is answered alike."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import Final

import discord

from bot.admission import Member, RefusedError
from bot.chat.cards import face
from bot.chat.errors import UserFacingError
from bot.chat.parts import Parts
from bot.chat.texts import voice
from bot.chat.who import Interaction, Place, member_of, place_of, public_voice
from bot.guild import Screening
from bot.job import Ask, Job, Origin
from bot.messenger import Card
from guidance.request import Request

log = logging.getLogger(__name__)

NEEDED: Final = ("view_channel", "send_messages", "embed_links", "attach_files", "read_message_history")
"""Permissions without which a picture cannot be shown, edited and found again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What somebody wants, before it is known who and where.

    Attributes:
        requests: The pictures; more than one make a sheet.
        origin: How they asked.
        parent_ids: The jobs that they came from, one for each request; none if they are new.
        spoiler: Whether it is to be covered.
    """

    requests: Sequence[Request]
    origin: Origin
    parent_ids: Sequence[int] = ()
    spoiler: bool = False


class Desk:
    """Takes wishes."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def answer(self, interaction: Interaction, wish: Wish) -> None:
        """Lets a wish in, and answers the interaction with the message that will show it.

        Raises:
            UserFacingError: Pictures cannot be shown there.
            RefusedError: It is not let in.
        """
        where = place_of(interaction)
        if missing := missing_permissions(interaction):
            raise UserFacingError("missing-permissions", permissions=", ".join(missing))
        jobs = await self.admit(wish, where, member_of(interaction, where))
        lead = jobs[0]
        if interaction.response.is_done():
            # The answer was put off, for the asker's eyes only: the message is sent as one of the bot's own.
            self._parts.announcer.adopt(lead)
            await self._enqueued(lead)
            await interaction.delete_original_response()
            return
        place = await self._parts.outlook.place(lead.id)
        say = public_voice(self._parts.guilds.of(where.guild_id), interaction.guild)
        card = Card(tuple(jobs), place.position if place else None, place.start_at if place else None)
        look = await face(card, say)
        try:
            response = await interaction.response.send_message(embed=look.embed, view=look.view)
            assert response.message_id is not None  # noqa: S101 - a response of this type creates a message
            await self._parts.announcer.opened(lead, response.message_id)
            lead = replace(lead, message_id=response.message_id)
        except discord.HTTPException as error:
            # The job is safe in its row. Whatever came of the answer, the lane finds its message or sends one.
            log.warning("job %d: the interaction could not be answered (%s)", lead.id, error)
            self._parts.announcer.adopt(lead)
        await self._enqueued(lead)

    async def post(self, wish: Wish, where: Place, member: Member) -> Job:
        """Lets a wish in that no interaction carries; its message is one of the bot's own.

        Raises:
            RefusedError: It is not let in.
        """
        (lead, *_) = await self.admit(wish, where, member)
        self._parts.announcer.adopt(lead)
        await self._enqueued(lead)
        return lead

    async def admit(self, wish: Wish, where: Place, member: Member) -> list[Job]:
        """Passes the gate.

        Raises:
            RefusedError: It is not let in.
        """
        settings = self._parts.guilds.of(where.guild_id)
        host = self._parts.config.moderation
        screening = settings.screens(
            where.channel_ids,
            restricted=where.restricted,
            default=Screening(host.screening_restricted if where.restricted else host.screening),
        )
        session = await self._parts.sessions.rows.of_thread(where.channel_id)
        if session is not None and len(wish.requests) > 1:
            raise UserFacingError("session-one-each")
        asks = [
            Ask(
                request=request,
                requester_id=member.id,
                guild_id=where.guild_id,
                channel_id=where.channel_id,
                origin=wish.origin,
                parent_id=parent_id,
                session_id=None if session is None else session.id,
                spoiler=wish.spoiler or settings.spoiler,
                screening=screening,
            )
            for request, parent_id in zip_longest(wish.requests, wish.parent_ids)
        ]
        try:
            jobs = await self._parts.admission.admit(asks, member)
        except RefusedError as error:
            log.info("member %d was refused: %s", member.id, error.refusal)
            raise
        log.info("job %d: member %d asks by %s for %d", jobs[0].id, member.id, wish.origin, len(jobs))
        return jobs

    async def _enqueued(self, lead: Job) -> None:
        await self._parts.worker.show_places()
        self._parts.announcer.changed(lead)
        self._parts.worker.wake()


def missing_permissions(interaction: Interaction) -> Sequence[str]:
    """Of what is needed, in Discord's words."""
    granted = interaction.app_permissions
    needed: Sequence[str] = NEEDED
    if isinstance(interaction.channel, discord.Thread):
        needed = tuple("send_messages_in_threads" if name == "send_messages" else name for name in NEEDED)
    return [name.replace("_", " ").title() for name in needed if not getattr(granted, name)]


async def defer(interaction: Interaction) -> None:
    """Asks Discord for time, for the asker's eyes only."""
    await interaction.response.defer(ephemeral=True, thinking=True)


async def tell(interaction: Interaction, name: str, /, **values: object) -> None:
    """Says a text to the person who acted, and to nobody else."""
    text = voice(interaction.locale)(name, **values)
    if interaction.response.is_done():
        await interaction.followup.send(text, ephemeral=True)
    else:
        await interaction.response.send_message(text, ephemeral=True)
