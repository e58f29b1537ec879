"""Implements `bot.delivery.messenger` for Discord.

Messages are sent and edited with the bot's token: an interaction's token expires after 15 minutes.
"""

import contextlib
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

import aiohttp
import discord

from bot.chat.context import public_localizer
from bot.chat.i18n.localizer import Localizer
from bot.chat.messages.audit_format import audit_line
from bot.chat.messages.buttons import prefixes
from bot.chat.messages.content import build_message
from bot.community.guild_settings import GuildSettings
from bot.delivery.messenger import Card, ChannelGoneError, MessageGoneError, UnreachableError
from bot.jobs.job import Job
from bot.operations.metrics import Metrics
from bot.store.audit import AuditEntry

log = logging.getLogger(__name__)

# Discord's JSON error codes.
MESSAGE_GONE: Final = frozenset({10008, 30046})  # unknown message; too many edits to an old one
CHANNEL_GONE: Final = frozenset({10003, 10004, 50001, 50013, 50083, 160005})  # unknown, no access, archived, locked
LOOK_BACK: Final = 50
"""How many of a channel's last messages `find` and `mention` search."""


class DiscordMessenger:
    """Sends, edits and deletes messages.

    Args:
        client: Gives the connected client, or None.
        settings: Gives a server's settings.
        metrics: Counts edits.
    """

    def __init__(
        self, client: Callable[[], discord.Client | None], settings: Callable[[int], GuildSettings], metrics: Metrics
    ) -> None:
        self._client = client
        self._settings = settings
        self._metrics = metrics

    async def send(self, card: Card) -> int:
        """See `Messenger`. Discord drops a second message with the same nonce for a few minutes."""
        content = await build_message(card, self.localizer(card.first_job.guild_id))
        with translated():
            message = await self._channel(card.first_job).send(
                embed=content.embed,
                view=content.view,
                files=content.files,
                nonce=f"job-{card.first_job.id}-{card.first_job.message_id or 0}",
            )
        self._metrics.edited()
        return message.id

    async def edit(self, message_id: int, card: Card) -> None:
        """See `Messenger`."""
        content = await build_message(card, self.localizer(card.first_job.guild_id))
        with translated():
            await (
                self._channel(card.first_job)
                .get_partial_message(message_id)
                .edit(embed=content.embed, view=content.view, attachments=content.files)
            )
        self._metrics.edited()

    async def find(self, job: Job) -> int | None:
        """See `Messenger`. The custom_ids of a message's buttons name its job."""
        mine, known = self._me(), prefixes(job.id)
        with translated():
            async for message in self._channel(job).history(limit=LOOK_BACK):
                if message.author.id == mine and any(name.startswith(known) for name in _custom_ids(message)):
                    return message.id
        return None

    async def mention(self, job: Job, message_id: int) -> None:
        """See `Messenger`. A mention sent before a crash is found among the replies."""
        mine, channel = self._me(), self._channel(job)
        with translated():
            async for message in channel.history(limit=LOOK_BACK, after=discord.Object(message_id)):
                if message.author.id == mine and message.reference and message.reference.message_id == message_id:
                    return
            await channel.send(
                self.localizer(job.guild_id)("ready", mention=f"<@{job.requester_id}>"),
                reference=discord.MessageReference(
                    message_id=message_id, channel_id=job.channel_id, fail_if_not_exists=False
                ),
                allowed_mentions=discord.AllowedMentions(
                    everyone=False, roles=False, users=[discord.Object(job.requester_id)], replied_user=False
                ),
                nonce=f"ready-{job.id}",
            )

    async def remove(self, channel_id: int, message_id: int) -> None:
        """Deletes one of the bot's messages, if it still exists."""
        with contextlib.suppress(MessageGoneError), translated():
            await self._connected().get_partial_messageable(channel_id).get_partial_message(message_id).delete()

    async def post_to_log_channel(self, entry: AuditEntry) -> None:
        """Posts an audit log entry to the server's log channel, if it has one that the bot can write to."""
        channel_id = self._settings(entry.guild_id).log_channel
        if channel_id is None:
            return
        try:
            with translated():
                await (
                    self._connected()
                    .get_partial_messageable(channel_id, guild_id=entry.guild_id)
                    .send(audit_line(entry, self.localizer(entry.guild_id)))
                )
        except (MessageGoneError, ChannelGoneError, UnreachableError) as error:
            # The entry is stored in the audit log already.
            log.warning("cannot post to the log channel of server %d (%s)", entry.guild_id, error)

    def localizer(self, guild_id: int) -> Localizer:
        """The localizer for messages that everybody in a server reads."""
        client = self._client()
        return public_localizer(self._settings(guild_id), None if client is None else client.get_guild(guild_id))

    def _connected(self) -> discord.Client:
        client = self._client()
        if client is None or not client.is_ready():
            raise UnreachableError("not connected to Discord")
        return client

    def _me(self) -> int:
        user = self._connected().user
        assert user is not None  # noqa: S101 - a client that is ready has logged in
        return user.id

    def _channel(self, job: Job) -> discord.PartialMessageable:
        return self._connected().get_partial_messageable(job.channel_id, guild_id=job.guild_id)


def _custom_ids(message: discord.Message) -> Iterator[str]:
    for row in message.components:
        for child in getattr(row, "children", ()):
            if isinstance(child, discord.Button) and child.custom_id is not None:
                yield child.custom_id


@contextmanager
def translated() -> Iterator[None]:
    """Raises Discord's errors as MessageGoneError, ChannelGoneError or UnreachableError; others pass unchanged."""
    try:
        yield
    except discord.HTTPException as error:
        if error.code in MESSAGE_GONE:
            raise MessageGoneError(error.text) from error
        if error.code in CHANNEL_GONE:
            raise ChannelGoneError(error.text) from error
        if error.status >= 500 or error.status in {401, 429}:
            raise UnreachableError(f"HTTP {error.status}") from error
        raise
    except (TimeoutError, aiohttp.ClientError, OSError) as error:
        raise UnreachableError(str(error) or type(error).__name__) from error
    except RuntimeError as error:
        if "Session is closed" not in str(error):
            raise
        raise UnreachableError("the connection was closed") from error
