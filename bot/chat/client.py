"""The connection to Discord: intents, events, and a supervisor that connects again whatever happens."""

import asyncio
import logging
import random
import time
from collections.abc import Callable
from typing import Any, Final

import discord
from yarl import URL

from bot.chat.commands import tree
from bot.chat.errors import answer_error
from bot.chat.gallery import Gallery
from bot.chat.http_metrics import trace_config
from bot.chat.job_actions import JobActions
from bot.chat.messages.buttons import JobButton
from bot.chat.messages.history_pages import PageButton
from bot.chat.messages.messenger import DiscordMessenger
from bot.chat.modals import forms
from bot.chat.modals.handler import ModalHandler
from bot.chat.reactions import ReactionHandler
from bot.chat.services import Services
from bot.chat.submission import JobSubmitter
from bot.clock import Sleep
from bot.config import Discord
from bot.operations import logs
from bot.operations.metrics import Metrics
from bot.store.key_values import KeyValueStore

log = logging.getLogger(__name__)

FIRST_PAUSE_S: Final = 1.0
LONGEST_PAUSE_S: Final = 60.0
STABLE_S: Final = 60.0
"""A connection that held this long was a good one: the next pause is short again."""
CLOSING_S: Final = 20.0
REFUSED_TOKEN: Final = "Discord refuses the token; copy it again from the application's page, under Bot"  # noqa: S105
FINAL: Final = {
    4004: REFUSED_TOKEN,
    4010: "Discord refuses the connection (invalid shard)",
    4011: "Discord refuses the connection: the bot is in more servers than one connection may serve",
    4012: "Discord refuses the connection: its gateway has a new version; update the bot",
    4013: "Discord refuses the intents",
}
"""Close codes after which every further try would fail, and count against the tries of a day.
https://discord.com/developers/docs/topics/opcodes-and-status-codes#gateway-gateway-close-event-codes"""


class LoginError(RuntimeError):
    """Discord does not let the bot in, and will not later either; the message says what to do."""


class ImagineClient(discord.Client):
    """One connection. A client that was closed cannot be used again, so the supervisor makes a new one.

    Args:
        services: The bot's parts.
        messenger: Speaks through the client that is connected.
        key_values: Where it is remembered which commands are registered.
        metrics: Counts what Discord answers.
        online: Called whenever it is ready.
        connected: Gives the client that is connected now.
    """

    def __init__(
        self,
        services: Services,
        messenger: DiscordMessenger,
        key_values: KeyValueStore,
        metrics: Metrics,
        online: Callable[[], None],
        connected: Callable[[], discord.Client | None],
    ) -> None:
        super().__init__(
            intents=discord.Intents(guilds=True, guild_reactions=True),
            allowed_mentions=discord.AllowedMentions.none(),
            max_messages=None,
            http_trace=trace_config(metrics),
        )
        self.services = services
        self.submitter = JobSubmitter(services)
        self.job_actions = JobActions(services, self.submitter, messenger)
        self._modal_handler = ModalHandler(services, self.submitter, messenger)
        gallery = Gallery(services, connected, messenger)
        self._reaction_handler = ReactionHandler(services, self.submitter, self.job_actions, gallery, messenger)
        self._key_values = key_values
        self._online = online
        self.tree = tree.build(self, services, self.submitter, self.job_actions)

    async def setup_hook(self) -> None:
        """After the login, before the gateway."""
        self.add_dynamic_items(JobButton, PageButton)
        assert self.application_id is not None  # noqa: S101 - set by the login
        await tree.sync(self.tree, self._key_values, self.application_id)

    async def on_ready(self) -> None:
        """Also after a session was lost and begun anew."""
        log.info("connected as %s to %d servers", self.user, len(self.guilds))
        self._online()

    async def on_interaction(self, interaction: "discord.Interaction[Any]") -> None:
        """Forms; commands and buttons have their own ways."""
        if (submitted := forms.parse_submission(interaction)) is None:
            return
        with logs.log_context(interaction=interaction.id):
            try:
                await self._modal_handler.handle(interaction, submitted)
            except Exception as error:  # noqa: BLE001 - every error must reach the person
                await answer_error(interaction, error)

    async def on_raw_reaction_add(self, payload: discord.RawReactionActionEvent) -> None:
        """On one of the bot's messages; other authors' messages are dropped without a fetch."""
        assert self.user is not None  # noqa: S101 - events come after the login
        if payload.message_author_id != self.user.id or payload.user_id == self.user.id:
            return
        if payload.member is None or payload.member.bot:
            return
        await self._reaction_handler.added(self, payload)


def override_endpoints(settings: Discord) -> None:
    """Makes discord.py speak to the Discord of the settings, which is its own by default, and only in text."""
    # The bot does not speak, and a host who reads the log need not wonder about missing voice libraries.
    discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False
    discord.http.Route.BASE = settings.api_url
    discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = URL(settings.gateway_url)


async def run_with_reconnect(
    make: Callable[[], discord.Client],
    token: str,
    clock: Callable[[], float] = time.monotonic,
    sleep: Sleep = asyncio.sleep,
) -> None:
    """Connects, and connects again with growing pauses, until it is cancelled.

    discord.py mends most interruptions itself, but not a first connect that fails, nor an event it cannot read.

    Args:
        make: Makes a client for each connection.
        token: The bot's.
        clock: Seconds since some moment.
        sleep: Waits before the next connection.

    Raises:
        LoginError: The token or the intents are refused, or the connection for good.
    """
    pause = FIRST_PAUSE_S
    while True:
        client, began = make(), clock()
        try:
            await client.start(token)
            log.warning("the connection to Discord was closed")
        except discord.LoginFailure as error:
            raise LoginError(REFUSED_TOKEN) from error
        except discord.PrivilegedIntentsRequired as error:
            raise LoginError("Discord refuses the intents") from error
        except Exception as error:
            # Whatever ended it, the bot must come back.
            if isinstance(error, discord.ConnectionClosed) and error.code in FINAL:
                raise LoginError(FINAL[error.code]) from error
            # The same again and again while Discord is away: the traceback is for who looks for a bug.
            log.warning("the connection to Discord ended (%s: %s)", type(error).__name__, error)
            log.debug("how the connection ended", exc_info=True)
        finally:
            # Only if it was ready: a connect may take longer than that to fail.
            stable = client.is_ready() and clock() - began > STABLE_S
            await _close(client)
        if stable:
            pause = FIRST_PAUSE_S
        # Not all bots at once when Discord comes back.
        await sleep(random.uniform(pause / 2, pause))
        pause = min(2 * pause, LONGEST_PAUSE_S)


async def _close(client: discord.Client) -> None:
    """Closes what may be half broken: it must neither hold up the next connection nor hide why this one ended."""
    try:
        async with asyncio.timeout(CLOSING_S):
            await client.close()
    except Exception as error:  # noqa: BLE001 - as it says
        log.warning("the connection could not be closed (%s: %s)", type(error).__name__, error)
