"""The connection to Discord: intents, events, and reconnecting after any error."""

import asyncio
import logging
import random
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import discord
from yarl import URL

from bot.chat.commands import tree
from bot.chat.context import Interaction
from bot.chat.errors import UserFacingError, answer_error
from bot.chat.http_metrics import trace_config
from bot.chat.identify_budget import IdentifyBudget, IdentifyLimitError
from bot.chat.job_actions import JobActions
from bot.chat.messages.buttons import JobButton
from bot.chat.messages.history_pages import HistoryPages, PageButton
from bot.chat.modals import forms
from bot.chat.modals.handler import ModalHandler
from bot.chat.reactions import ReactionHandler
from bot.chat.typed import GoOnButton, TypedTexts
from bot.clock import Sleep
from bot.config import DiscordConfig
from bot.operations import logs
from bot.operations.metrics import Metrics
from bot.store.key_values import KeyValueStore

log = logging.getLogger(__name__)

FIRST_PAUSE_S: Final = 1.0
"""Before the first reconnect; each further pause is twice as long."""
LONGEST_PAUSE_S: Final = 60.0
STABLE_S: Final = 60.0
"""After a connection of this length the next pause is FIRST_PAUSE_S again."""
CLOSING_S: Final = 20.0
"""The time limit for closing a client."""
INVALID_TOKEN: Final = "Discord refuses the token; copy it again from the application's page, under Bot"  # noqa: S105
FATAL_CLOSE_CODES: Final = {
    4004: INVALID_TOKEN,
    4010: "Discord refuses the connection (invalid shard)",
    4011: "Discord refuses the connection: the bot is in more servers than one connection may serve",
    4012: "Discord refuses the connection: its gateway has a new version; update the bot",
    4013: "Discord refuses the intents",
}
"""Close codes after which reconnecting fails too, and uses up the day's limit of connections.
https://discord.com/developers/docs/topics/opcodes-and-status-codes#gateway-gateway-close-event-codes"""


CONTROLS: Final = (JobButton, PageButton, GoOnButton)
"""All buttons. Their custom_ids hold their state."""


class LoginError(RuntimeError):
    """Discord refuses the bot permanently; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Handlers:
    """What a client does with interactions and events; all clients share one."""

    commands: Sequence[tree.AnyCommand]
    buttons: JobActions
    history_pages: HistoryPages
    typed_texts: TypedTexts
    modals: ModalHandler
    reactions: ReactionHandler


class ImagineClient(discord.Client):
    """A connection to Discord. A closed client cannot connect again; `run_with_reconnect` makes a new one.

    Args:
        handlers: Handle interactions and events. Buttons read them from `interaction.client`.
        key_values: Stores which commands are registered.
        metrics: Counts the HTTP statuses of Discord's API.
        identify_budget: Limits the IDENTIFYs; all clients share one.
        online: Called whenever the client is ready.
        shard_count: Connections of a ShardedClient; None for as many as Discord recommends.
    """

    def __init__(
        self,
        handlers: Handlers,
        key_values: KeyValueStore,
        metrics: Metrics,
        identify_budget: IdentifyBudget,
        online: Callable[[], None],
        shard_count: int | None = None,
    ) -> None:
        super().__init__(
            intents=discord.Intents(guilds=True, guild_reactions=True),
            allowed_mentions=discord.AllowedMentions.none(),
            max_messages=None,
            http_trace=trace_config(metrics),
            shard_count=shard_count,
        )
        self.handlers = handlers
        self._key_values = key_values
        self._identify_budget = identify_budget
        self._online = online
        self.tree = tree.build(self, handlers.commands)

    async def setup_hook(self) -> None:
        """Called by discord.py after the login, before it connects to the gateway."""
        self.add_dynamic_items(*CONTROLS)
        assert self.application_id is not None  # noqa: S101 - the login sets it
        await tree.sync(self.tree, self._key_values, self.application_id)

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Called by discord.py before each IDENTIFY, also when it reconnects by itself.

        Raises:
            IdentifyLimitError: It must wait longer than an open connection can; `run_with_reconnect` waits.
        """
        _, _, limit = await self.http.get_bot_gateway()
        self._identify_budget.take(limit["total"], limit["remaining"], limit["reset_after"] / 1000)
        await super().before_identify_hook(shard_id, initial=initial)

    async def close(self) -> None:
        """Closes the connection, also one that `before_identify_hook` has interrupted.

        discord.py does not know such a connection, and leaves the thread running that sends its heartbeats.
        """
        await super().close()
        for thread in threading.enumerate():
            if isinstance(thread, discord.gateway.KeepAliveHandler) and thread.ws._connection is self._connection:  # noqa: SLF001
                thread.stop()

    async def on_ready(self) -> None:
        """Called by discord.py after each new gateway session."""
        log.info("connected as %s to %d servers", self.user, len(self.guilds))
        self._online()

    async def on_interaction(self, interaction: Interaction) -> None:
        """Handles submitted forms; discord.py dispatches commands and buttons itself.

        Discord says only that an interaction failed if nothing answers, such as a button of another version.
        """
        if (submitted := forms.parse_submission(interaction)) is None:
            if _is_unknown(interaction):
                await answer_error(interaction, UserFacingError("unknown-control"))
            return
        with logs.log_context(interaction=interaction.id):
            try:
                await self.handlers.modals.handle(interaction, submitted)
            except Exception as error:  # noqa: BLE001 - every error is shown to the user
                await answer_error(interaction, error)

    async def on_raw_reaction_add(self, payload: discord.RawReactionActionEvent) -> None:
        """Handles reactions on the bot's own messages."""
        assert self.user is not None  # noqa: S101 - events come after the login
        if payload.message_author_id != self.user.id or payload.user_id == self.user.id:
            return
        if payload.member is None or payload.member.bot:
            return
        await self.handlers.reactions.added(self, payload)


