"""Implements `bot.delivery.messenger` for Discord.

Messages are sent and edited with the bot's token: an interaction's token expires after 15 minutes.
"""

import asyncio
import contextlib
import hashlib
import logging
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Final

import aiohttp
import discord

from bot.chat.context import public_localizer
from bot.chat.i18n.localizer import Localizer
from bot.chat.messages.audit_format import audit_line
from bot.chat.messages.buttons import prefixes
from bot.chat.messages.content import build_message
from bot.community.guild_settings import GuildSettings
from bot.delivery.messenger import (
    Card,
    ChannelGoneError,
    DeliveryError,
    MessageGoneError,
    PostRefusedError,
    UnreachableError,
)
from bot.jobs.job import Job
from bot.operations.metrics import Metrics
from bot.store.audit import AuditEntry

log = logging.getLogger(__name__)

# Discord's JSON error codes. What is in none of the sets is refused for good.
MESSAGE_GONE: Final = frozenset({10008, 30046})  # unknown message; too many edits to an old one
ARCHIVED: Final = 50083
CHANNEL_GONE: Final = frozenset({10003, 10004, 50001, 50013, ARCHIVED, 160005})  # unknown, no access, archived, locked
# Slow mode and other limits that discord.py does not wait for.
TEMPORARY: Final = frozenset({20016, 20022, 20028, 20029, 40062, 130000})
CALL_S: Final = 300.0
"""The time limit for one call, with the waiting for rate limits."""
CLOCK_ERROR_S: Final = 300.0
"""The largest supposed difference between this machine's clock and Discord's."""
WINDOW_S: Final = 2 * CLOCK_ERROR_S + CALL_S
"""A message was sent at most this long after its `search_from`."""
MOST_SEARCHED: Final = 1000
"""Messages that `find` reads at most; in fewer than this, it finds every message."""
DISCORD_EPOCH_MS: Final = 1420070400000
NONCE_CHARACTERS: Final = 25