def _is_unknown(interaction: Interaction) -> bool:
    """True for a button, a menu or a form that nothing handles."""
    if interaction.type is discord.InteractionType.modal_submit:
        return True
    if interaction.type is not discord.InteractionType.component:
        return False
    custom_id = str(dict(interaction.data or {}).get("custom_id", ""))
    return not any(control.__discord_ui_compiled_template__.fullmatch(custom_id) for control in CONTROLS)


def override_endpoints(settings: DiscordConfig) -> None:
    """Points discord.py to the URLs of the settings."""
    # The bot does not use voice, so warnings about missing voice libraries would only confuse the host.
    discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False
    discord.http.Route.BASE = settings.api_url
    discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = URL(settings.gateway_url)


class ShardedClient(ImagineClient, discord.AutoShardedClient):
    """An ImagineClient with several connections, among which Discord divides the servers."""


async def run_with_reconnect(
    make: Callable[[], discord.Client],
    token: str,
    clock: Callable[[], float] = time.monotonic,
    sleep: Sleep = asyncio.sleep,
) -> None:
    """Connects, and reconnects with growing pauses, until cancelled.

    discord.py reconnects by itself, except when the first connect fails or an event cannot be parsed.

    Args:
        make: Makes a client for each connection.
        token: The bot's token.
        clock: A monotonic clock, in seconds.
        sleep: Waits between connections.

    Raises:
        LoginError: Discord refuses the token, the intents, or the connection permanently.
    """
    pause = FIRST_PAUSE_S
    while True:
        client, began, wait = make(), clock(), 0.0
        try:
            await client.start(token)
            log.warning("connection to Discord closed")
        except discord.LoginFailure as error:
            raise LoginError(INVALID_TOKEN) from error
        except discord.PrivilegedIntentsRequired as error:
            raise LoginError("Discord refuses the intents") from error
        except IdentifyLimitError as error:
            wait = error.seconds
            log.warning("%s", error)
        except Exception as error:
            if isinstance(error, discord.ConnectionClosed) and error.code in FATAL_CLOSE_CODES:
                raise LoginError(FATAL_CLOSE_CODES[error.code]) from error
            # One line per try during an outage; the traceback only at level DEBUG.
            log.warning("connection to Discord ended (%s: %s)", type(error).__name__, error)
            log.debug("traceback of the ended connection", exc_info=True)
        finally:
            # A client that was never ready is not stable: a failing connect may take longer than STABLE_S.
            stable = client.is_ready() and clock() - began > STABLE_S
            await _close(client)
        if stable:
            pause = FIRST_PAUSE_S
        # Random, so that not all bots reconnect at the same moment after an outage.
        await sleep(max(wait, random.uniform(pause / 2, pause)))
        pause = min(2 * pause, LONGEST_PAUSE_S)


async def _close(client: discord.Client) -> None:
    """Closes a client. Errors are logged only, as they would hide why the connection ended."""
    try:
        async with asyncio.timeout(CLOSING_S):
            await client.close()
    except Exception as error:  # noqa: BLE001 - see above
        log.warning("could not close the connection (%s: %s)", type(error).__name__, error)