class DiscordMessenger:
    """Sends, edits and deletes messages.

    Args:
        client: Gives the connected client, or None.
        settings: Gives a server's settings.
        metrics: Counts edits.
        clock: Seconds since 1970.
    """

    def __init__(
        self,
        client: Callable[[], discord.Client | None],
        settings: Callable[[int], GuildSettings],
        metrics: Metrics,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._client = client
        self._settings = settings
        self._metrics = metrics
        self._clock = clock

    def mark(self) -> int:
        """See `Messenger`."""
        return max(0, int((self._clock() - CLOCK_ERROR_S) * 1000) - DISCORD_EPOCH_MS) << 22

    async def send(self, card: Card) -> int:
        """See `Messenger`. Discord drops a second message with the same nonce for a few minutes."""
        content = await build_message(card, self.localizer(card.first_job.guild_id))
        async with translated():
            message = await self._channel(card.first_job).send(
                embed=content.embed,
                view=content.view,
                files=content.files,
                nonce=nonce("job", card.first_job.id, card.first_job.message_id),
            )
        self._metrics.edited()
        return message.id

    async def edit(self, message_id: int, card: Card) -> None:
        """See `Messenger`. An edit reopens a thread that was archived but not locked, as a new message does."""
        try:
            await self._edit(message_id, card)
        except ChannelGoneError as error:
            if not isinstance(error.__cause__, discord.HTTPException) or error.__cause__.code != ARCHIVED:
                raise
            async with translated():
                await self._connected().http.edit_channel(card.first_job.channel_id, archived=False)
            await self._edit(message_id, card)
        self._metrics.edited()

    async def _edit(self, message_id: int, card: Card) -> None:
        content = await build_message(card, self.localizer(card.first_job.guild_id))
        async with translated():
            await (
                self._channel(card.first_job)
                .get_partial_message(message_id)
                .edit(embed=content.embed, view=content.view, attachments=content.files)
            )

    async def find(self, job: Job) -> int | None:
        """See `Messenger`. The custom_ids of a message's buttons name its job.

        It reads the messages from `job.search_from` on, so it does not matter how many came later.
        """
        if job.search_from is None:
            return None
        mine, known = self._me(), prefixes(job.id)
        last = job.search_from + (int(WINDOW_S * 1000) << 22)
        # `after` excludes the snowflake itself.
        start = discord.Object(job.search_from - 1)
        async with translated():
            async for message in self._channel(job).history(limit=MOST_SEARCHED, after=start, oldest_first=True):
                if message.id > last:
                    break
                if message.author.id == mine and any(name.startswith(known) for name in _custom_ids(message)):
                    return message.id
        return None

    async def mention(self, job: Job, message_id: int) -> None:
        """See `Messenger`."""
        async with translated():
            await self._channel(job).send(
                self.localizer(job.guild_id)("ready", mention=f"<@{job.requester_id}>"),
                reference=discord.MessageReference(
                    message_id=message_id, channel_id=job.channel_id, fail_if_not_exists=False
                ),
                allowed_mentions=discord.AllowedMentions(
                    everyone=False, roles=False, users=[discord.Object(job.requester_id)], replied_user=False
                ),
                nonce=nonce("ready", job.id),
            )

    async def tell(self, job: Job) -> None:
        """See `Messenger`. It is a direct message, which members can refuse to receive."""
        t = self.localizer(job.guild_id)
        reason = job.reason or ""
        text = t(
            "undeliverable",
            job=str(job.id),
            channel=f"<#{job.channel_id}>",
            reason=t(reason, job=str(job.id)) if t.has(reason) else "",
        )
        async with translated():
            channel = await self._connected().create_dm(discord.Object(job.requester_id))
            await channel.send(text, nonce=nonce("tell", job.id))

    async def remove(self, channel_id: int, message_id: int) -> None:
        """Deletes one of the bot's messages, if it still exists."""
        with contextlib.suppress(MessageGoneError):
            async with translated():
                await self._connected().get_partial_messageable(channel_id).get_partial_message(message_id).delete()

    async def post_to_log_channel(self, entry: AuditEntry) -> None:
        """Posts an audit log entry to the server's log channel, if it has one that the bot can write to."""
        channel_id = self._settings(entry.guild_id).log_channel
        if channel_id is None:
            return
        try:
            async with translated():
                await (
                    self._connected()
                    .get_partial_messageable(channel_id, guild_id=entry.guild_id)
                    .send(audit_line(entry, self.localizer(entry.guild_id)))
                )
        except DeliveryError as error:
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


def nonce(*parts: object) -> str:
    """A nonce of the length that Discord allows. The same parts give the same nonce.

    Discord drops a second message with the same nonce for a few minutes.
    """
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:NONCE_CHARACTERS]


@asynccontextmanager
async def translated() -> AsyncIterator[None]:
    """Raises the errors of a call to Discord as DeliveryErrors. Ends the call after CALL_S."""
    try:
        async with asyncio.timeout(CALL_S):
            yield
    except discord.HTTPException as error:
        raise _translated(error) from error
    except (TimeoutError, aiohttp.ClientError, OSError) as error:
        raise UnreachableError(str(error) or type(error).__name__) from error
    except RuntimeError as error:
        if "Session is closed" not in str(error):
            raise
        raise UnreachableError("the connection was closed") from error


def _translated(error: discord.HTTPException) -> DeliveryError:
    text = f"HTTP {error.status}, code {error.code}: {error.text}"
    if error.code in MESSAGE_GONE:
        return MessageGoneError(text)
    if error.code in CHANNEL_GONE:
        return ChannelGoneError(text)
    if error.status >= 500 or error.status in {401, 408, 429} or error.code in TEMPORARY:
        return UnreachableError(text)
    if error.code == 0 and error.status != 400:  # not an answer of Discord's API: a proxy or a firewall
        return UnreachableError(text)
    return PostRefusedError(text)
